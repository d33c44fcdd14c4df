// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/charts.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/present/words.h"
#include "core/report/chart_frame.h"
#include "core/results/histogram.h"

namespace bitdesk {
namespace {

constexpr double kNameSize = 8, kBarsLeft = 130, kBarsRight = 50;

Interval widthsOf(const ReportInput& input) {
    Interval range{1e9, 0};
    for (const ReportSubject& subject : input.subjects)
        for (const int bits : subject.bits.bits)
            range = {std::min(range.low, static_cast<double>(bits)), std::max(range.high, static_cast<double>(bits))};
    return range;
}

std::string layerName(const ReportInput& input, std::size_t quantizable) {
    for (const ReportLayer& layer : input.layers)
        if (layer.quantizable == static_cast<int>(quantizable)) return layer.name;
    return "layer " + std::to_string(quantizable + 1);
}

/// Cut to about so many points of width, with an ellipsis.
std::string fitted(const std::string& text, double width, double size) {
    constexpr double kAspect = 0.56;  // of an average letter
    const auto most = static_cast<std::size_t>(width / (kAspect * size));
    const std::string clean = printable(text);
    std::size_t letters = 0, at = 0;
    for (; at < clean.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(clean[at]) & 0xC0U) != 0x80U;  // no UTF-8 continuation
        if (begins && ++letters > most) break;
    }
    return at < clean.size() ? clean.substr(0, at) + "…" : clean;
}

/// The colour of a width among a model's widths: the more bits, the stronger.
Ink inkOfBits(int bits, int lowest, int highest) {
    if (bits <= lowest) return Ink::Low;
    return bits >= highest ? Ink::High : Ink::Middle;
}

/// Values of one row of bars, by subject.
struct BarRow {
    std::string name;
    std::vector<double> values;
    std::vector<std::string> tips;
};

/// Horizontal bars, a group a row; the subjects in their order, the first in the baseline's colour.
Drawing barChart(const std::vector<BarRow>& rows, const std::vector<std::size_t>& subjects, const std::string& title) {
    constexpr double kBar = 6, kGap = 5, kTop = 22, kBottom = 36;
    constexpr Ink kInks[] = {Ink::Muted, Ink::Accent, Ink::Good, Ink::Middle};
    double most = 0;
    for (const BarRow& row : rows)
        for (const double value : row.values) most = std::max(most, value);
    const double rowHeight = kBar * static_cast<double>(subjects.size()) + kGap;
    Drawing drawing{
        .width = kChartWidth, .height = kTop + kBottom + rowHeight * static_cast<double>(rows.size()), .shapes = {}};
    Axis x = Axis::around(0, most, kBarsLeft, kChartWidth - kBarsRight, 6);
    x.low = 0;
    const Axis y{.low = 0.25, .high = 1, .from = drawing.height - kBottom, .to = kTop, .step = 2};
    addFrame(drawing, x, y, title, "");
    double legend = kBarsLeft;
    for (std::size_t s = 0; s < subjects.size(); ++s) {
        drawing.bar({legend, 4}, 8, 8, kInks[s % 4]);
        drawing.text({legend + 12, 11.5}, letterOf(subjects[s]), {.ink = Ink::Muted, .size = kNameSize});
        legend += 40;
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const double top = kTop + rowHeight * static_cast<double>(r) + kGap / 2;
        drawing.text({kBarsLeft - 6, top + (rowHeight - kGap) / 2 + kNameSize / 3},
                     fitted(rows[r].name, kBarsLeft - 10, kNameSize),
                     {.ink = Ink::Text, .size = kNameSize, .anchor = Anchor::End});
        for (std::size_t s = 0; s < rows[r].values.size(); ++s)
            drawing.bar({x.from, top + kBar * static_cast<double>(s)}, std::max(x.at(rows[r].values[s]) - x.from, 0.4),
                        kBar - 1, kInks[s % 4], rows[r].tips[s]);
    }
    return drawing;
}

/// At most four of one network: the baseline and those that follow.
std::vector<std::size_t> fewSubjects(const Report& report, bool measured) {
    constexpr std::size_t kMost = 4;
    std::vector<std::size_t> few;
    const auto& subjects = report.input.subjects;
    for (std::size_t i = 0; i < subjects.size() && few.size() < kMost; ++i) {
        if (subjects[i].bits.size() != subjects[0].bits.size() || subjects[i].modelHash != subjects[0].modelHash)
            continue;
        if (measured && (!subjects[i].measurement || subjects[i].measurement->layers.empty())) continue;
        few.push_back(i);
    }
    return few;
}

/// A violin of straight lines: how many samples fall into each of some bins, mirrored.
void addSpread(Drawing& drawing, const std::vector<double>& samples, const Axis& x, double middle, double perMs,
               double half) {
    constexpr int kBins = 120;
    const Binning bins{.low = x.low / perMs, .width = (x.high - x.low) / perMs / kBins, .bins = kBins};
    const std::vector<std::int64_t> counts = histogram(samples, bins).counts;
    const auto most = static_cast<double>(std::max<std::int64_t>(*std::ranges::max_element(counts), 1));
    const double width = (x.to - x.from) / kBins;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) continue;
        const double height = std::max(2 * half * std::sqrt(static_cast<double>(counts[i]) / most), 0.8);
        drawing.bar({x.from + width * static_cast<double>(i), middle - height / 2}, width, height, Ink::Soft);
    }
}

