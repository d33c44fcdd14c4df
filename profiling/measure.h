// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/clock.h"
#include "core/statistics/intervals.h"
#include "profiling/stop_rule.h"

namespace bitdesk {

struct MeasureOptions {
    int warmups = 3;           ///< rounds that are not counted, at least
    double warmupSeconds = 0;  ///< that they last, at least
    /// Runs of a configuration right before each counted one, not counted: the counted one finds the caches as the
    /// configuration itself leaves them, as where it runs all the time, and not as another one did.
    int leadIns = 0;
    StopOptions stop;
    std::uint64_t seed = 1;  ///< of the random order within a round
};

/// Times of one configuration, milliseconds: sample i was taken in round i. Nothing is left out.
struct Samples {
    std::vector<double> milliseconds;
    StopReason reason = StopReason::Count;
};

struct Measured {
    std::vector<Samples> samples;  ///< by configuration, as many of each
    double seconds = 0;            ///< that all took
};

/// Whether what was sampled so far answers the question; asked at the stop rule's looks.
using Settled = std::function<bool(std::span<const Samples>)>;

/// Measures several configurations in rounds: every round runs each once, in a fresh random order, so that drift and
/// load of the machine hit all alike. Ends when every configuration's stop rule and `settled` (may be empty) say so, or
/// the time is over, but not before 5 rounds. Throws Cancelled between runs.
Measured measureInterleaved(std::span<const std::function<void()>> configurations, const MeasureOptions& options,
                            Stopwatch& stopwatch, const std::stop_token& stop = {}, const Settled& settled = {});

/// The order of a round: 0 … count − 1, permuted.
std::vector<std::size_t> roundOrder(std::size_t count, std::uint64_t seed);

}  // namespace bitdesk
