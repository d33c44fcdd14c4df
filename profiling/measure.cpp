// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/measure.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/random.h"

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

}  // namespace

std::vector<std::size_t> roundOrder(std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> order;
    for (const std::int64_t i : permutation(static_cast<std::int64_t>(count), seed))
        order.push_back(static_cast<std::size_t>(i));
    return order;
}

Measured measureInterleaved(std::span<const std::function<void()>> configurations, const MeasureOptions& options,
                            Stopwatch& stopwatch, const std::stop_token& stop, const Settled& settled) {
    Rounds rounds(configurations, options, stopwatch, stop);
    rounds.warmUp();
    return rounds.sample(settled);
}

}  // namespace bitdesk