void addMedian(Drawing& drawing, const Measurement& m, const Axis& x, double middle, double perMs, double half) {
    const TimeScale unit = TimeScale::forLongest(m.latencyMs.median);
    const auto at = [&](double ms) { return std::clamp(x.at(perMs * ms), x.from, x.to); };
    const std::string tip = fmt::format("{} {} (quartiles {}, n = {})", unit.figure(m.latencyMs.median, m.medianCi95),
                                        unit.name, unit.interval({m.latencyMs.q1, m.latencyMs.q3}), m.latencyMs.n);
    drawing.bar({at(m.latencyMs.q1), middle - 2}, std::max(at(m.latencyMs.q3) - at(m.latencyMs.q1), 0.8), 4,
                Ink::Accent, tip);
    drawing.line({{at(m.latencyMs.median), middle - half}, {at(m.latencyMs.median), middle + half}}, Ink::Text, 1.4);
}

}  // namespace

Drawing bitsChart(const Report& report) {
    constexpr double kRow = 16, kNames = 30, kLongest = 92, kLetter = 4.8, kSize = 8;
    constexpr std::size_t kColumns = 26;
    const ReportInput& input = report.input;
    const Interval widths = widthsOf(input);
    std::size_t layers = 0;
    for (const ReportSubject& subject : input.subjects) layers = std::max(layers, subject.bits.size());
    double labels = 0;
    for (std::size_t i = 0; i < layers; ++i)
        labels = std::max(labels, kLetter * static_cast<double>(layerName(input, i).size()) + 12);
    labels = std::min(labels, kLongest);
    Drawing drawing{.width = kChartWidth, .height = 0, .shapes = {}};
    const double cell = std::min((kChartWidth - kNames) / static_cast<double>(std::min(layers, kColumns)), 30.0);
    double top = 4;
    for (std::size_t first = 0; first < layers; first += kColumns) {
        const std::size_t last = std::min(first + kColumns, layers);
        for (std::size_t s = 0; s < input.subjects.size(); ++s) {
            const double y = top + kRow * static_cast<double>(s);
            drawing.text({kNames - 8, y + 11}, letterOf(s), {.size = 9, .anchor = Anchor::End, .bold = true});
            const BitConfiguration& bits = input.subjects[s].bits;
            for (std::size_t i = first; i < std::min(last, bits.size()); ++i) {
                const double x = kNames + cell * static_cast<double>(i - first);
                const Ink ink = inkOfBits(bits[i], static_cast<int>(widths.low), static_cast<int>(widths.high));
                drawing.bar({x, y}, cell - 1.5, kRow - 1.5, ink,
                            letterOf(s) + " · " + layerName(input, i) + " · " + std::to_string(bits[i]) + " bits");
                drawing.text({x + cell / 2 - 0.75, y + 10.5}, std::to_string(bits[i]),
                             {.ink = ink == Ink::High ? Ink::Surface : Ink::Text, .anchor = Anchor::Middle});
            }
        }
        const double below = top + kRow * static_cast<double>(input.subjects.size()) + 4;
        for (std::size_t i = first; i < last; ++i)
            drawing.text({kNames + cell * static_cast<double>(i - first) + cell / 2 + 2, below},
                         fitted(layerName(input, i), kLongest - 6, kSize),
                         {.ink = Ink::Muted, .size = kSize, .anchor = Anchor::End, .upright = false});
        top = below + labels;
    }
    drawing.height = top;
    return drawing;
}

std::optional<Drawing> layerTimeChart(const Report& report) {
    const auto few = fewSubjects(report, true);
    if (few.empty()) return std::nullopt;
    const auto& first = report.input.subjects[few[0]].measurement->layers;
    double longest = 0;
    for (const LayerTime& layer : first) longest = std::max(longest, layer.milliseconds.median);
    const TimeScale unit = TimeScale::forLongest(longest);
    std::vector<BarRow> rows;
    for (std::size_t l = 0; l < first.size(); ++l) {
        BarRow row{.name = first[l].name, .values = {}, .tips = {}};
        for (const std::size_t s : few) {
            const auto& layers = report.input.subjects[s].measurement->layers;
            const LayerTime layer = l < layers.size() ? layers[l] : LayerTime();
            row.values.push_back(unit.perMs * layer.milliseconds.median);
            row.tips.push_back(fmt::format(
                "{} · {} · {} bits ({} executed, {}) · {} {} (quartiles {}, n = {})", letterOf(s), layer.name,
                layer.requestedBits, layer.executedBits, layer.kernel, unit.number(layer.milliseconds.median),
                unit.name, unit.interval({layer.milliseconds.q1, layer.milliseconds.q3}), layer.milliseconds.n));
        }
        rows.push_back(std::move(row));
    }
    return barChart(rows, few, std::string("median time of a layer, ") + unit.name);
}

