// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/profile_output.h"

#include <fmt/format.h>
#include <algorithm>

#include "app/cli/figures.h"

namespace bitdesk::cli {
namespace {

constexpr const char* kSimulated =
    "Simulated bits: the reference backend holds codes in 32-bit floats, so these times say nothing about low-bit "
    "speed.\n";

/// What a whole run takes besides its layers: the difference of two medians, its interval the widest that theirs allow.
Metric outsideOf(const Measurement& m) {
    const Metric sum = m.layerSumMs.value_or(Metric{});
    Metric outside{.tag = "outside", .unit = "ms", .value = m.latencyMs.median - sum.value, .ci95 = {}, .n = sum.n};
    if (sum.ci95) outside.ci95 = Interval{m.medianCi95.low - sum.ci95->high, m.medianCi95.high - sum.ci95->low};
    return outside;
}

Json reconciliationJson(const Measurement& m) {
    if (!m.layerSumMs) return {};
    return {{"layers_ms", toldJson(*m.layerSumMs)},
            {"outside_ms", toldJson(outsideOf(m))},
            {"whole_ms", toldJson(m.latencyMs)}};
}

Json predictionJson(const Measurement& m, const std::optional<LayerTable>& table) {
    if (!m.predictedMs || !table) return {};
    return {{"value_ms", *m.predictedMs},
            {"error", toldJson(m.predictionError())},
            {"median_error", toldJson(table->medianError())},
            {"error90", toldJson(table->error90())},
            {"checks", table->checks.size()}};
}

/// `againstFirst` null: it is the first.
Json runJson(const Measurement& m, const LatencyComparison* againstFirst, const std::optional<LayerTable>& table) {
    Json json = measurementJson(m);
    json["id"] = known(m.id);
    json.erase("environment");  // one for all runs
    json.update(picked(m, {"model", "model_hash", "bits"}));
    json["against_first"] = againstFirst != nullptr ? latencyJson(*againstFirst) : Json();
    json["prediction"] = predictionJson(m, table);
    json["reconciliation"] = reconciliationJson(m);
    json.update(picked<MeasurementDetails>(m, {"metrics", "unreadable"}));
    json.update(picked(m, {"layers", "samples_ms"}));
    return json;
}

std::string layerLine(const std::string& name, const std::string& requested, const std::string& executed,
                      const std::string& median, const std::string& spread, const std::string& rest) {
    return fmt::format("  {:<28} {:>9} {:>8} {:>11} {:>21}  {}\n", name, requested, executed, median, spread, rest);
}

std::string layersText(const Measurement& m) {
    const TimeScale unit = TimeScale::forLongest(m.latencyMs.median);
    std::string text = layerLine("layer", "requested", "executed", std::string("median ") + unit.name,
                                 std::string("quartiles ") + unit.name, "kernel");
    for (const LayerTime& layer : m.layers)
        text += layerLine(layer.name, layer.requestedBits > 0 ? std::to_string(layer.requestedBits) : "",
                          std::to_string(layer.executedBits), unit.number(layer.milliseconds.median),
                          unit.interval({layer.milliseconds.q1, layer.milliseconds.q3}), layer.kernel);
    const auto closing = [&](const char* name, const Metric& metric, const std::string& remark = {}) {
        return layerLine(name, "", "", unit.number(metric.value), metric.ci95 ? unit.interval(*metric.ci95) : "",
                         fmt::format("(95 % interval, n = {}{})", metric.n, remark));
    };
    if (m.layerSumMs) {
        const Metric outside = outsideOf(m);
        const bool slowed = outside.ci95 && outside.ci95->high < 0;
        text += closing("= sum of a run's layers", *m.layerSumMs);
        text += closing("+ outside them", outside, slowed ? "; negative: timing the layers slowed them" : "");
    }
    text += closing("= whole run, layers not timed",
                    {.tag = {}, .unit = "ms", .value = m.latencyMs.median, .ci95 = m.medianCi95, .n = m.latencyMs.n});
    return text;
}

std::string errorText(const LayerTable& table) {
    if (!table.medianError()) return "not checked";
    return fmt::format("median error {:.1f} %, 90 % within {:.1f} %, over {} mixes", 100 * *table.medianError(),
                       100 * *table.error90(), table.checks.size());
}

std::string metricText(const Metric& metric) {
    const bool bytes = metric.unit == "B";
    return fmt::format("  {}{}: {:.6g} {} (n = {})\n", metric.tag,
                       metric.source.empty() ? "" : " (" + metric.source + ")",
                       bytes ? metric.value / (1024 * 1024) : metric.value, bytes ? "MiB" : metric.unit, metric.n);
}

std::string runText(const Measurement& m, const LatencyComparison& againstFirst, bool isFirst,
                    const std::optional<LayerTable>& table) {
    const TimeScale unit = TimeScale::forLongest(m.latencyMs.median);
    std::string text = fmt::format("\n{}{}: {}\n  batch {}, {} thread(s), {} on {}\n", toText(m.bits),
                                   m.id > 0 ? fmt::format(" (id {})", m.id) : "", latencyText(m), m.batch, m.threads,
                                   m.backend, m.device);
    if (isFirst)
        text += m.noiseFloor ? fmt::format("  against itself: noise floor {:.2f} %\n", 100 * *m.noiseFloor)
                             : "  against itself: too few runs for a noise floor\n";
    else
        text += fmt::format("  against the first: {}{}: {}\n", toText(againstFirst.verdict),
                            againstFirst.belowNoise ? " (below the noise floor)" : "", againstFirst.reason);
    if (m.predictedMs && table)
        text += fmt::format("  predicted {} {}, error {:+.1f} % of the measured (the table's own: {})\n",
                            unit.number(*m.predictedMs), unit.name, 100 * m.predictionError().value_or(0),
                            errorText(*table));
    for (const Metric& metric : m.metrics) text += metricText(metric);
    return text + layersText(m);
}

std::string findingsText(const LayerTable& table) {
    if (table.findings.empty()) return "Every layer is faster with fewer bits.\n";
    std::string text = "BitOPs fell, latency did not (median [95 % interval]):\n";
    for (const LayerFinding& f : table.findings) {
        const TimeScale unit = TimeScale::forLongest(f.from.milliseconds.median);
        text +=
            fmt::format("  {:<28} {} → {} bits  {} → {} {}  {}: {}\n", f.layer, f.fromBits, f.toBits,
                        unit.figure(f.from.milliseconds.median, f.from.ci95),
                        unit.figure(f.to.milliseconds.median, f.to.ci95), unit.name, toText(f.cause), f.explanation);
    }
    return text;
}

/// ratio, its interval, verdict
std::string verdictCells(const LatencyComparison& c) {
    return fmt::format("{},{},{},{}", c.ratio, c.ci95 ? fmt::to_string(c.ci95->low) : "",
                       c.ci95 ? fmt::to_string(c.ci95->high) : "", toText(c.verdict));
}

}  // namespace

Json profileJson(const jobs::ProfileResult& result) {
    Json runs = Json::array();
    bool simulated = false;
    for (std::size_t i = 0; i < result.runs.size(); ++i) {
        runs.push_back(runJson(result.runs[i], i > 0 ? &result.againstFirst[i] : nullptr, result.table));
        simulated = simulated || result.runs[i].simulated;
    }
    return {{"runs", std::move(runs)}, {"simulated", simulated}, {"environment", toldJson(result.conditions)}};
}

std::string profileText(const jobs::ProfileResult& result) {
    const Measurement& first = result.runs.front();
    std::string text = (first.simulated ? kSimulated : "") + first.modelName + "\n";
    for (std::size_t i = 0; i < result.runs.size(); ++i)
        text += runText(result.runs[i], result.againstFirst[i], i == 0, result.table);
    text += fmt::format("\nconditions: {} · {}\n", result.conditions.environment.cpuModel, summary(result.conditions));
    for (const std::string& warning : result.conditions.warnings) text += fmt::format("  warning: {}\n", warning);
    for (const std::string& field : first.unreadable) text += fmt::format("  not readable here: {}\n", field);
    return text;
}

std::string profileCsv(const jobs::ProfileResult& result) {
    std::string csv =
        "id,bits,simulated,backend,device,threads,batch,layer,requested_bits,executed_bits,median_ms,q1_ms,q3_ms,n,"
        "ci95_low_ms,ci95_high_ms,stop_reason,ratio,ratio_ci95_low,ratio_ci95_high,verdict\n";
    for (std::size_t i = 0; i < result.runs.size(); ++i) {
        const Measurement& m = result.runs[i];
        const std::string head =
            fmt::format("{},{},{},{},{},{},{}", m.id > 0 ? std::to_string(m.id) : "", csvList(m.bits.bits), m.simulated,
                        m.backend, m.device, m.threads, m.batch);
        csv += fmt::format("{},(whole run),,,{},{},{},{},{},{},{},{}\n", head, m.latencyMs.median, m.latencyMs.q1,
                           m.latencyMs.q3, m.latencyMs.n, m.medianCi95.low, m.medianCi95.high, m.stopReason,
                           i > 0 ? verdictCells(result.againstFirst[i]) : ",,,");
        for (const LayerTime& layer : m.layers)
            csv += fmt::format("{},{},{},{},{},{},{},{},,,,,,,\n", head, csvCell(layer.name),
                               layer.requestedBits > 0 ? std::to_string(layer.requestedBits) : "", layer.executedBits,
                               layer.milliseconds.median, layer.milliseconds.q1, layer.milliseconds.q3,
                               layer.milliseconds.n);
    }
    return csv;
}

Json layerTableJson(const LayerTable& table) {
    Json json{{"id", known(table.id)}};
    json.update(picked(table, {"widths", "mixes", "rounds"}));
    json.update({{"threads", table.key.threads},
                 {"batch", table.key.batch},
                 {"backend", table.key.backend},
                 {"device", table.key.device},
                 {"median_error", toldJson(table.medianError())},
                 {"error90", toldJson(table.error90())}});
    json.update(
        picked(table, {{"outside", "outside_ms"}, {"rows", "layers"}, "checks", "roofline", "findings", "warnings"}));
    json["environment"] = toldJson(table.conditions);
    return json;
}

std::string layerTableText(const LayerTable& table) {
    const TimeScale unit = TimeScale::forLongest(table.longestMs());
    std::string text = fmt::format(
        "layer table: {} mixes × {} rounds, batch {}, {} thread(s), {} on {}\n  predicts whole runs with {}\n\n  "
        "{:<28}",
        table.mixes, table.rounds, table.key.batch, table.key.threads, table.key.backend, table.key.device,
        errorText(table), fmt::format("median {} [95 % interval]", unit.name));
    for (const int width : table.widths) text += fmt::format(" {:>27}", fmt::format("{} bits", width));
    text += '\n';
    for (const LayerRow& row : table.rows) {
        text += fmt::format("  {:<28}", row.name);
        for (const auto& line : row.cells) {
            const auto [low, high] =
                std::ranges::minmax(line, {}, [](const LayerCell& c) { return c.milliseconds.median; });
            text +=
                fmt::format(" {:>27}", unit.figure(low.milliseconds.median, Interval{low.ci95.low, high.ci95.high}) +
                                           (line.size() > 1 ? "*" : " "));
        }
        text += '\n';
    }
    text += fmt::format("  {:<28} {:>27} (quartiles)\n  * depends on the next layer's width as well: see --json\n\n",
                        "outside the layers",
                        unit.figure(table.outsideMs.median, Interval{table.outsideMs.q1, table.outsideMs.q3}) + " ");
    text += findingsText(table);
    for (const std::string& warning : table.warnings) text += fmt::format("  warning: {}\n", warning);
    return text;
}

std::string layerTableCsv(const LayerTable& table) {
    std::string csv = "layer,bits,next_bits,kernel,executed_bits,median_ms,q1_ms,q3_ms,n,ci95_low_ms,ci95_high_ms\n";
    for (const LayerRow& row : table.rows)
        for (std::size_t w = 0; w < row.cells.size(); ++w)
            for (std::size_t next = 0; next < row.cells[w].size(); ++next) {
                const LayerCell& cell = row.cells[w][next];
                csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", csvCell(row.name),
                                   row.quantizable >= 0 ? std::to_string(table.widths[w]) : "",
                                   row.next >= 0 ? std::to_string(table.widths[next]) : "", csvCell(row.kernels[w]),
                                   row.executedBits[w], cell.milliseconds.median, cell.milliseconds.q1,
                                   cell.milliseconds.q3, cell.milliseconds.n, cell.ci95.low, cell.ci95.high);
            }
    return csv;
}

}  // namespace bitdesk::cli
