// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

namespace bitdesk {

/// Median and 95th percentile beside the mean that the library prints.
inline void reportPercentiles(benchmark::State& state, std::vector<double> milliseconds) {
    if (milliseconds.empty()) return;
    std::ranges::sort(milliseconds);
    const auto at = [&](double share) {
        return milliseconds[static_cast<std::size_t>(share * static_cast<double>(milliseconds.size() - 1))];
    };
    state.counters["median_ms"] = at(0.5);
    state.counters["p95_ms"] = at(0.95);
    state.counters["worst_ms"] = milliseconds.back();
}

}  // namespace bitdesk