std::optional<Drawing> layerBitopsChart(const Report& report) {
    const auto few = fewSubjects(report, false);
    std::vector<BarRow> rows;
    for (const ReportLayer& layer : report.input.layers) {
        if (layer.quantizable < 0 ||
            static_cast<std::size_t>(layer.quantizable) >= report.input.subjects[0].bits.size())
            continue;
        BarRow row{.name = layer.name, .values = {}, .tips = {}};
        for (const std::size_t s : few) {
            const int bits = report.input.subjects[s].bits[static_cast<std::size_t>(layer.quantizable)];
            row.values.push_back(static_cast<double>(layer.macs) * bits * bits / 1e6);
            row.tips.push_back(
                fmt::format("{} · {} · {} bits · {:.3f} M BitOPs", letterOf(s), layer.name, bits, row.values.back()));
        }
        rows.push_back(std::move(row));
    }
    if (rows.empty()) return std::nullopt;
    return barChart(rows, few, "BitOPs of a layer, millions");
}

Drawing flipsChart(const Report& report, std::size_t subject) {
    constexpr double kRow = 14, kTop = 18, kMiddle = 300, kHalf = 170, kName = 110;
    const auto& flips = report.comparisons[subject].flips;
    std::int64_t most = 1;
    for (const ClassFlips& f : flips) most = std::max({most, f.lost, f.gained});
    Drawing drawing{.width = kChartWidth, .height = kTop + kRow * static_cast<double>(flips.size()) + 6, .shapes = {}};
    drawing.text({kMiddle - 6, 11}, "lost", {.ink = Ink::Muted, .size = kNameSize, .anchor = Anchor::End});
    drawing.text({kMiddle + 6, 11}, "gained", {.ink = Ink::Muted, .size = kNameSize});
    for (std::size_t i = 0; i < flips.size(); ++i) {
        const ClassFlips& f = flips[i];
        const double y = kTop + kRow * static_cast<double>(i);
        const double lost = kHalf * static_cast<double>(f.lost) / static_cast<double>(most),
                     gained = kHalf * static_cast<double>(f.gained) / static_cast<double>(most);
        const std::string name = className(report.input, f.label);
        drawing.text({kName, y + 9}, fitted(name, kName - 4, kNameSize), {.size = kNameSize, .anchor = Anchor::End});
        drawing.bar({kMiddle - lost, y + 2}, lost, kRow - 4, Ink::Bad, fmt::format("{}: {} lost", name, f.lost));
        drawing.bar({kMiddle, y + 2}, gained, kRow - 4, Ink::Good, fmt::format("{}: {} gained", name, f.gained));
        drawing.text({kMiddle - lost - 4, y + 9}, std::to_string(f.lost),
                     {.ink = Ink::Muted, .size = kNameSize, .anchor = Anchor::End});
        drawing.text({kMiddle + gained + 4, y + 9}, std::to_string(f.gained), {.ink = Ink::Muted, .size = kNameSize});
    }
    drawing.line({{kMiddle, kTop - 2}, {kMiddle, drawing.height - 4}}, Ink::Muted, 0.8);
    return drawing;
}

std::optional<Drawing> samplesChart(const Report& report) {
    constexpr double kRow = 26, kLeft = 30, kTop = 6, kBottom = 38, kTail = 0.99;
    std::vector<std::size_t> measured;
    double low = 0, high = 0;
    for (std::size_t i = 0; i < report.input.subjects.size(); ++i) {
        const auto& m = report.input.subjects[i].measurement;
        if (!m || m->samplesMs.empty()) continue;
        const double least = *std::ranges::min_element(m->samplesMs), most = quantile(m->samplesMs, kTail);
        low = measured.empty() ? least : std::min(low, least);
        high = std::max(high, most);
        measured.push_back(i);
    }
    if (measured.empty()) return std::nullopt;
    const TimeScale unit = TimeScale::forLongest(high);
    Drawing drawing{
        .width = kChartWidth, .height = kTop + kBottom + kRow * static_cast<double>(measured.size()), .shapes = {}};
    const Axis x = Axis::around(unit.perMs * low, unit.perMs * high, kLeft, kChartWidth - 14, 7);
    const Axis y{.low = 0.25, .high = 1, .from = drawing.height - kBottom, .to = kTop, .step = 2};
    addFrame(drawing, x, y, std::string("one run, ") + unit.name, "");
    for (std::size_t row = 0; row < measured.size(); ++row) {
        const Measurement& m = *report.input.subjects[measured[row]].measurement;
        const double middle = kTop + kRow * (static_cast<double>(row) + 0.5);
        drawing.text({kLeft - 10, middle + 3}, letterOf(measured[row]),
                     {.size = 9, .anchor = Anchor::End, .bold = true});
        addSpread(drawing, m.samplesMs, x, middle, unit.perMs, kRow / 2 - 2);
        addMedian(drawing, m, x, middle, unit.perMs, kRow / 2 - 3);
    }
    return drawing;
}

}  // namespace bitdesk
