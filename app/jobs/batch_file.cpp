// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_file.h"

#include <fmt/format.h>
#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/read_file.h"
#include "core/base/shell_quote.h"
#include "core/base/strict_json.h"

namespace bitdesk::jobs {
namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr const char* kSchema = "docs/batch.schema.json tells what a batch file may hold";

/// An object of the file, and where it stands. Every key is asked for by name; finish() refuses the rest.
class Reader {
public:
    Reader(const Json& json, std::string file, std::string place)
        : m_json(json), m_file(std::move(file)), m_place(std::move(place)) {
        if (!json.is_object()) fail("", "is no object");
    }

    [[noreturn]] void fail(const std::string& key, const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_file, at(key) + " " + reason, kSchema);
    }

    const Json* find(const char* key) {
        m_known.emplace_back(key);
        const auto found = m_json.find(key);
        return found != m_json.end() ? &*found : nullptr;
    }

    std::string text(const char* key, const std::string& otherwise, bool required = false) {
        const Json* value = find(key);
        if (value == nullptr && required) fail("", std::string("lacks \"") + key + "\"");
        if (value == nullptr) return otherwise;
        if (!value->is_string() || value->get_ref<const std::string&>().find('\0') != std::string::npos)
            fail(key, "is no text");
        if (required && value->get_ref<const std::string&>().empty()) fail(key, "is empty");
        return value->get<std::string>();
    }

    std::int64_t whole(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
        const Json* value = find(key);
        if (value == nullptr) return otherwise;
        const bool fits = value->is_number_integer() && *value >= least && *value <= most;
        if (!fits) fail(key, fmt::format("is no whole number from {} to {}", least, most));
        return value->get<std::int64_t>();
    }

    double real(const char* key, double otherwise, double least, double most) {
        const Json* value = find(key);
        if (value == nullptr) return otherwise;
        if (!value->is_number() || !(*value >= least && *value <= most))
            fail(key, fmt::format("is no number from {} to {}", least, most));
        return value->get<double>();
    }

    /// One text, or a list of them.
    std::vector<std::string> texts(const char* key, bool required) {
        const Json* value = find(key);
        if (value == nullptr && required) fail("", std::string("lacks \"") + key + "\"");
        std::vector<std::string> all;
        if (value == nullptr) return all;
        for (const Json& entry : value->is_array() ? *value : Json::array({*value})) {
            if (!entry.is_string() || entry.get_ref<const std::string&>().empty())
                fail(key, "is neither a text nor a list of texts");
            all.push_back(entry.get<std::string>());
        }
        if (required && all.empty()) fail(key, "is empty");
        return all;
    }

    Reader object(const Json& json, const std::string& key) const { return {json, m_file, at(key)}; }

    void finish() const {
        for (const auto& [key, value] : m_json.items())
            if (std::ranges::find(m_known, key) == m_known.end()) {
                std::string known;
                for (const std::string& name : m_known) known += (known.empty() ? "" : ", ") + name;
                fail(key, "is not known; known here: " + known);
            }
    }

private:
    std::string at(const std::string& key) const {
        if (m_place.empty()) return key.empty() ? "the batch" : key;
        return key.empty() ? m_place : m_place + "." + key;
    }

    const Json& m_json;
    std::string m_file, m_place;
    std::vector<std::string> m_known;
};

void readLatency(Reader& reader, SweepSpec& sweep) {
    const Json* value = reader.find("latency");
    if (value == nullptr) return;
    Reader latency = reader.object(*value, "latency");
    const std::string of = latency.text("of", "front");
    if (of != "none" && of != "front" && of != "all") latency.fail("of", "is none of none, front, all");
    sweep.latency = parseLatencyOf(of, "of");
    sweep.latencyBatch = static_cast<int>(latency.whole("batch", sweep.latencyBatch, 1, 65536));
    sweep.effort.noise = latency.real("noise", sweep.effort.noise, 0, 1);
    sweep.effort.maxSeconds = latency.real("max_seconds", sweep.effort.maxSeconds, 0.001, 1e6);
    sweep.effort.samples = latency.whole("samples", 0, 0, 10'000'000);
    sweep.margin = latency.real("margin", sweep.margin, 0, 0.5);
    latency.finish();
}

