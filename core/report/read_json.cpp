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
#include "core/report/report_fields.h"
#include "core/results/results_json.h"

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

/// Derived fields are told for other readers; they are known, and worked out anew.
void pass(JsonReader& reader, std::initializer_list<const char*> keys) {
    for (const char* key : keys) reader.find(key);
}

bool isNull(JsonReader& reader, const char* key) {
    const Json* value = reader.find(key);
    return value == nullptr || value->is_null();
}

/// Reads the fields that `picks` names, nullptr: all. Counts must be there; texts, times and what has a usual value
/// need not.
struct FromReport {
    JsonReader& reader;
    const Picks* picks = nullptr;

    void operator()(const char* key, auto&& value) const {
        if (isPicked(key)) read(key, value);
    }
    void derived(const char* key, const auto&) const {
        if (isPicked(key)) reader.find(key);
    }

private:
    bool isPicked(std::string_view key) const {
        return picks == nullptr || std::ranges::find(*picks, key, &Pick::key) != picks->end();
    }

    void read(const char* key, std::string& value) const { value = reader.text(key, ""); }
    void read(const char* key, bool& value) const { value = reader.boolean(key, false); }
    void read(const char* key, std::int64_t& value) const { value = count(reader, key); }
    void read(const char* key, double& value) const { value = reader.real(key, 0, 0, 1e12); }
    /// Of those whose default is 1, 0 is none; the others must be there.
    void read(const char* key, int& value) const {
        if (value == 0) reader.get(key);
        value = static_cast<int>(reader.whole(key, value, value, 1'000'000));
    }
    void read(const char* key, std::optional<std::int64_t>& value) const {
        if (!isNull(reader, key)) value = count(reader, key);
    }
    void read(const char* key, IndexOrNone<int> index) const {
        index.value = isNull(reader, key) ? -1 : static_cast<int>(reader.whole(key, 0, 0, 100'000));
    }
    void read(const char* key, std::uint64_t& seed) const {
        const std::string text = reader.text(key, "", true);
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seed);
        if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) reader.fail(key, "is no number");
    }
    void read(const char* key, BitConfiguration& bits) const {
        constexpr std::size_t kMostLayers = 10'000;
        const Json& list = reader.get(key);
        if (!list.is_array() || list.empty() || list.size() > kMostLayers) reader.fail(key, "is no list of bit-widths");
        for (const Json& value : list) {
            if (!value.is_number_integer() || value < 1 || value > 32) reader.fail(key, "is no list of bit-widths");
            bits.bits.push_back(value.get<int>());
        }
    }
    void read(const char* key, std::vector<double>& samples) const {
        const Json& list = reader.get(key);
        if (!list.is_array() || list.empty()) reader.fail(key, "is no list of times");
        for (const Json& value : list) {
            if (!value.is_number() || !(value.get<double>() >= 0 && value.get<double>() <= 1e9))
                reader.fail(key, "holds what is no time");
            samples.push_back(value.get<double>());
        }
    }
    void read(const char* key, std::vector<std::uint8_t>& bytes) const {
        auto read = fromBase64(reader.text(key, "", true));
        if (!read) reader.fail(key, "is not what its total says");
        bytes = std::move(*read);
    }
    void read(const char* key, std::vector<std::uint16_t>& classes) const {
        std::vector<std::uint8_t> bytes;
        read(key, bytes);
        if (bytes.size() % 2 != 0) reader.fail(key, "is not what its total says");
        for (std::size_t i = 0; i < bytes.size(); i += 2)
            classes.push_back(static_cast<std::uint16_t>(bytes[i] | (bytes[i + 1] << 8U)));
    }
    /// As the store keeps them: an object, or nothing where it is null.
    std::string text(const char* key) const {
        if (isNull(reader, key)) return "{}";
        if (!reader.get(key).is_object()) reader.fail(key, "is no object");
        return reader.get(key).dump();
    }
    void read(const char* key, Conditions& conditions) const { conditions = conditionsFromJson(text(key)); }
    void read(const char* key, MeasurementDetails& details) const { readDetails(text(key), details); }
    void read(const char* key, std::vector<LayerTime>& layers) const {
        if (const Json* list = reader.find(key)) layers = layerTimesFromJson(list->dump());
    }
};

void checkOutcome(const JsonReader& reader, const EvaluationSummary& e) {
    if (e.correct > e.total) reader.fail("correct", "is more than the total");
    if (e.total == 0 || e.total > kMostImages) reader.fail("total", "is no number of images");
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
