// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/report/formats.h"
#include "core/report/naming.h"
#include "core/report/report_fields.h"
#include "core/results/results_json.h"

namespace bitdesk {
namespace {

using OrderedJson = nlohmann::ordered_json;

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
    json["latency_ms"] = toldJson(point.latencyMs);
    json["median_ci95_ms"] = point.latencyMs ? toldJson(point.latencyCi95) : OrderedJson();
    json["run_group"] = point.runGroup;
    return json;
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
        {"findings", toldJson(input.findings)},
        {"subjects", subjectsJson(report)},
        {"fronts", {{"bitops", report.bitopsFront}, {"latency", report.latencyFront}}},
        {"points", std::move(points)}};
    return jsonText(json, 1);
}

}  // namespace bitdesk
