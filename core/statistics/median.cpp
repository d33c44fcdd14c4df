// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/median.h"

#include <algorithm>
#include <vector>

#include "core/statistics/distributions.h"

namespace bitdesk {
namespace {

std::vector<double> sorted(std::span<const double> samples) {
    std::vector<double> copy(samples.begin(), samples.end());
    std::ranges::sort(copy);
    return copy;
}

/// Smallest rank k in 1 … n whose order statistic a resample's order statistic m does not exceed with this probability.
std::int64_t bootstrapRank(std::int64_t n, std::int64_t m, double probability) {
    std::int64_t low = 1, high = n;
    while (low < high) {
        const std::int64_t k = (low + high) / 2;
        if (binomialUpperTail(m, n, static_cast<double>(k) / static_cast<double>(n)) >= probability) high = k;
        else low = k + 1;
    }
    return low;
}

}  // namespace

Interval medianInterval(std::span<const double> samples, double confidence) {
    if (samples.empty()) return {0, 0};
    const auto order = sorted(samples);
    const auto n = static_cast<std::int64_t>(order.size());
    const double tail = (1 - confidence) / 2;
    const std::int64_t low = bootstrapRank(n, (n + 1) / 2, tail), high = bootstrapRank(n, n / 2 + 1, 1 - tail);
    return {order[static_cast<std::size_t>(low - 1)], order[static_cast<std::size_t>(high - 1)]};
}

std::optional<Interval> signInterval(std::span<const double> samples, double confidence) {
    const auto n = static_cast<std::int64_t>(samples.size());
    const double tail = (1 - confidence) / 2;
    // Largest rank d with P(Binomial(n, ½) ≥ n − d + 1) ≤ tail; the interval is [x₍d₎, x₍n−d+1₎].
    std::int64_t low = 0, high = n / 2;
    while (low < high) {
        const std::int64_t d = (low + high + 1) / 2;
        if (binomialUpperTail(n - d + 1, n, 0.5) <= tail) low = d;
        else high = d - 1;
    }
    if (low == 0) return std::nullopt;
    const auto order = sorted(samples);
    return Interval{order[static_cast<std::size_t>(low - 1)], order[static_cast<std::size_t>(n - low)]};
}

}  // namespace bitdesk
