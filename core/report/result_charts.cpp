// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "core/present/time_scale.h"
#include "core/report/chart_frame.h"
#include "core/report/charts.h"
#include "core/report/naming.h"
#include "core/results/histogram.h"

namespace bitdesk {
namespace {

constexpr double kNameSize = 8;

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