/// A list of bits as the text that stands for it elsewhere.
std::vector<std::string> readConfigurations(Reader& reader) {
    const Json* value = reader.find("configurations");
    if (value == nullptr) reader.fail("", "lacks \"configurations\"");
    std::vector<std::string> words;
    for (const Json& entry : value->is_array() ? *value : Json::array({*value})) {
        std::string word;
        for (const Json& bits : entry.is_array() ? entry : Json::array()) {
            if (!bits.is_number_integer() || bits < 1 || bits > 64)
                reader.fail("configurations", "holds a list that is no list of bit-widths");
            word += (word.empty() ? "" : ",") + std::to_string(bits.get<int>());
        }
        if (entry.is_string()) word = entry.get<std::string>();
        if (word.empty()) reader.fail("configurations", "holds what is neither a text nor a list of bit-widths");
        words.push_back(std::move(word));
    }
    if (words.empty()) reader.fail("configurations", "is empty");
    return words;
}

SweepSpec readSweep(Reader reader) {
    SweepSpec sweep;
    sweep.model = reader.text("model", "", true);
    sweep.seed = static_cast<std::uint64_t>(reader.whole("seed", 0, 0, std::int64_t{1} << 53));
    sweep.data = reader.text("data", "", true);
    sweep.split = reader.text("split", sweep.split);
    if (sweep.split != "train" && sweep.split != "val" && sweep.split != "test")
        reader.fail("split", "is none of train, val, test");
    sweep.limit = reader.whole("limit", 0, 0, std::int64_t{1} << 40);
    sweep.batch = static_cast<int>(reader.whole("batch", sweep.batch, 1, 65536));
    sweep.configurations = readConfigurations(reader);
    sweep.effort.seed = sweep.seed;
    readLatency(reader, sweep);
    reader.finish();
    return sweep;
}

ReportSpec readReport(Reader reader) {
    ReportSpec report;
    report.files = reader.texts("out", true);
    report.title = reader.text("title", "");
    report.baseline = reader.text("baseline", "");
    report.failOn = reader.texts("fail_on", false);
    reader.finish();
    return report;
}

template <typename Entry, typename Read>
std::vector<Entry> readList(Reader& reader, const char* key, bool required, const Read& read) {
    const Json* value = reader.find(key);
    std::vector<Entry> entries;
    if (value == nullptr && !required) return entries;
    if (value == nullptr) reader.fail("", std::string("lacks \"") + key + "\"");
    if (!value->is_array() || (required && value->empty())) reader.fail(key, "is no list with entries");
    for (std::size_t i = 0; i < value->size(); ++i)
        entries.push_back(read(reader.object((*value)[i], fmt::format("{}[{}]", key, i))));
    return entries;
}

nlohmann::ordered_json sweepJson(const SweepSpec& sweep) {
    const SweepSpec usual;
    nlohmann::ordered_json json{{"model", sweep.model}};
    if (sweep.seed != 0) json["seed"] = sweep.seed;
    json["data"] = sweep.data;
    json["split"] = sweep.split;
    if (sweep.limit != 0) json["limit"] = sweep.limit;
    if (sweep.batch != usual.batch) json["batch"] = sweep.batch;
    json["configurations"] = sweep.configurations;
    if (sweep.latency == LatencyOf::None) return json;
    nlohmann::ordered_json latency{{"of", toText(sweep.latency)}};
    if (sweep.latencyBatch != usual.latencyBatch) latency["batch"] = sweep.latencyBatch;
    if (sweep.effort.noise != usual.effort.noise) latency["noise"] = sweep.effort.noise;
    if (sweep.effort.maxSeconds != usual.effort.maxSeconds) latency["max_seconds"] = sweep.effort.maxSeconds;
    if (sweep.effort.samples != 0) latency["samples"] = sweep.effort.samples;
    if (sweep.margin != usual.margin) latency["margin"] = sweep.margin;
    json["latency"] = std::move(latency);
    return json;
}

}  // namespace

std::string Batch::resolve(const std::string& name) const {
    return name.empty() || name.starts_with('/') ? name : (folder / name).string();
}

