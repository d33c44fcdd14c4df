// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/measure.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/statistics/intervals.h"

namespace bitdesk {
namespace {

/// The rounds of one measurement.
class Rounds {
public:
    Rounds(std::span<const std::function<void()>> configurations, const MeasureOptions& options, Stopwatch& stopwatch,
           const std::stop_token& stop)
        : m_configurations(configurations),
          m_options(options),
          m_stopwatch(stopwatch),
          m_stop(stop),
          m_random(options.seed),
          m_begin(stopwatch.now()),
          m_looks(StopRule::looks(options.stop)),
          m_rules(configurations.size(), StopRule(options.stop)) {
        m_measured.samples.resize(configurations.size());
    }

    void warmUp() {
        for (int round = 0; round < m_options.warmups || seconds() < m_options.warmupSeconds; ++round) run(false);
        m_begin = m_stopwatch.now();
    }

    Measured sample(const Settled& settled) {
        for (;;) {
            run(true);
            ++m_rounds;
            if (timeIsOver()) break;
            if (!isLook() || !look()) continue;
            if (last() || (seconds() >= m_options.stop.minSeconds && (!settled || settled(m_measured.samples)))) break;
        }
        m_measured.seconds = seconds();
        return std::move(m_measured);
    }

private:
    double seconds() const { return static_cast<double>(m_stopwatch.now() - m_begin) * 1e-9; }
    bool isLook() const { return std::ranges::binary_search(m_looks, m_rounds); }
    bool last() const { return m_rounds >= m_options.stop.most; }

    void run(bool counted) {
        for (const std::size_t i : roundOrder(m_configurations.size(), m_random.next())) {
            if (m_stop.stop_requested()) throw Cancelled();
            for (int lead = 0; lead < m_options.leadIns; ++lead) m_configurations[i]();
            m_stopwatch.start();
            m_configurations[i]();
            const std::int64_t took = m_stopwatch.stop();
            if (counted) m_measured.samples[i].milliseconds.push_back(static_cast<double>(took) * 1e-6);
        }
    }

    /// Asks every rule; true when none wants to go on.
    bool look() {
        bool done = true;
        for (std::size_t i = 0; i < m_rules.size(); ++i) {
            const auto reason = m_rules[i].look(m_measured.samples[i].milliseconds);
            m_measured.samples[i].reason = reason.value_or(StopReason::Time);
            done = done && reason.has_value();
        }
        return done;
    }

    bool timeIsOver() {
        constexpr std::int64_t kFewest = 5;
        if (m_rounds < kFewest || seconds() <= m_options.stop.maxSeconds) return false;
        for (std::size_t i = 0; i < m_rules.size(); ++i)
            m_measured.samples[i].reason =
                StopRule(m_options.stop).look(m_measured.samples[i].milliseconds).value_or(StopReason::Time);
        return true;
    }

    std::span<const std::function<void()>> m_configurations;
    const MeasureOptions& m_options;
    Stopwatch& m_stopwatch;
    const std::stop_token& m_stop;
    Random m_random;
    std::int64_t m_begin;
    std::int64_t m_rounds = 0;
    std::vector<std::int64_t> m_looks;
    std::vector<StopRule> m_rules;
    Measured m_measured;
};

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

}  // namespace

std::vector<std::size_t> roundOrder(std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> order;
    for (const std::int64_t i : permutation(static_cast<std::int64_t>(count), seed)) order.push_back(toIndex(i));
    return order;
}

Measured measureInterleaved(std::span<const std::function<void()>> configurations, const MeasureOptions& options,
                            Stopwatch& stopwatch, const std::stop_token& stop, const Settled& settled) {
    Rounds rounds(configurations, options, stopwatch, stop);
    rounds.warmUp();
    return rounds.sample(settled);
}

const char* toText(StopReason reason) {
    switch (reason) {
        case StopReason::Target: return "target";
        case StopReason::Plateau: return "plateau";
        case StopReason::Time: return "time";
        case StopReason::Count: break;
    }
    return "count";
}

double relativeNoise(std::span<const double> samples) {
    const double median = quantile(samples, 0.5);
    return median > 0 ? medianInterval(samples).half() / median : 0;
}

std::vector<std::int64_t> StopRule::looks(const StopOptions& options) {
    std::vector<std::int64_t> counts;
    for (std::int64_t n = std::max<std::int64_t>(1, options.fewest); n < options.most;
         n += std::max<std::int64_t>(1, n / 2))
        counts.push_back(n);
    counts.push_back(options.most);
    return counts;
}

std::optional<StopReason> StopRule::look(std::span<const double> samples) {
    const Look now{static_cast<std::int64_t>(samples.size()), relativeNoise(samples)};
    m_looks.push_back(now);
    if (m_options.noise > 0 && now.noise <= m_options.noise) return StopReason::Target;
    if (m_options.noise > 0 && plateau(now)) return StopReason::Plateau;
    if (now.samples >= m_options.most) return StopReason::Count;
    return std::nullopt;
}

/// Of independent samples, four times as many halve the noise. Where a tenth is not even gained, they are not.
bool StopRule::plateau(const Look& now) const {
    constexpr std::int64_t kTimes = 4, kFewest = 60;  // an interval of fewer samples is itself too uncertain
    constexpr double kGain = 0.9;
    const auto before = std::find_if(m_looks.rbegin(), m_looks.rend(),
                                     [&](const Look& look) { return look.samples * kTimes <= now.samples; });
    return before != m_looks.rend() && before->samples >= kFewest && now.noise > kGain * before->noise;
}

Compared measureAndCompare(std::span<const std::function<void()>> configurations, const MeasureOptions& options,
                           double margin, Stopwatch& stopwatch, const std::stop_token& stop) {
    std::vector<std::function<void()>> all(configurations.begin(), configurations.end());
    if (all.size() > 1) all.push_back(all.front());
    const auto looks = static_cast<int>(StopRule::looks(options.stop).size());
    const auto floor = [&](std::span<const Samples> samples) {
        if (configurations.size() == 1) return ownNoiseFloor(samples.front().milliseconds, options.seed);
        return noiseFloor(samples.front().milliseconds, samples.back().milliseconds);  // the last one is the control
    };
    /// From what is sampled so far.
    const auto againstFirst = [&](std::span<const Samples> samples) {
        const LatencyLimits limits{.margin = margin, .noiseFloor = floor(samples), .looks = looks};
        std::vector<LatencyComparison> found;
        for (std::size_t i = 0; i < configurations.size(); ++i)
            found.push_back(compareLatency(samples.front().milliseconds, samples[i].milliseconds, limits));
        return found;
    };
    const auto settled = [&](std::span<const Samples> samples) {
        return std::ranges::all_of(againstFirst(samples),
                                   [](const auto& c) { return c.verdict != LatencyVerdict::Unclear; });
    };
    Measured measured = measureInterleaved(all, options, stopwatch, stop, settled);
    Compared compared{.samples = {},
                      .looks = looks,
                      .seconds = measured.seconds,
                      .noiseFloor = floor(measured.samples),
                      .againstFirst = againstFirst(measured.samples)};
    measured.samples.resize(configurations.size());
    compared.samples = std::move(measured.samples);
    return compared;
}

std::vector<std::uint8_t> randomImages(const MetaModel& model, int batch, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::uint8_t> images(toIndex(batch) * toIndex(model.network.inputShape().elements()));
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    return images;
}

}  // namespace bitdesk
