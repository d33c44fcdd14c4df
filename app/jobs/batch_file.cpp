// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_file.h"

#include <fmt/ranges.h>
#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <type_traits>

#include "app/jobs/settings.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/number_text.h"
#include "core/base/quoting.h"
#include "core/base/setting_name.h"

namespace bitdesk::jobs {
namespace {

using Json = nlohmann::json;

constexpr int kBatchVersion = 1;
constexpr const char* kHint = "docs/batch.schema.json tells what a batch file may hold";

/// A list of bits as the text that stands for it elsewhere.
std::vector<std::string> readConfigurations(JsonReader& reader, const char* key) {
    const Json* value = &reader.get(key);
    std::vector<std::string> words;
    for (const Json& entry : value->is_array() ? *value : Json::array({*value})) {
        std::string word;
        for (const Json& bits : entry.is_array() ? entry : Json::array()) {
            if (!bits.is_number_integer() || bits < 1 || bits > 64)
                reader.fail(key, "holds a list that is no list of bit-widths");
            word += (word.empty() ? "" : ",") + std::to_string(bits.get<int>());
        }
        if (entry.is_string()) word = entry.get<std::string>();
        if (word.empty()) reader.fail(key, "holds what is neither a text nor a list of bit-widths");
        words.push_back(std::move(word));
    }
    if (words.empty()) reader.fail(key, "is empty");
    return words;
}

/// A setting of whichever kind out of a batch file.
template <typename Kind, typename Value>
void read(JsonReader& r, const char* key, const Kind& kind, Value& value) {
    if constexpr (std::is_same_v<Kind, Text>) {
        const bool said = kind.need == Text::NotEmpty && r.find(key) != nullptr;
        value = r.text(key, value, kind.need == Text::Required || said);
    } else if constexpr (std::is_same_v<Kind, Texts>) {
        value = r.texts(key, kind.required);
    } else if constexpr (std::is_same_v<Kind, Mixes>) {
        value = readConfigurations(r, key);
    } else if constexpr (std::is_same_v<Kind, Flag>) {
        value = r.boolean(key, value);
    } else if constexpr (std::is_base_of_v<Whole, Kind>) {
        value = static_cast<Value>(r.whole(key, static_cast<std::int64_t>(value), kind.least, kind.most));
    } else if constexpr (std::is_same_v<Kind, Real>) {
        value = r.real(key, value, kind.least, kind.most);
    } else if constexpr (std::is_same_v<Kind, RatioMargin>) {
        value = r.real(key, value, 0, kind.most);
    } else {
        const std::string word = r.text(key, wordOf(kind, value));
        const auto found = std::ranges::find(kind.words, word);
        if (found == kind.words.end()) r.fail(key, fmt::format("is none of {}", fmt::join(kind.words, ", ")));
        if constexpr (std::is_enum_v<Value>) value = static_cast<Value>(found - kind.words.begin());
        else value = word;
    }
}

template <typename Table, typename Spec>
void readSettings(JsonReader& reader, const Table& table, Spec& spec) {
    eachSetting(table, [&](const auto& row) {
        if (row.name.key != nullptr) read(reader, row.name.key, row.kind, row.of(spec));
    });
}

SweepSpec readSweep(JsonReader reader) {
    SweepSpec sweep;
    readSettings(reader, kSweepSettings, sweep);
    sweep.effort.seed = sweep.seed;
    if (const Json* value = reader.find("latency")) {
        sweep.latency = LatencyOf::Front;  // who writes the object wants some
        JsonReader latency = reader.object(*value, "latency");
        readSettings(latency, kLatencySettings, sweep);
        latency.finish();
    }
    reader.finish();
    return sweep;
}

ReportSpec readReport(JsonReader reader) {
    ReportSpec report;
    readSettings(reader, kReportSettings, report);
    reader.finish();
    return report;
}

template <typename Kind>
bool isRequired(const Kind& kind) {
    if constexpr (std::is_same_v<Kind, Text>) return kind.need == Text::Required;
    else if constexpr (requires { kind.words; }) return kind.always;
    else return false;
}

/// What differs from the defaults, and the words that a reader looks for first; the keys of `first` in that order,
/// others behind them.
template <typename Table, typename Spec>
nlohmann::ordered_json settingsJson(const Table& table, const Spec& spec, std::initializer_list<const char*> first) {
    const Spec usual;
    nlohmann::ordered_json all, json = nlohmann::ordered_json::object();
    eachSetting(table, [&](const auto& row) {
        constexpr bool kWord = requires { row.kind.words; };
        const auto& value = row.of(spec);
        if (row.name.key == nullptr || (!isRequired(row.kind) && value == row.of(usual))) return;
        if constexpr (kWord) all[row.name.key] = wordOf(row.kind, value);
        else all[row.name.key] = value;
    });
    for (const char* key : first)
        if (all.contains(key)) json[key] = all[key];
    for (const auto& [key, value] : all.items()) json[key] = value;
    return json;
}

/// Keys stand as they have from the first version on.
nlohmann::ordered_json sweepJson(const SweepSpec& sweep) {
    auto json = settingsJson(kSweepSettings, sweep,
                             {"model", "seed", "data", "split", "limit", "batch", "resize", "interpolation",
                              "data_memory", "skip_bad", "class_map", "exif", "configurations"});
    if (sweep.latency != LatencyOf::None) json["latency"] = settingsJson(kLatencySettings, sweep, {});
    return json;
}

/// A setting of whichever kind as a command line has it.
template <typename Kind, typename Value>
std::string optionText(const Kind& kind, const Value& value) {
    if constexpr (std::is_same_v<Kind, Bytes>) return toByteSize(value);
    else if constexpr (std::is_same_v<Kind, RatioMargin>) return fmt::format("{}%", 100 * value);
    else if constexpr (requires { kind.words; }) return wordOf(kind, value);
    else return fmt::format("{}", value);
}

/// " --limit 100 --exif": what differs from the defaults, quoted for a shell.
template <typename Table, typename Spec>
std::string optionsOf(const Table& table, const Spec& spec) {
    const Spec usual;
    std::string line;
    eachSetting(table, [&](const auto& row) {
        const auto& value = row.of(spec);
        const char* option = row.name.option;
        if (option == nullptr || (!isRequired(row.kind) && value == row.of(usual))) return;
        const std::string name = *option == '-' ? std::string(" ") + option : std::string();
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, bool>) line += name;
        else if constexpr (std::is_same_v<Value, std::vector<std::string>>)
            for (const std::string& each : value) line += name + " " + shellQuoted(each);
        else line += name + " " + shellQuoted(optionText(row.kind, value));
    });
    return line;
}

struct SettingKey {
    std::string_view setting, key;
    bool ofWhole = false;  ///< a key of the whole batch, not of a sweep or report
};

const std::vector<SettingKey>& settingKeys() {
    static const std::vector<SettingKey> kKeys = [] {
        std::vector<SettingKey> keys{{"latency", "latency"}, {"out", "out"}};
        const auto add = [&](const auto& table, bool ofWhole) {
            eachSetting(table, [&](const auto& row) {
                const std::string_view option = row.name.option;
                if (option.starts_with("--")) keys.push_back({option.substr(2), row.name.key, ofWhole});
            });
        };
        add(kSweepSettings, false);
        add(kReportSettings, false);
        add(kDeviceSettings, true);
        add(kStoreSettings, true);
        return keys;
    }();
    return kKeys;
}

/// The setting that a text names at a place, with its name's length; nothing for one that a batch file has no key for.
std::optional<std::pair<SettingKey, std::size_t>> settingAt(const std::string& text, std::size_t at) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(') return std::nullopt;
    for (const SettingKey& key : settingKeys()) {
        const std::string name = settingName(key.setting);
        const std::size_t end = at + name.size();
        const bool ends =
            end >= text.size() || (std::islower(static_cast<unsigned char>(text[end])) == 0 && text[end] != '-');
        if (ends && text.compare(at, name.size(), name) == 0) return std::pair(key, name.size());
    }
    return std::nullopt;
}

/// A text in which each setting is the key that stands for it.
std::string withKeys(const std::string& text) {
    std::string told;
    for (std::size_t i = 0; i < text.size();) {
        const auto found = settingAt(text, i);
        if (found) told += '"' + std::string(found->first.key) + '"';
        else told += text[i];
        i += found ? found->second : 1;
    }
    return told;
}

std::string placeOf(const std::string& key, const std::string& where) {
    const auto dot = key.rfind('.');
    const std::string parent = dot == std::string::npos ? "" : key.substr(0, dot + 1), last = key.substr(parent.size());
    if (where.empty() || where == last) return key;
    const auto setting = settingAt(where, 0);
    if (!setting) return key + ": " + where;
    const std::string rest = where.substr(setting->second);
    const std::string name(setting->first.key);
    const std::string place = setting->first.ofWhole ? name : last.starts_with(name) ? key : parent + name;
    return place + (rest.empty() ? "" : ":" + rest);
}

}  // namespace

