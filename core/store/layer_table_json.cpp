// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/layer_table_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace bitdesk {
namespace {

using Json = nlohmann::json;

constexpr std::array kCauses{SlowCause::Noise, SlowCause::Fallback, SlowCause::MemoryBound, SlowCause::EpilogueBound,
                             SlowCause::Kernel};

Json quartilesJson(const Quartiles& q) { return {q.median, q.q1, q.q3, q.n}; }
Json cellJson(const LayerCell& c) { return {quartilesJson(c.milliseconds), c.ci95.low, c.ci95.high}; }

Json rowJson(const LayerRow& row) {
    Json cells = Json::array();
    for (const auto& line : row.cells) {
        Json cellsOfLine = Json::array();
        for (const LayerCell& cell : line) cellsOfLine.push_back(cellJson(cell));
        cells.push_back(std::move(cellsOfLine));
    }
    return {{"name", row.name},
            {"quantizable", row.quantizable},
            {"next", row.next},
            {"macs", row.macs},
            {"input_bytes", row.inputBytes},
            {"output_bytes", row.outputBytes},
            {"output_elements", row.outputElements},
            {"kernels", row.kernels},
            {"executed_bits", row.executedBits},
            {"weight_bytes", row.weightBytes},
            {"cells", std::move(cells)}};
}

Json findingJson(const LayerFinding& f) {
    return {{"layer", f.layer},         {"from_bits", f.fromBits},
            {"to_bits", f.toBits},      {"bitops_ratio", f.bitopsRatio},
            {"from", cellJson(f.from)}, {"to", cellJson(f.to)},
            {"cause", toText(f.cause)}, {"explanation", f.explanation}};
}

/// A number that a time, a rate or a count can be. Throws like the rest of the reading.
double finite(const Json& json) {
    const double value = json.get<double>();
    if (!std::isfinite(value)) throw std::out_of_range("not finite");
    return value;
}

Quartiles quartilesFrom(const Json& json) {
    return {finite(json.at(0)), finite(json.at(1)), finite(json.at(2)), json.at(3).get<std::int64_t>()};
}
LayerCell cellFrom(const Json& json) { return {quartilesFrom(json.at(0)), {finite(json.at(1)), finite(json.at(2))}}; }

LayerRow rowFrom(const Json& json) {
    LayerRow row;
    row.name = json.at("name").get<std::string>();
    row.quantizable = json.at("quantizable").get<int>();
    row.next = json.at("next").get<int>();
    row.macs = json.at("macs").get<std::int64_t>();
    row.inputBytes = json.at("input_bytes").get<std::int64_t>();
    row.outputBytes = json.at("output_bytes").get<std::int64_t>();
    row.outputElements = json.at("output_elements").get<std::int64_t>();
    row.kernels = json.at("kernels").get<std::vector<std::string>>();
    row.executedBits = json.at("executed_bits").get<std::vector<int>>();
    row.weightBytes = json.at("weight_bytes").get<std::vector<std::int64_t>>();
    for (const Json& line : json.at("cells")) {
        row.cells.emplace_back();
        for (const Json& cell : line) row.cells.back().push_back(cellFrom(cell));
    }
    if (row.kernels.size() != row.cells.size() || row.executedBits.size() != row.cells.size() ||
        row.weightBytes.size() != row.cells.size())
        throw std::out_of_range("widths of a row");
    return row;
}

LayerFinding findingFrom(const Json& json) {
    LayerFinding f;
    f.layer = json.at("layer").get<std::string>();
    f.fromBits = json.at("from_bits").get<int>();
    f.toBits = json.at("to_bits").get<int>();
    f.bitopsRatio = finite(json.at("bitops_ratio"));
    f.from = cellFrom(json.at("from"));
    f.to = cellFrom(json.at("to"));
    const auto cause = std::ranges::find(kCauses, json.at("cause").get<std::string>(),
                                         [](SlowCause c) { return std::string(toText(c)); });
    f.cause = cause == kCauses.end() ? SlowCause::Kernel : *cause;
    f.explanation = json.at("explanation").get<std::string>();
    return f;
}

LayerTable tableFrom(const Json& json) {
    LayerTable table;
    table.widths = json.at("widths").get<std::vector<int>>();
    table.mixes = json.at("mixes").get<int>();
    table.rounds = json.at("rounds").get<int>();
    table.outsideMs = quartilesFrom(json.at("outside"));
    table.warnings = json.at("warnings").get<std::vector<std::string>>();
    const Json& roofline = json.at("roofline");
    for (const Json& rate : roofline.at("macs_per_second")) table.roofline.macsPerSecond.push_back(quartilesFrom(rate));
    table.roofline.bytesPerSecond = quartilesFrom(roofline.at("bytes_per_second"));
    table.roofline.bytes = roofline.at("bytes").get<std::int64_t>();
    table.roofline.outputsPerSecond = quartilesFrom(roofline.at("outputs_per_second"));
    for (const Json& row : json.at("rows")) table.rows.push_back(rowFrom(row));
    for (const Json& check : json.at("checks"))
        table.checks.push_back({{check.at(0).get<std::vector<int>>()},
                                finite(check.at(1)),
                                finite(check.at(2)),
                                {finite(check.at(3)), finite(check.at(4))}});
    for (const Json& finding : json.at("findings")) table.findings.push_back(findingFrom(finding));
    return table;
}

}  // namespace

std::string layerTableToJson(const LayerTable& table) {
    Json rows = Json::array(), checks = Json::array(), findings = Json::array(), rates = Json::array();
    for (const Quartiles& rate : table.roofline.macsPerSecond) rates.push_back(quartilesJson(rate));
    for (const LayerRow& row : table.rows) rows.push_back(rowJson(row));
    for (const LayerTableCheck& c : table.checks)
        checks.push_back({c.bits.bits, c.predictedMs, c.measuredMs, c.measuredCi95.low, c.measuredCi95.high});
    for (const LayerFinding& finding : table.findings) findings.push_back(findingJson(finding));
    const Json json{{"widths", table.widths},
                    {"mixes", table.mixes},
                    {"rounds", table.rounds},
                    {"outside", quartilesJson(table.outsideMs)},
                    {"warnings", table.warnings},
                    {"roofline",
                     {{"macs_per_second", std::move(rates)},
                      {"bytes_per_second", quartilesJson(table.roofline.bytesPerSecond)},
                      {"bytes", table.roofline.bytes},
                      {"outputs_per_second", quartilesJson(table.roofline.outputsPerSecond)}}},
                    {"rows", std::move(rows)},
                    {"checks", std::move(checks)},
                    {"findings", std::move(findings)}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<LayerTable> layerTableFromJson(const std::string& text) try {
    return tableFrom(Json::parse(text));
} catch (const std::exception&) {
    return std::nullopt;  // a table can be measured again
}

}  // namespace bitdesk
