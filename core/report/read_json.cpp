// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/base/error.h"
#include "core/base/json_reader.h"
#include "core/base/strict_json.h"
#include "core/report/report.h"
#include "core/results/measurement_json.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostCount = std::int64_t{1} << 53;  // exact in every reader of JSON
constexpr std::int64_t kMostImages = 100'000'000;
constexpr const char* kHint = "Only a report that bitdesk wrote as JSON can be opened";

std::int64_t count(JsonReader& reader, const char* key, std::int64_t most = kMostCount) {
    reader.get(key);
    return reader.whole(key, 0, 0, most);
}

BitConfiguration bitsAt(JsonReader& reader) {
    constexpr std::size_t kMostLayers = 10'000;
    const Json& list = reader.get("bits");
    if (!list.is_array() || list.empty() || list.size() > kMostLayers) reader.fail("bits", "is no list of bit-widths");
    BitConfiguration bits;
    for (const Json& value : list) {
        if (!value.is_number_integer() || value < 1 || value > 32) reader.fail("bits", "is no list of bit-widths");
        bits.bits.push_back(value.get<int>());
    }
    return bits;
}

std::vector<std::uint8_t> bytesAt(JsonReader& reader, const char* key, std::size_t wanted) {
    auto bytes = fromBase64(reader.text(key, "", true));
    if (!bytes || bytes->size() != wanted) reader.fail(key, "is not what its total says");
    return std::move(*bytes);
}

std::uint64_t seedAt(JsonReader& reader) {
    const std::string text = reader.text("order_seed", "", true);
    std::uint64_t seed = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) reader.fail("order_seed", "is no number");
    return seed;
}

/// Derived fields are told for other readers; they are known, and worked out anew.
void pass(JsonReader& reader, std::initializer_list<const char*> keys) {
    for (const char* key : keys) reader.find(key);
}

/// What an Evaluation and its summary have in common.
template <typename Row>
void readOutcome(JsonReader& reader, Row& row) {
    row.total = count(reader, "total", kMostImages);
    row.correct = count(reader, "correct", row.total);
    if (row.total == 0) reader.fail("total", "is 0");
    row.bitops = count(reader, "bitops");
    row.weightBytes = count(reader, "weight_bytes");
    row.normBytes = count(reader, "norm_bytes");
    row.device = reader.text("device", "");
    row.backend = reader.text("backend", "");
    row.looks = static_cast<int>(reader.whole("looks", 1, 1, 1'000'000));
    row.createdAt = reader.text("created_at", "");
    row.facts.preparation = reader.text("preparation", "");
    if (const Json* skipped = reader.find("skipped"); skipped != nullptr && !skipped->is_null())
        row.facts.skipped = count(reader, "skipped");
    pass(reader, {"accuracy", "ci95"});
}

Evaluation readEvaluation(JsonReader reader, const ReportSubject& subject) {
    Evaluation e;
    e.id = count(reader, "id");
    e.modelName = subject.modelName;
    e.dataName = reader.text("data", "");
    e.key = {.modelHash = subject.modelHash,
             .dataHash = reader.text("data_hash", ""),
             .split = reader.text("split", ""),
             .subset = count(reader, "subset", kMostImages),
             .orderSeed = seedAt(reader),
             .bits = subject.bits,
             .numericsVersion = static_cast<int>(count(reader, "numerics", 1'000'000))};
    readOutcome(reader, e);
    e.seconds = reader.real("seconds", 0, 0, 1e12);
    const auto total = static_cast<std::size_t>(e.total);
    const auto classes = bytesAt(reader, "predictions", 2 * total);
    e.predictions.resize(total);
    for (std::size_t i = 0; i < total; ++i)
        e.predictions[i] = static_cast<std::uint16_t>(classes[2 * i] | (classes[2 * i + 1] << 8U));
    e.correctMask = bytesAt(reader, "correct_mask", total);
    if (std::ranges::any_of(e.correctMask, [](std::uint8_t right) { return right > 1; }) ||
        std::ranges::count(e.correctMask, 1) != e.correct)
        reader.fail("correct_mask", "does not fit the count of the right ones");
    reader.finish();
    return e;
}

std::vector<double> samplesAt(JsonReader& reader) {
    const Json& list = reader.get("samples_ms");
    if (!list.is_array() || list.empty()) reader.fail("samples_ms", "is no list of times");
    std::vector<double> samples;
    for (const Json& value : list) {
        if (!value.is_number() || !(value.get<double>() >= 0 && value.get<double>() <= 1e9))
            reader.fail("samples_ms", "holds what is no time");
        samples.push_back(value.get<double>());
    }
    return samples;
}

/// An object, or nothing where it is null.
std::string objectText(JsonReader& reader, const char* key) {
    const Json* value = reader.find(key);
    if (value == nullptr || value->is_null()) return "{}";
    if (!value->is_object()) reader.fail(key, "is no object");
    return value->dump();
}

Measurement readMeasurement(JsonReader reader, const ReportSubject& subject) {
    Measurement m;
    m.id = count(reader, "id");
    m.modelName = subject.modelName;
    m.modelHash = subject.modelHash;
    m.bits = subject.bits;
    m.backend = reader.text("backend", "");
    m.device = reader.text("device", "");
    m.threads = static_cast<int>(reader.whole("threads", 1, 1, 65536));
    m.batch = static_cast<int>(reader.whole("batch", 1, 1, 65536));
    m.simulated = reader.boolean("simulated", false);
    m.machine = reader.text("machine", "");
    m.build = reader.text("build", "");
    m.runGroup = count(reader, "run_group");
    m.createdAt = reader.text("created_at", "");
    m.environmentJson = objectText(reader, "environment");
    readDetails(objectText(reader, "details"), m);
    const Json* layers = reader.find("layers");
    if (layers != nullptr && layers->is_array()) m.layers = layerTimesFromJson(layers->dump());
    m.samplesMs = samplesAt(reader);
    m.summarize();
    pass(reader, {"latency_ms", "median_ci95_ms"});
    reader.finish();
    return m;
}