std::string Batch::resolve(const std::string& name) const {
    return name.empty() || name.starts_with('/') ? name : (folder / name).string();
}

Batch batchFromJson(const std::string& text, const std::string& where, const std::filesystem::path& folder) {
    constexpr int kDepth = 6;
    const Json json = parseStrictJson(text, kDepth, where, "the batch file");
    JsonReader reader(json, where, "the batch", kHint);
    if (reader.find("bitdesk_batch") == nullptr)
        reader.fail("", fmt::format("lacks \"bitdesk_batch\": {}", kBatchVersion));
    reader.whole("bitdesk_batch", kBatchVersion, kBatchVersion, kBatchVersion);
    reader.text("$schema", "");
    Batch batch;
    batch.folder = folder;
    readSettings(reader, kStoreSettings, batch);
    readSettings(reader, kDeviceSettings, batch);
    batch.sweeps = reader.list<SweepSpec>("sweeps", true, readSweep);
    batch.reports = reader.list<ReportSpec>("reports", false, readReport);
    reader.finish();
    return batch;
}

Batch readBatch(const std::filesystem::path& file) {
    constexpr std::uint64_t kMostBytes = 16 << 20;
    Batch batch = batchFromJson(readFile(file, kMostBytes), file.string(), file.parent_path());
    batch.file = file;
    return batch;
}

