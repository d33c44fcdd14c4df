// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/interleaved.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"

namespace bitdesk {
namespace {

/// One pass over all configurations in a fresh random order.
std::vector<std::size_t> roundOrder(std::size_t count, Random& random) {
    std::vector<std::size_t> order;
    for (const std::int64_t i : permutation(static_cast<std::int64_t>(count), random.next()))
        order.push_back(static_cast<std::size_t>(i));
    return order;
}

}  // namespace

Clock steadyClock() {
    return [] {
        return std::int64_t{
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
                .count()};
    };
}

std::vector<Samples> measureInterleaved(std::span<const std::function<void()>> configurations,
                                        const MeasureOptions& options, std::stop_token stop, const Clock& clock) {
    constexpr int kFewest = 5;
    std::vector<Samples> samples(configurations.size());
    Random random(options.seed);
    const std::int64_t begin = clock();
    for (int round = -options.warmups; round < options.samples; ++round) {
        const double elapsed = static_cast<double>(clock() - begin) * 1e-9;
        if (round >= kFewest && elapsed > options.maxSeconds) break;
        for (const std::size_t i : roundOrder(configurations.size(), random)) {
            if (stop.stop_requested()) throw Cancelled();
            const std::int64_t before = clock();
            configurations[i]();
            const std::int64_t after = clock();
            if (round >= 0) samples[i].milliseconds.push_back(static_cast<double>(after - before) * 1e-6);
        }
    }
    return samples;
}

}  // namespace bitdesk
