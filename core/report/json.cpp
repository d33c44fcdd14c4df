// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/formats.h"
#include "core/results/results_json.h"

namespace bitdesk {

namespace {

using OrderedJson = nlohmann::ordered_json;

/// Of a subject's evaluation: model and bits stand beside it.
const Picks& subjectEvaluation() {
    static const Picks kPicks{"id",      "data",       "data_hash",    "preparation", "skipped",     "split",
                              "subset",  "order_seed", "numerics",     "correct",     "total",       "accuracy",
                              "ci95",    "bitops",     "weight_bytes", "norm_bytes",  "device",      "backend",
                              "seconds", "looks",      "created_at",   "predictions", "correct_mask"};
    return kPicks;
}
const Picks& pointEvaluation() {
    static const Picks kPicks{"id",          "model",    "model_hash", "data",       "data_hash",
                              "preparation", "skipped",  "split",      "bits",       "correct",
                              "total",       "accuracy", "ci95",       "bitops",     "weight_bytes",
                              "norm_bytes",  "device",   "backend",    "created_at", "looks"};
    return kPicks;
}
const Picks& findingFields() {
    static const Picks kPicks{"layer", "from_bits", "to_bits", "cause", "explanation"};
    return kPicks;
}
const Picks& subjectMeasurement() {
    static const Picks kPicks{"id",          "backend",        "device",  "threads",   "batch",     "simulated",
                              "latency_ms",  "median_ci95_ms", "machine", "build",     "run_group", "created_at",
                              "environment", "details",        "layers",  "samples_ms"};
    return kPicks;
}

OrderedJson comparisonJson(const ReportComparison& c) {
    return {{"accuracy", toldJson(c.accuracy)},
            {"latency", c.latency ? latencyJson(*c.latency, c.latency->ci95.has_value()) : OrderedJson()},
            {"flips", toldJson(c.flips)},
            {"verdict", c.verdict}};
}

/// What the store keeps in short is as it has it, its keys sorted.
OrderedJson measurementJson(const Measurement& m) {
    OrderedJson json = picked(m, subjectMeasurement());
    if (json["environment"].is_null()) json["environment"] = OrderedJson::object();
    json["details"] = storedJson<MeasurementDetails>(m);
    json["layers"] = storedJson(m.layers);
    return json;
}

OrderedJson subjectsJson(const Report& report) {
    OrderedJson subjects = OrderedJson::array();
    for (std::size_t i = 0; i < report.input.subjects.size(); ++i) {
        const ReportSubject& s = report.input.subjects[i];
        subjects.push_back({{"letter", letterOf(i)},
                            {"label", s.label},
                            {"model", s.modelName},
                            {"model_hash", s.modelHash},
                            {"bits", s.bits.bits},
                            {"evaluation", s.evaluation ? picked(*s.evaluation, subjectEvaluation()) : OrderedJson()},
                            {"measurement", s.measurement ? measurementJson(*s.measurement) : OrderedJson()},
                            {"comparison", comparisonJson(report.comparisons[i])}});
    }
    return subjects;
}

OrderedJson pointJson(const ReportPoint& point) {
    OrderedJson json = picked(point.evaluation, pointEvaluation());
    const auto& latency = point.latency;
    json["latency_ms"] = latency ? toldJson(latency->ms) : OrderedJson();
    json["median_ci95_ms"] = latency ? toldJson(latency->ci95) : OrderedJson();
    json["run_group"] = latency ? latency->runGroup : 0;
    return json;
}

OrderedJson findingsJson(const std::vector<LayerFinding>& findings) {
    OrderedJson json = OrderedJson::array();
    for (const LayerFinding& f : findings) json.push_back(picked(f, findingFields()));
    return json;
}

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

LayerFinding readFinding(JsonReader reader) {
    LayerFinding finding;
    fields(finding, FromReport{reader, &findingFields()});
    reader.finish();
    return finding;
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
    const std::int64_t runGroup = count(reader, "run_group");
    if (const Json* latency = reader.find("latency_ms"); latency != nullptr && !latency->is_null())
        point.latency = {.ms = readQuartiles(reader.object(*latency, "latency_ms")),
                         .ci95 = readInterval(reader, "median_ci95_ms"),
                         .runGroup = runGroup};
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

std::string toJson(const Report& report) {
    const ReportInput& input = report.input;
    OrderedJson points = OrderedJson::array();
    for (const ReportPoint& point : input.points) points.push_back(pointJson(point));
    const OrderedJson json{
        {"bitdesk_report", 1},
        {"title", input.title},
        {"summary", report.summary},
        {"created_at", input.createdAt},
        {"version", input.version},
        {"command", input.command},
        {"session",
         {{"model", input.modelFile}, {"data", input.dataSpec}, {"split", input.split}, {"database", input.database}}},
        {"margins", {{"accuracy", input.accuracyMargin}, {"latency", input.latencyMargin}}},
        {"limits", toldJson(input.limits)},
        {"warnings", report.warnings},
        {"classes", input.classNames},
        {"layers", toldJson(input.layers)},
        {"findings", findingsJson(input.findings)},
        {"subjects", subjectsJson(report)},
        {"fronts", {{"bitops", report.bitopsFront}, {"latency", report.latencyFront}}},
        {"points", std::move(points)}};
    return jsonText(json, 1);
}

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
    input.findings = reader.list<LayerFinding>("findings", false, readFinding);
    input.subjects = reader.list<ReportSubject>("subjects", true, readSubject);
    input.points = reader.list<ReportPoint>("points", false, readPoint);
    pass(reader, {"summary", "warnings", "fronts"});
    reader.finish();
    return input;
}

}  // namespace bitdesk
