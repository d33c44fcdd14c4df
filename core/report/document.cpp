// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/document.h"
#include "core/present/words.h"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/report/charts.h"
#include "core/report/document_parts.h"
#include "core/report/naming.h"

namespace bitdesk {
namespace {

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
    if (auto chart = tradeOffChart(report, CostOf::BitOps))
        section.blocks.emplace_back(FigureBlock{.caption = "Accuracy against BitOPs: " + among,
                                                .description = "Accuracy against BitOPs of every mix",
                                                .drawing = std::move(*chart)});
    if (auto chart = tradeOffChart(report, CostOf::Latency))
        section.blocks.emplace_back(
            FigureBlock{.caption = "Accuracy against measured latency: the front joins what was measured in turns in "
                                   "the newest run; rings were measured in other runs",
                        .description = "Accuracy against measured latency",
                        .drawing = std::move(*chart)});
    if (section.blocks.empty())
        section.blocks.emplace_back(TextBlock{.text = "No evaluations are stored.", .tone = Tone::Muted});
    return section;
}

Section layerSection(const Report& report) {
    Section section{.title = "Layers", .blocks = {}, .detail = true};
    section.blocks.emplace_back(FigureBlock{.caption = "Bits of each layer",
                                            .description = "Bits of each layer of each mix",
                                            .drawing = bitsChart(report)});
    if (auto chart = layerTimeChart(report))
        section.blocks.emplace_back(FigureBlock{.caption = "Time of each layer, inside whole runs",
                                                .description = "Median time of each layer",
                                                .drawing = std::move(*chart)});
    if (auto chart = layerBitopsChart(report))
        section.blocks.emplace_back(FigureBlock{
            .caption = "BitOPs of each layer", .description = "BitOPs of each layer", .drawing = std::move(*chart)});
    if (auto table = layerTable(report)) section.blocks.emplace_back(std::move(*table));
    if (!report.input.findings.empty()) {
        section.blocks.emplace_back(TextBlock{.text = "BitOPs fell, latency did not:"});
        ListBlock findings;
        for (const ReportFinding& f : report.input.findings)
            findings.entries.push_back({fmt::format("{}, {} → {} bits ({}): {}", printable(f.layer), f.fromBits,
                                                    f.toBits, printable(f.cause), printable(f.explanation))});
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
            section.blocks.emplace_back(FigureBlock{.caption = nameOf(report.input, i) + " against " +
                                                               nameOf(report.input, 0) +
                                                               ": images lost and gained, by true class",
                                                    .description = "Images lost and gained by class",
                                                    .drawing = flipsChart(report, i)});
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
    if (auto chart = samplesChart(report))
        section.blocks.emplace_back(FigureBlock{
            .caption =
                "How single runs were spread: quartiles in colour, the median as a line; up to the 99th percentile",
            .description = "Distribution of the samples",
            .drawing = std::move(*chart)});
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