Batch batchFromJson(const std::string& text, const std::string& where, const std::filesystem::path& folder) {
    constexpr int kDepth = 6;
    const Json json = parseStrictJson(text, kDepth, where, "the batch file");
    Reader reader(json, where, "");
    if (reader.find("bitdesk_batch") == nullptr) reader.fail("", fmt::format("lacks \"bitdesk_batch\": {}", kVersion));
    reader.whole("bitdesk_batch", kVersion, kVersion, kVersion);
    reader.text("$schema", "");
    Batch batch;
    batch.folder = folder;
    batch.db = reader.text("db", "");
    batch.device = reader.text("device", batch.device);
    batch.backend = reader.text("backend", "");
    batch.threads = static_cast<int>(reader.whole("threads", 0, 0, 4096));
    batch.sweeps = readList<SweepSpec>(reader, "sweeps", true, readSweep);
    batch.reports = readList<ReportSpec>(reader, "reports", false, readReport);
    reader.finish();
    return batch;
}

Batch readBatch(const std::filesystem::path& file) {
    constexpr std::uint64_t kMost = 16 << 20;
    return batchFromJson(readFile(file, kMost), file.string(), file.parent_path());
}

std::string toJson(const Batch& batch) {
    nlohmann::ordered_json json{{"bitdesk_batch", kVersion}};
    if (!batch.db.empty()) json["db"] = batch.db;
    if (batch.device != Batch().device) json["device"] = batch.device;
    if (!batch.backend.empty()) json["backend"] = batch.backend;
    if (batch.threads != 0) json["threads"] = batch.threads;
    json["sweeps"] = nlohmann::ordered_json::array();
    for (const SweepSpec& sweep : batch.sweeps) json["sweeps"].push_back(sweepJson(sweep));
    for (const ReportSpec& report : batch.reports) {
        nlohmann::ordered_json entry{{"out", report.files}};
        if (!report.title.empty()) entry["title"] = report.title;
        if (!report.baseline.empty()) entry["baseline"] = report.baseline;
        if (!report.failOn.empty()) entry["fail_on"] = report.failOn;
        json["reports"].push_back(std::move(entry));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string toCommandLine(const Batch& batch) {
    if (batch.sweeps.size() != 1 || batch.reports.size() > 1)
        throw Error(ErrorKind::Usage, "the batch", "has several sweeps or reports, and a command line has one of each",
                    "Save a batch file instead");
    const SweepSpec& sweep = batch.sweeps.front();
    const SweepSpec usual;
    std::string line = "bitdesk sweep " + shellQuoted(sweep.model);
    const auto add = [&](const char* option, const std::string& value) {
        line += std::string(" ") + option + " " + shellQuoted(value);
    };
    add("--data", sweep.data);
    if (sweep.split != usual.split) add("--split", sweep.split);
    for (const std::string& word : sweep.configurations) add("--configs", word);
    if (sweep.seed != 0) add("--seed", std::to_string(sweep.seed));
    if (sweep.limit != 0) add("--limit", std::to_string(sweep.limit));
    if (sweep.batch != usual.batch) add("--batch", std::to_string(sweep.batch));
    if (sweep.latency != LatencyOf::None) add("--latency", toText(sweep.latency));
    if (sweep.latencyBatch != usual.latencyBatch) add("--latency-batch", std::to_string(sweep.latencyBatch));
    if (sweep.effort.noise != usual.effort.noise) add("--noise", fmt::format("{}", sweep.effort.noise));
    if (sweep.effort.maxSeconds != usual.effort.maxSeconds)
        add("--max-seconds", fmt::format("{}", sweep.effort.maxSeconds));
    if (sweep.effort.samples != 0) add("--samples", std::to_string(sweep.effort.samples));
    if (sweep.margin != usual.margin) add("--margin", fmt::format("{}%", 100 * sweep.margin));
    if (batch.device != Batch().device) add("--device", batch.device);
    if (!batch.backend.empty()) add("--backend", batch.backend);
    if (batch.threads != 0) add("--threads", std::to_string(batch.threads));
    if (!batch.db.empty()) add("--db", batch.db);
    for (const ReportSpec& report : batch.reports) {
        for (const std::string& file : report.files) add("--report", file);
        for (const std::string& limit : report.failOn) add("--fail-on", limit);
        if (!report.baseline.empty()) add("--baseline", report.baseline);
        if (!report.title.empty()) add("--title", report.title);
    }
    return line;
}

}  // namespace bitdesk::jobs
