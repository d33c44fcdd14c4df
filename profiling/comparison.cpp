// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/comparison.h"

#include <algorithm>

#include "core/base/random.h"

namespace bitdesk {
namespace {

/// Neighbouring runs as pairs, the first of each at random.
std::optional<double> ownNoiseFloor(std::span<const double> samples, std::uint64_t seed) {
    Random random(seed);
    std::vector<double> a, b;
    for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
        const std::size_t swap = random.below(2);
        a.push_back(samples[i + swap]);
        b.push_back(samples[i + 1 - swap]);
    }
    return noiseFloor(a, b);
}

/// Verdicts from what is sampled so far; the last stream is the control where there is more than one.
class Verdicts {
public:
    Verdicts(std::size_t configurations, const MeasureOptions& options, double margin)
        : m_configurations(configurations), m_seed(options.seed), m_margin(margin) {}

    std::optional<double> floor(std::span<const Samples> samples) const {
        if (m_configurations == 1) return ownNoiseFloor(samples.front().milliseconds, m_seed);
        return noiseFloor(samples.front().milliseconds, samples.back().milliseconds);
    }

    std::vector<LatencyComparison> againstFirst(std::span<const Samples> samples, int looks) const {
        const LatencyLimits limits{.margin = m_margin, .noiseFloor = floor(samples), .looks = looks};
        std::vector<LatencyComparison> found;
        for (std::size_t i = 0; i < m_configurations; ++i)
            found.push_back(compareLatency(samples.front().milliseconds, samples[i].milliseconds, limits));
        return found;
    }

private:
    std::size_t m_configurations;
    std::uint64_t m_seed;
    double m_margin;
};

}  // namespace

Compared measureAndCompare(std::span<const std::function<void()>> configurations, const MeasureOptions& options,
                           double margin, Stopwatch& stopwatch, const std::stop_token& stop) {
    std::vector<std::function<void()>> all(configurations.begin(), configurations.end());
    if (all.size() > 1) all.push_back(all.front());
    const Verdicts verdicts(configurations.size(), options, margin);
    const auto looks = static_cast<int>(StopRule::looks(options.stop).size());
    const auto settled = [&](std::span<const Samples> samples) {
        return std::ranges::all_of(verdicts.againstFirst(samples, looks),
                                   [](const auto& c) { return c.verdict != LatencyVerdict::Unclear; });
    };
    Measured measured = measureInterleaved(all, options, stopwatch, stop, settled);
    Compared compared{.samples = {},
                      .looks = looks,
                      .seconds = measured.seconds,
                      .noiseFloor = verdicts.floor(measured.samples),
                      .againstFirst = verdicts.againstFirst(measured.samples, looks)};
    measured.samples.resize(configurations.size());
    compared.samples = std::move(measured.samples);
    return compared;
}

}  // namespace bitdesk
