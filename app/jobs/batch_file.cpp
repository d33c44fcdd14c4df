// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/batch_file.h"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/byte_size.h"
#include "core/base/error.h"
#include "core/base/json_reader.h"
#include "core/base/json_text.h"
#include "core/base/read_file.h"
#include "core/base/shell_quote.h"
#include "core/base/strict_json.h"

namespace bitdesk::jobs {
namespace {

using Json = nlohmann::json;

constexpr int kBatchVersion = 1;
constexpr const char* kHint = "docs/batch.schema.json tells what a batch file may hold";

void readLatency(JsonReader& reader, SweepSpec& sweep) {
    const Json* value = reader.find("latency");
    if (value == nullptr) return;
    JsonReader latency = reader.object(*value, "latency");
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
std::vector<std::string> readConfigurations(JsonReader& reader) {
    const Json* value = &reader.get("configurations");
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

SweepSpec readSweep(JsonReader reader) {
    SweepSpec sweep;
    sweep.model = reader.text("model", "", true);
    sweep.seed = static_cast<std::uint64_t>(reader.whole("seed", 0, 0, std::int64_t{1} << 53));
    sweep.data = reader.text("data", "", true);
    sweep.split = reader.text("split", sweep.split);
    if (sweep.split != "train" && sweep.split != "val" && sweep.split != "test")
        reader.fail("split", "is none of train, val, test");
    sweep.limit = reader.whole("limit", 0, 0, std::int64_t{1} << 40);
    sweep.batch = static_cast<int>(reader.whole("batch", sweep.batch, 1, 65536));
    sweep.choices.resize = static_cast<int>(reader.whole("resize", 0, 0, 16384));
    sweep.choices.memory = reader.whole("data_memory", 0, 16 << 20, std::int64_t{1} << 40);
    sweep.choices.skipBad = reader.boolean("skip_bad", false);
    if (reader.find("class_map") != nullptr) sweep.choices.classes = reader.text("class_map", "", true);
    sweep.choices.exif = reader.boolean("exif", false);
    sweep.configurations = readConfigurations(reader);
    sweep.effort.seed = sweep.seed;
    readLatency(reader, sweep);
    reader.finish();
    return sweep;
}

ReportSpec readReport(JsonReader reader) {
    ReportSpec report;
    report.files = reader.texts("out", true);
    report.title = reader.text("title", "");
    report.baseline = reader.text("baseline", "");
    report.failOn = reader.texts("fail_on", false);
    reader.finish();
    return report;
}

nlohmann::ordered_json sweepJson(const SweepSpec& sweep) {
    const SweepSpec usual;
    nlohmann::ordered_json json{{"model", sweep.model}};
    if (sweep.seed != 0) json["seed"] = sweep.seed;
    json["data"] = sweep.data;
    json["split"] = sweep.split;
    if (sweep.limit != 0) json["limit"] = sweep.limit;
    if (sweep.batch != usual.batch) json["batch"] = sweep.batch;
    if (sweep.choices.resize != 0) json["resize"] = sweep.choices.resize;
    if (sweep.choices.memory != 0) json["data_memory"] = sweep.choices.memory;
    if (sweep.choices.skipBad) json["skip_bad"] = true;
    if (!sweep.choices.classes.empty()) json["class_map"] = sweep.choices.classes;
    if (sweep.choices.exif) json["exif"] = true;
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
    JsonReader reader(json, where, "the batch", kHint);
    if (reader.find("bitdesk_batch") == nullptr)
        reader.fail("", fmt::format("lacks \"bitdesk_batch\": {}", kBatchVersion));
    reader.whole("bitdesk_batch", kBatchVersion, kBatchVersion, kBatchVersion);
    reader.text("$schema", "");
    Batch batch;
    batch.folder = folder;
    batch.db = reader.text("db", "");
    batch.device = reader.text("device", batch.device);
    batch.backend = reader.text("backend", "");
    batch.threads = static_cast<int>(reader.whole("threads", 0, 0, 4096));
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
    return jsonText(json);
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
    if (sweep.choices.resize != 0) add("--resize", std::to_string(sweep.choices.resize));
    if (sweep.choices.memory != 0) add("--data-memory", toByteSize(sweep.choices.memory));
    if (sweep.choices.skipBad) line += " --skip-bad";
    if (!sweep.choices.classes.empty()) add("--class-map", sweep.choices.classes);
    if (sweep.choices.exif) line += " --exif";
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
