// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/report_fields.h"
#include "core/results/results_json.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostCount = std::int64_t{1} << 53;  // exact in every reader of JSON
constexpr std::int64_t kMostImages = 100'000'000;
constexpr double kMostMs = 1e9;
constexpr const char* kHint = "Only a report that bitdesk wrote as JSON can be opened";

std::int64_t count(JsonReader& reader, const char* key, std::int64_t most = kMostCount) {
    reader.get(key);
    return reader.whole(key, 0, 0, most);
}

/// Derived fields are told for other readers; they are known, and worked out anew.
void pass(JsonReader& reader, std::initializer_list<const char*> keys) {
    for (const char* key : keys) reader.find(key);
}

using FromReport = FromJson<Required::Counts>;

void checkBits(const JsonReader& reader, const BitConfiguration& bits) {
    constexpr std::size_t kMostLayers = 10'000;
    const bool fit = std::ranges::all_of(bits.bits, [](int width) { return width >= 1 && width <= 32; });
    if (bits.size() == 0 || bits.size() > kMostLayers || !fit) reader.fail("bits", "is no list of bit-widths");
}

void checkOutcome(const JsonReader& reader, const EvaluationSummary& e) {
    checkBits(reader, e.bits);
    if (e.correct > e.total) reader.fail("correct", "is more than the total");
    if (e.total == 0 || e.total > kMostImages) reader.fail("total", "is no number of images");
    if (e.looks < 1) reader.fail("looks", "is no count");
}

Evaluation readEvaluation(JsonReader reader, const ReportSubject& subject) {
    Evaluation e;
    e.modelName = subject.modelName;
    e.modelHash = subject.modelHash;
    e.bits = subject.bits;
    fields(e, FromReport{reader, &subjectEvaluation()});
    checkOutcome(reader, e);
    const auto total = static_cast<std::size_t>(e.total);
    if (e.predictions.size() != total) reader.fail("predictions", "is not what its total says");
    if (e.correctMask.size() != total) reader.fail("correct_mask", "is not what its total says");
    if (std::ranges::any_of(e.correctMask, [](std::uint8_t right) { return right > 1; }) ||
        std::ranges::count(e.correctMask, 1) != e.correct)
        reader.fail("correct_mask", "does not fit the count of the right ones");
    reader.finish();
    return e;
}

Measurement readMeasurement(JsonReader reader, const ReportSubject& subject) {
    Measurement m;
    m.modelName = subject.modelName;
    m.modelHash = subject.modelHash;
    m.bits = subject.bits;
    fields(m, FromReport{reader, &subjectMeasurement()});
    const auto isTime = [](double ms) { return ms >= 0 && ms <= kMostMs; };
    if (m.samplesMs.empty() || !std::ranges::all_of(m.samplesMs, isTime))
        reader.fail("samples_ms", "is no list of times");
    if (m.threads < 1 || m.batch < 1) reader.fail("threads", "is no count, or batch is none");
    m.summarize();
    reader.finish();
    return m;
}

/// An entry of a list, by all of its fields.
template <typename Entry>
Entry readEntry(JsonReader reader) {
    Entry entry;
    fields(entry, FromReport{reader});
    reader.finish();
    return entry;
}

ReportSubject readSubject(JsonReader reader) {
    ReportSubject s;
    s.label = reader.text("label", "");
    s.modelName = reader.text("model", "");
    s.modelHash = reader.text("model_hash", "");
    FromReport{reader}("bits", s.bits);
    checkBits(reader, s.bits);
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
    fields(point.evaluation, FromReport{reader, &pointEvaluation()});
    checkOutcome(reader, point.evaluation);
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
    input.limits = reader.list<ReportLimit>("limits", false, readEntry<ReportLimit>);
    if (const Json* classes = reader.find("classes"); classes != nullptr && classes->is_array())
        for (const Json& name : *classes)
            input.classNames.push_back(name.is_string() ? name.get<std::string>() : std::string());
    input.layers = reader.list<ReportLayer>("layers", false, readEntry<ReportLayer>);
    input.findings = reader.list<ReportFinding>("findings", false, readEntry<ReportFinding>);
    input.subjects = reader.list<ReportSubject>("subjects", true, readSubject);
    input.points = reader.list<ReportPoint>("points", false, readPoint);
    pass(reader, {"summary", "warnings", "fronts"});
    reader.finish();
    return input;
}

}  // namespace bitdesk