ReportSubject readSubject(JsonReader reader) {
    ReportSubject s;
    s.label = reader.text("label", "");
    s.modelName = reader.text("model", "");
    s.modelHash = reader.text("model_hash", "");
    s.bits = bitsAt(reader);
    if (const Json* e = reader.find("evaluation"); e != nullptr && !e->is_null())
        s.evaluation = readEvaluation(reader.object(*e, "evaluation"), s);
    if (const Json* m = reader.find("measurement"); m != nullptr && !m->is_null())
        s.measurement = readMeasurement(reader.object(*m, "measurement"), s);
    if (!s.evaluation && !s.measurement) reader.fail("", "has neither an evaluation nor a measurement");
    pass(reader, {"letter", "comparison"});
    reader.finish();
    return s;
}

Quartiles readQuartiles(JsonReader reader) {
    constexpr double kMostMs = 1e9;
    const Quartiles q{.median = reader.real("median", 0, 0, kMostMs),
                      .q1 = reader.real("q1", 0, 0, kMostMs),
                      .q3 = reader.real("q3", 0, 0, kMostMs),
                      .n = count(reader, "n")};
    reader.finish();
    return q;
}

Interval readInterval(JsonReader& reader, const char* key) {
    const Json& pair = reader.get(key);
    const bool fits = pair.is_array() && pair.size() == 2 && pair[0].is_number() && pair[1].is_number() &&
                      pair[0] >= 0 && pair[1] <= 1e9 && pair[0] <= pair[1];
    if (!fits) reader.fail(key, "is no interval");
    return {pair[0].get<double>(), pair[1].get<double>()};
}

ReportPoint readPoint(JsonReader reader) {
    ReportPoint point;
    EvaluationSummary& e = point.evaluation;
    e.id = count(reader, "id");
    e.modelName = reader.text("model", "");
    e.modelHash = reader.text("model_hash", "");
    e.dataName = reader.text("data", "");
    e.dataHash = reader.text("data_hash", "");
    e.split = reader.text("split", "");
    e.bits = bitsAt(reader);
    readOutcome(reader, e);
    point.runGroup = count(reader, "run_group");
    const Json* latency = reader.find("latency_ms");
    if (latency != nullptr && !latency->is_null()) {
        point.latencyMs = readQuartiles(reader.object(*latency, "latency_ms"));
        point.latencyCi95 = readInterval(reader, "median_ci95_ms");
    }
    pass(reader, {"median_ci95_ms"});
    reader.finish();
    return point;
}

ReportLimit readLimit(JsonReader reader) {
    ReportLimit limit{.subject = reader.text("subject", ""),
                      .name = reader.text("name", ""),
                      .broken = reader.boolean("broken", false),
                      .reason = reader.text("reason", "")};
    reader.finish();
    return limit;
}

ReportLayer readLayer(JsonReader reader) {
    ReportLayer layer{.name = reader.text("name", ""), .quantizable = -1, .macs = count(reader, "macs")};
    if (const Json* index = reader.find("fader"); index != nullptr && !index->is_null())
        layer.quantizable = static_cast<int>(reader.whole("fader", 0, 0, 100'000));
    reader.finish();
    return layer;
}

ReportFinding readFinding(JsonReader reader) {
    ReportFinding finding{.layer = reader.text("layer", ""),
                          .fromBits = static_cast<int>(count(reader, "from_bits", 64)),
                          .toBits = static_cast<int>(count(reader, "to_bits", 64)),
                          .cause = reader.text("cause", ""),
                          .explanation = reader.text("explanation", "")};
    reader.finish();
    return finding;
}

void readSession(JsonReader reader, ReportInput& input) {
    input.modelFile = reader.text("model", "");
    input.dataSpec = reader.text("data", "");
    input.split = reader.text("split", "");
    input.database = reader.text("database", "");
    reader.finish();
}

void readMargins(JsonReader reader, ReportInput& input) {
    input.accuracyMargin = reader.real("accuracy", input.accuracyMargin, 0, 1);
    input.latencyMargin = reader.real("latency", input.latencyMargin, 0, 0.5);
    reader.finish();
}

}  // namespace

ReportInput readReportJson(const std::string& text, const std::string& where) {
    constexpr int kDepth = 12;
    const Json json = parseStrictJson(text, kDepth, where, "the report");
    JsonReader reader(json, where, "the report", kHint);
    reader.get("bitdesk_report");
    reader.whole("bitdesk_report", 1, 1, 1);
    ReportInput input;
    input.title = reader.text("title", "");
    input.createdAt = reader.text("created_at", "");
    input.version = reader.text("version", "");
    input.command = reader.text("command", "");
    readSession(reader.object(reader.get("session"), "session"), input);
    readMargins(reader.object(reader.get("margins"), "margins"), input);
    input.limits = reader.list<ReportLimit>("limits", false, readLimit);
    if (const Json* classes = reader.find("classes"); classes != nullptr && classes->is_array())
        for (const Json& name : *classes)
            input.classNames.push_back(name.is_string() ? name.get<std::string>() : std::string());
    input.layers = reader.list<ReportLayer>("layers", false, readLayer);
    input.findings = reader.list<ReportFinding>("findings", false, readFinding);
    input.subjects = reader.list<ReportSubject>("subjects", true, readSubject);
    input.points = reader.list<ReportPoint>("points", false, readPoint);
    pass(reader, {"summary", "warnings", "fronts"});
    reader.finish();
    return input;
}

}  // namespace bitdesk
