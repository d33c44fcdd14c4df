// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/document_parts.h"
#include "core/present/time_scale.h"
#include "core/present/words.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "core/base/error.h"
#include "core/report/naming.h"

namespace bitdesk {
namespace {

Tone toneOf(AccuracyVerdict verdict) {
    if (verdict == AccuracyVerdict::Worse) return Tone::Bad;
    if (verdict == AccuracyVerdict::Unclear) return Tone::Muted;
    return verdict == AccuracyVerdict::Better ? Tone::Good : Tone::Plain;
}
Tone toneOf(LatencyVerdict verdict) {
    if (verdict == LatencyVerdict::Slower) return Tone::Bad;
    if (verdict == LatencyVerdict::Unclear) return Tone::Muted;
    return verdict == LatencyVerdict::Faster ? Tone::Good : Tone::Plain;
}

Cell none() { return {"–", Tone::Muted}; }

Cell accuracyCell(const ReportSubject& subject) {
    if (!subject.evaluation) return none();
    const Evaluation& e = *subject.evaluation;
    const Interval i = e.interval();
    return {fmt::format("{:.2f} % [{:.2f}, {:.2f}], n = {}", 100 * e.accuracy(), 100 * i.low, 100 * i.high,
                        grouped(e.total))};
}

Cell differenceCell(const ReportComparison& c) {
    if (!c.accuracy) return none();
    const PairedDifference& d = c.accuracy->difference;
    if (d.total == 0) return {"unclear", Tone::Muted};
    return {pointsText(d) + ", " + toText(c.accuracy->verdict), toneOf(c.accuracy->verdict)};
}

Cell latencyCell(const ReportSubject& subject) {
    if (!subject.measurement) return none();
    const Measurement& m = *subject.measurement;
    const TimeScale unit = TimeScale::forLongest(m.latencyMs.median);
    return {fmt::format("{} {}, n = {}{}", unit.figure(m.latencyMs.median, m.medianCi95), unit.name,
                        grouped(m.latencyMs.n), m.simulated ? ", simulated" : ""),
            m.simulated ? Tone::Muted : Tone::Plain};
}

Cell ratioCell(const ReportComparison& c) {
    if (!c.latency) return none();
    if (!c.latency->ci95) return {"unclear", Tone::Muted};
    return {fmt::format("{:.3f} [{:.3f}, {:.3f}], {}", c.latency->ratio, c.latency->ci95->low, c.latency->ci95->high,
                        toText(c.latency->verdict)),
            toneOf(c.latency->verdict)};
}

/// "3692 MHz"; nothing where the machine did not tell.
std::string fact(const std::optional<double>& value, const char* unit = "") {
    return value ? fmt::format("{:.6g}{}", *value, unit) : std::string();
}

std::string machineText(const Measurement& m) {
    const Environment& e = m.conditions.environment;
    const MachineState& after = m.conditions.after;
    std::string text = printable(e.cpuModel);
    const auto add = [&](const std::string& what, const std::string& value) {
        if (!value.empty()) text += (text.empty() ? "" : " · ") + what + value;
    };
    add("machine ", printable(m.machine));
    add("CPUs ", e.logicalCpus > 0 ? std::to_string(e.logicalCpus) : "");
    add("CPU quota ", e.cpuQuota < 0 ? "" : fact(e.cpuQuota));
    add("kernel ", printable(e.kernel));
    add("build ", printable(m.build));
    add("clock ", fact(after.effectiveMHz, " MHz"));
    add("CPU to CPU ", fact(after.handoverNs, " ns"));
    add("load ", fact(after.load1));
    return text;
}

std::span<const LayerTime> layersOf(const ReportSubject& subject) {
    if (!subject.measurement) return {};
    return subject.measurement->layers;
}

std::vector<Cell> layerRow(const ReportSubject& subject, std::size_t index, const LayerTime& layer) {
    const TimeScale unit = TimeScale::forLongest(subject.measurement->latencyMs.median);
    return {{printable(layer.name)},
            {letterOf(index)},
            {layer.requestedBits > 0 ? std::to_string(layer.requestedBits) : ""},
            {std::to_string(layer.executedBits)},
            {printable(layer.kernel)},
            {unit.number(layer.milliseconds.median) + " " + unit.name},
            {unit.interval({layer.milliseconds.q1, layer.milliseconds.q3})}};
}

}  // namespace

TableBlock subjectTable(const Report& report) {
    const ReportInput& input = report.input;
    TableBlock table{.caption = {},
                     .columns = {{""},
                                 {"mix"},
                                 {"model"},
                                 {"accuracy, 95 % interval", true},
                                 {"against A, same images", true},
                                 {"BitOPs", true},
                                 {"weights", true},
                                 {"latency, 95 % interval", true},
                                 {"of A's time", true}},
                     .rows = {}};
    for (std::size_t i = 0; i < input.subjects.size(); ++i) {
        const ReportSubject& s = input.subjects[i];
        std::string mix = shortMix(s.bits);
        if (!s.label.empty()) mix.insert(0, printable(s.label) + ": ");
        if (i == 0) mix += " (baseline)";
        table.rows.push_back({{letterOf(i)},
                              {mix},
                              {modelName(input, i)},
                              accuracyCell(s),
                              differenceCell(report.comparisons[i]),
                              s.evaluation ? Cell{bitopsText(s.evaluation->bitops)} : none(),
                              s.evaluation ? Cell{kibText(s.evaluation->weightBytes)} : none(),
                              latencyCell(s),
                              ratioCell(report.comparisons[i])});
    }
    return table;
}

std::optional<TableBlock> layerTable(const Report& report) {
    TableBlock table{
        .caption = "Layers inside whole runs, of the first mixes; the JSON has all",
        .columns =
            {{"layer"}, {""}, {"bits", true}, {"executed", true}, {"kernel"}, {"median", true}, {"quartiles", true}},
        .rows = {}};
    constexpr std::size_t kMost = 3;
    std::vector<std::size_t> few;
    for (std::size_t i = 0; i < report.input.subjects.size() && few.size() < kMost; ++i)
        if (!layersOf(report.input.subjects[i]).empty()) few.push_back(i);
    // Layer by layer, in the order in which subjects first name them.
    std::vector<std::string> names;
    for (const std::size_t i : few)
        for (const LayerTime& layer : layersOf(report.input.subjects[i]))
            if (std::ranges::find(names, layer.name) == names.end()) names.push_back(layer.name);
    for (const std::string& name : names)
        for (const std::size_t i : few)
            for (const LayerTime& layer : layersOf(report.input.subjects[i]))
                if (layer.name == name) table.rows.push_back(layerRow(report.input.subjects[i], i, layer));
    if (table.rows.empty()) return std::nullopt;
    return table;
}

std::optional<TableBlock> flipsTable(const Report& report) {
    TableBlock table{.caption = "Images that the baseline alone (−) or the mix alone (+) has right, by true class",
                     .columns = {{"class"}},
                     .rows = {}};
    std::map<int, std::map<std::size_t, std::string>> cells;  // by class and subject
    for (std::size_t i = 1; i < report.comparisons.size(); ++i)
        for (const ClassFlips& f : report.comparisons[i].flips)
            cells[f.label][i] = fmt::format("−{} +{}", grouped(f.lost), grouped(f.gained));
    if (cells.empty()) return std::nullopt;
    for (std::size_t i = 1; i < report.comparisons.size(); ++i) table.columns.push_back({letterOf(i), true});
    for (auto& [label, bySubject] : cells) {
        std::vector<Cell> row{{className(report.input, label)}};
        for (std::size_t i = 1; i < report.comparisons.size(); ++i)
            row.push_back(bySubject.contains(i) ? Cell{bySubject[i]} : none());
        table.rows.push_back(std::move(row));
    }
    return table;
}

ListBlock warningList(const Report& report, std::size_t most) {
    ListBlock list;
    for (std::size_t i = 0; i < std::min(report.warnings.size(), most); ++i)
        list.entries.push_back({"⚠ " + printable(report.warnings[i]), Tone::Bad});
    return list;
}

std::vector<Block> conditionBlocks(const Report& report) {
    const ReportInput& input = report.input;
    TableBlock table{.caption = {}, .columns = {{""}, {"evaluated"}, {"measured"}, {"on"}}, .rows = {}};
    std::set<std::string> unreadable;
    for (std::size_t i = 0; i < input.subjects.size(); ++i) {
        const ReportSubject& s = input.subjects[i];
        Cell evaluated = none(), measured = none(), machine = none();
        if (const auto& e = s.evaluation)
            evaluated = {fmt::format("{} ({}; {}), {} images{}; {} on {}", printable(e->dataName), printable(e->split),
                                     toText(e->facts, e->dataHash), grouped(e->total),
                                     e->looks > 1 ? ", stopped early" : "", printable(e->backend),
                                     printable(e->device))};
        if (const auto& m = s.measurement) {
            measured = {fmt::format("batch {}, {} thread(s), {} on {}{}; stopped by {}; noise floor {}; run {}; {}",
                                    m->batch, m->threads, printable(m->backend), printable(m->device),
                                    m->simulated ? " (simulated bits)" : "",
                                    m->stopReason.empty() ? "count" : printable(m->stopReason),
                                    m->noiseFloor ? fmt::format("{:.2f} %", 100 * *m->noiseFloor) : "not known",
                                    m->runGroup, printable(m->createdAt))};
            machine = {machineText(*m)};
            for (const std::string& field : m->unreadable) unreadable.insert(printable(field));
        }
        // Those under the same conditions share a row.
        const auto same = std::ranges::find_if(table.rows, [&](const std::vector<Cell>& row) {
            return row[1].text == evaluated.text && row[2].text == measured.text && row[3].text == machine.text;
        });
        if (same != table.rows.end()) (*same)[0].text += ", " + letterOf(i);
        else table.rows.push_back({{letterOf(i)}, evaluated, measured, machine});
    }
    std::vector<Block> blocks{std::move(table)};
    blocks.emplace_back(TextBlock{
        .text =
            fmt::format("Differences of accuracy within ± {:.2g} pp and ratios of times within {:.3g} % do not matter.",
                        100 * input.accuracyMargin, 100 * input.latencyMargin),
        .tone = Tone::Muted});
    if (!report.warnings.empty()) blocks.emplace_back(warningList(report, report.warnings.size()));
    if (!unreadable.empty()) {
        ListBlock list;
        for (const std::string& field : unreadable)
            list.entries.push_back({"not readable here: " + field, Tone::Muted});
        blocks.emplace_back(std::move(list));
    }
    return blocks;
}

}  // namespace bitdesk
