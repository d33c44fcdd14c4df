// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/base/json_text.h"
#include "core/report/formats.h"
#include "core/report/naming.h"
#include "core/results/figures_json.h"
#include "core/results/measurement_json.h"

namespace bitdesk {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson intervalJson(const Interval& i) { return {i.low, i.high}; }

/// A stored JSON text as a value, its keys sorted, as they are once it was read back; an empty object where it is none.
OrderedJson parsed(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    return json.is_discarded() ? OrderedJson::object() : OrderedJson(json);
}

std::string encoded(const std::vector<std::uint16_t>& classes) {
    std::vector<std::uint8_t> bytes;  // little endian
    bytes.reserve(2 * classes.size());
    for (const std::uint16_t value : classes) {
        bytes.push_back(static_cast<std::uint8_t>(value & 0xFFU));
        bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    }
    return toBase64(bytes);
}

OrderedJson evaluationJson(const Evaluation& e) {
    return {{"id", e.id},
            {"data", e.dataName},
            {"data_hash", e.key.dataHash},
            {"preparation", e.facts.preparation},
            {"skipped", e.facts.skipped ? OrderedJson(*e.facts.skipped) : OrderedJson()},
            {"split", e.key.split},
            {"subset", e.key.subset},
            {"order_seed", std::to_string(e.key.orderSeed)},
            {"numerics", e.key.numericsVersion},
            {"correct", e.correct},
            {"total", e.total},
            {"accuracy", e.accuracy()},
            {"ci95", intervalJson(wilson(e.correct, e.total))},
            {"bitops", e.bitops},
            {"weight_bytes", e.weightBytes},
            {"norm_bytes", e.normBytes},
            {"device", e.device},
            {"backend", e.backend},
            {"seconds", e.seconds},
            {"looks", e.looks},
            {"created_at", e.createdAt},
            {"predictions", encoded(e.predictions)},
            {"correct_mask", toBase64(e.correctMask)}};
}

OrderedJson measurementJson(const Measurement& m) {
    return {{"id", m.id},
            {"backend", m.backend},
            {"device", m.device},
            {"threads", m.threads},
            {"batch", m.batch},
            {"simulated", m.simulated},
            {"latency_ms", quartilesJson(m.latencyMs)},
            {"median_ci95_ms", intervalJson(m.medianCi95)},
            {"machine", m.machine},
            {"build", m.build},
            {"run_group", m.runGroup},
            {"created_at", m.createdAt},
            {"environment", parsed(m.environmentJson)},
            {"details", parsed(detailsToJson(m))},
            {"layers", parsed(layerTimesToJson(m.layers))},
            {"samples_ms", m.samplesMs}};
}

OrderedJson comparisonJson(const ReportComparison& c) {
    OrderedJson flips = OrderedJson::array();
    for (const ClassFlips& f : c.flips)
        flips.push_back({{"class", f.label}, {"both_right", f.bothRight}, {"lost", f.lost}, {"gained", f.gained}});
    return {{"accuracy", c.accuracy ? accuracyJson(*c.accuracy) : OrderedJson()},
            {"latency", c.latency ? latencyJson(*c.latency, c.latency->ci95.has_value()) : OrderedJson()},
            {"flips", std::move(flips)},
            {"verdict", c.verdict}};
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
                            {"evaluation", s.evaluation ? evaluationJson(*s.evaluation) : OrderedJson()},
                            {"measurement", s.measurement ? measurementJson(*s.measurement) : OrderedJson()},
                            {"comparison", comparisonJson(report.comparisons[i])}});
    }
    return subjects;
}

OrderedJson pointJson(const ReportPoint& point) {
    const EvaluationSummary& e = point.evaluation;
    return {{"id", e.id},
            {"model", e.modelName},
            {"model_hash", e.modelHash},
            {"data", e.dataName},
            {"data_hash", e.dataHash},
            {"preparation", e.facts.preparation},
            {"skipped", e.facts.skipped ? OrderedJson(*e.facts.skipped) : OrderedJson()},
            {"split", e.split},
            {"bits", e.bits.bits},
            {"correct", e.correct},
            {"total", e.total},
            {"accuracy", e.accuracy()},
            {"ci95", intervalJson(e.interval())},
            {"bitops", e.bitops},
            {"weight_bytes", e.weightBytes},
            {"norm_bytes", e.normBytes},
            {"device", e.device},
            {"backend", e.backend},
            {"created_at", e.createdAt},
            {"looks", e.looks},
            {"latency_ms", point.latencyMs ? quartilesJson(*point.latencyMs) : OrderedJson()},
            {"median_ci95_ms", point.latencyMs ? intervalJson(point.latencyCi95) : OrderedJson()},
            {"run_group", point.runGroup}};
}

OrderedJson limitsJson(const ReportInput& input) {
    OrderedJson limits = OrderedJson::array();
    for (const ReportLimit& l : input.limits)
        limits.push_back({{"subject", l.subject}, {"name", l.name}, {"broken", l.broken}, {"reason", l.reason}});
    return limits;
}

OrderedJson layersJson(const ReportInput& input) {
    OrderedJson layers = OrderedJson::array();
    for (const ReportLayer& l : input.layers)
        layers.push_back({{"name", l.name},
                          {"fader", l.quantizable >= 0 ? OrderedJson(l.quantizable) : OrderedJson()},
                          {"macs", l.macs}});
    return layers;
}

OrderedJson findingsJson(const ReportInput& input) {
    OrderedJson findings = OrderedJson::array();
    for (const ReportFinding& f : input.findings)
        findings.push_back({{"layer", f.layer},
                            {"from_bits", f.fromBits},
                            {"to_bits", f.toBits},
                            {"cause", f.cause},
                            {"explanation", f.explanation}});
    return findings;
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
        {"limits", limitsJson(input)},
        {"warnings", report.warnings},
        {"classes", input.classNames},
        {"layers", layersJson(input)},
        {"findings", findingsJson(input)},
        {"subjects", subjectsJson(report)},
        {"fronts", {{"bitops", report.bitopsFront}, {"latency", report.latencyFront}}},
        {"points", std::move(points)}};
    return jsonText(json, 1);
}

}  // namespace bitdesk