std::string toJson(const Batch& batch) {
    nlohmann::ordered_json json{{"bitdesk_batch", kBatchVersion}};
    json.update(settingsJson(kStoreSettings, batch, {}));
    json.update(settingsJson(kDeviceSettings, batch, {}));
    json["sweeps"] = nlohmann::ordered_json::array();
    for (const SweepSpec& sweep : batch.sweeps) json["sweeps"].push_back(sweepJson(sweep));
    for (const ReportSpec& report : batch.reports)
        json["reports"].push_back(settingsJson(kReportSettings, report, {"out", "title", "baseline", "fail_on"}));
    return jsonText(json);
}

std::string toCommandLine(const Batch& batch) {
    if (batch.sweeps.size() != 1 || batch.reports.size() > 1)
        throw Error(ErrorKind::Usage, "the batch", "has several sweeps or reports, and a command line has one of each",
                    "Save a batch file instead");
    const SweepSpec& sweep = batch.sweeps.front();
    std::string line = "bitdesk sweep" + optionsOf(kSweepSettings, sweep) + optionsOf(kLatencySettings, sweep) +
                       optionsOf(kDeviceSettings, batch) + optionsOf(kStoreSettings, batch);
    for (const ReportSpec& report : batch.reports) line += optionsOf(kReportSettings, report);
    return line;
}

Error placedIn(const Batch& batch, const std::string& key, const Error& error) {
    if (batch.file.empty()) return error;
    return {error.kind(), batch.file.string() + ": " + placeOf(key, error.where()), withKeys(error.reason()),
            withKeys(error.hint())};
}

}  // namespace bitdesk::jobs
