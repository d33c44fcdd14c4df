// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/statistics/intervals.h"

namespace bitdesk {

struct MeasureOptions {
    int warmups = 3;         ///< runs of each configuration that are not counted
    int samples = 30;        ///< counted runs of each configuration
    double maxSeconds = 30;  ///< stops earlier, after at least 5 samples each, when this time is over
    std::uint64_t seed = 1;  ///< of the random order within a round
};

/// Wall time of whole runs, milliseconds, in the order they were taken.
struct Samples {
    std::vector<double> milliseconds;
    Quartiles summary() const { return quartiles(milliseconds); }
};

/// Nanoseconds of a steady clock; replaceable in tests.
using Clock = std::function<std::int64_t()>;
Clock steadyClock();

/// Measures several configurations in rounds: every round runs each once, in a fresh random order, so that drift of the
/// machine hits all alike. Throws Cancelled between runs.
std::vector<Samples> measureInterleaved(std::span<const std::function<void()>> configurations,
                                        const MeasureOptions& options, std::stop_token stop = {},
                                        const Clock& clock = steadyClock());

}  // namespace bitdesk
