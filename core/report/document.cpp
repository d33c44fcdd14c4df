// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/document.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "core/base/error.h"
#include "core/present/words.h"
#include "core/report/charts.h"

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

/// A row a subject: what it is, accuracy, differences, cost, latency.
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

/// A row a layer: bits, executed bits, kernel and time of the first three measured subjects. Nothing without one.
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

/// A row a class, a column a subject. Nothing where no two share their images.
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

/// The first warnings, as many as asked for.
ListBlock warningList(const Report& report, std::size_t most) {
    ListBlock list;
    for (std::size_t i = 0; i < std::min(report.warnings.size(), most); ++i)
        list.entries.push_back({"⚠ " + printable(report.warnings[i]), Tone::Bad});
    return list;
}

/// Machine, build, data and what was not readable.
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

/// Where there is such a plot.
void addFigure(Section& section, std::string caption, std::string description, std::optional<Drawing> drawing) {
    if (drawing)
        section.blocks.emplace_back(FigureBlock{
            .caption = std::move(caption), .description = std::move(description), .drawing = std::move(*drawing)});
}

Section verdictSection(const Report& report) {
    Section section;
    section.blocks.emplace_back(TextBlock{.text = report.summary, .lead = true});
    if (!report.input.limits.empty()) {
        constexpr std::size_t kMostHeld = 8;
        std::size_t held = 0;
        TableBlock table{.caption = "Stated limits", .columns = {{"limit"}, {"of"}, {""}, {"found"}}, .rows = {}};
        for (const bool broken : {true, false})
            for (const ReportLimit& limit : report.input.limits) {
                if (limit.broken != broken || (!broken && ++held > kMostHeld)) continue;
                table.rows.push_back({{printable(limit.name)},
                                      {printable(limit.subject)},
                                      {broken ? "✗ broken" : "✓ holds", broken ? Tone::Bad : Tone::Good},
                                      {printable(limit.reason)}});
            }
        if (held > kMostHeld)
            table.rows.push_back({{""}, {""}, {"✓ hold", Tone::Good}, {fmt::format("{} more", held - kMostHeld)}});
        section.blocks.emplace_back(std::move(table));
    }
    if (report.input.subjects.size() > 1) {
        ListBlock verdicts;
        for (std::size_t i = 1; i < report.comparisons.size(); ++i)
            verdicts.entries.push_back({report.comparisons[i].verdict});
        section.blocks.emplace_back(std::move(verdicts));
    }
    if (!report.warnings.empty()) {
        constexpr std::size_t kMost = 4;
        ListBlock warnings = warningList(report, kMost);
        if (report.warnings.size() > kMost)
            warnings.entries.push_back(
                {fmt::format("{} more under Conditions", report.warnings.size() - kMost), Tone::Bad});
        section.blocks.emplace_back(std::move(warnings));
    }
    return section;
}

Section tradeOffSection(const Report& report) {
    Section section{.title = "Trade-off", .blocks = {}};
    const std::string among = fmt::format(
        "{} mixes; letters are the mixes above, with 95 % intervals; the line is the front", report.tradeOff.size());
    addFigure(section, "Accuracy against BitOPs: " + among, "Accuracy against BitOPs of every mix",
              tradeOffChart(report, CostOf::BitOps));
    addFigure(section,
              "Accuracy against measured latency: the front joins what was measured in turns in the newest run; rings "
              "were measured in other runs",
              "Accuracy against measured latency", tradeOffChart(report, CostOf::Latency));
    if (section.blocks.empty())
        section.blocks.emplace_back(TextBlock{.text = "No evaluations are stored.", .tone = Tone::Muted});
    return section;
}

Section layerSection(const Report& report) {
    Section section{.title = "Layers", .blocks = {}, .detail = true};
    addFigure(section, "Bits of each layer", "Bits of each layer of each mix", bitsChart(report));
    addFigure(section, "Time of each layer, inside whole runs", "Median time of each layer", layerTimeChart(report));
    addFigure(section, "BitOPs of each layer", "BitOPs of each layer", layerBitopsChart(report));
    if (auto table = layerTable(report)) section.blocks.emplace_back(std::move(*table));
    if (!report.input.findings.empty()) {
        section.blocks.emplace_back(TextBlock{.text = "BitOPs fell, latency did not:"});
        ListBlock findings;
        for (const LayerFinding& f : report.input.findings)
            findings.entries.push_back({fmt::format("{}, {} → {} bits ({}): {}", printable(f.layer), f.fromBits,
                                                    f.toBits, toText(f.cause), printable(f.explanation))});
        section.blocks.emplace_back(std::move(findings));
    }
    return section;
}

Section flipsSection(const Report& report) {
    constexpr std::size_t kMostCharts = 3, kMostClasses = 40;
    Section section{.title = "Images by class", .blocks = {}, .detail = true};
    std::size_t charts = 0;
    for (std::size_t i = 1; i < report.comparisons.size(); ++i) {
        const auto& flips = report.comparisons[i].flips;
        if (flips.empty()) continue;
        if (charts < kMostCharts && flips.size() <= kMostClasses) {
            ++charts;
            addFigure(section,
                      nameOf(report.input, i) + " against " + nameOf(report.input, 0) +
                          ": images lost and gained, by true class",
                      "Images lost and gained by class", flipsChart(report, i));
        }
    }
    if (auto table = flipsTable(report)) section.blocks.emplace_back(std::move(*table));
    if (section.blocks.empty())
        section.blocks.emplace_back(TextBlock{.text = "No two evaluations on the same images.", .tone = Tone::Muted});
    return section;
}

Section samplesSection(const Report& report) {
    constexpr std::size_t kALine = 16;
    Section section{.title = "Appendix: samples", .blocks = {}, .detail = true};
    addFigure(section,
              "How single runs were spread: quartiles in colour, the median as a line; up to the 99th percentile",
              "Distribution of the samples", samplesChart(report));
    for (std::size_t i = 0; i < report.input.subjects.size(); ++i) {
        const auto& m = report.input.subjects[i].measurement;
        if (!m) continue;
        std::string text;
        for (std::size_t k = 0; k < m->samplesMs.size(); ++k)
            text += fmt::format("{:.6g}{}", m->samplesMs[k], (k + 1) % kALine == 0 ? "\n" : " ");
        section.blocks.emplace_back(
            FineBlock{.title = fmt::format("{}: {} runs in milliseconds, in the order of the rounds",
                                           nameOf(report.input, i), grouped(m->latencyMs.n)),
                      .text = std::move(text)});
    }
    if (section.blocks.empty())
        section.blocks.emplace_back(TextBlock{.text = "No latency was measured.", .tone = Tone::Muted});
    return section;
}

}  // namespace

Document makeDocument(const Report& report) {
    Document document{
        .title = printable(report.input.title),
        .subtitle = fmt::format("Bitdesk {} · {}", printable(report.input.version), printable(report.input.createdAt)),
        .sections = {}};
    document.sections.push_back(verdictSection(report));
    document.sections.push_back({.title = "Mixes", .blocks = {subjectTable(report)}});
    document.sections.push_back(tradeOffSection(report));
    document.sections.push_back(layerSection(report));
    document.sections.push_back(flipsSection(report));
    document.sections.push_back({.title = "Conditions", .blocks = conditionBlocks(report), .detail = true});
    document.sections.push_back(samplesSection(report));
    if (!report.input.command.empty())
        document.sections.push_back(
            {.title = "To repeat this report", .blocks = {CodeBlock{printable(report.input.command)}}});
    return document;
}

}  // namespace bitdesk
