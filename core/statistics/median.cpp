// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/median.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bitdesk {
namespace {

double logChoose(std::int64_t n, std::int64_t k) {
    const auto logFactorial = [](std::int64_t m) {
        int sign = 0;  // std::lgamma would write a global
        return ::lgamma_r(static_cast<double>(m) + 1, &sign);
    };
    return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/// Σ P(Binomial = i) from i = first on, away from the mean, where every term is smaller than the one before.
double sumAwayFromMean(std::int64_t first, std::int64_t trials, double p, int direction) {
    const auto n = static_cast<double>(trials);
    auto i = static_cast<double>(first);
    double term = std::exp(logChoose(trials, first) + i * std::log(p) + (n - i) * std::log1p(-p));
    double sum = 0;
    while (i >= 0 && i <= n && term > 0) {
        sum += term;
        if (term < 1e-17 * sum) break;
        term *= direction > 0 ? (n - i) / (i + 1) * p / (1 - p) : i / (n - i + 1) * (1 - p) / p;
        i += direction;
    }
    return sum;
}

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
        const bool enough = binomialUpperTail(m, n, static_cast<double>(k) / static_cast<double>(n)) >= probability;
        (enough ? high : low) = enough ? k : k + 1;
    }
    return low;
}

}  // namespace

double binomialUpperTail(std::int64_t successes, std::int64_t trials, double p) {
    if (successes <= 0 || (p >= 1 && successes <= trials)) return 1;
    if (successes > trials || p <= 0) return 0;
    // The tail that does not hold the mean is the one that can be summed without cancellation.
    if (static_cast<double>(successes) > p * static_cast<double>(trials))
        return std::min(1.0, sumAwayFromMean(successes, trials, p, +1));
    return std::max(0.0, 1 - sumAwayFromMean(successes - 1, trials, p, -1));
}

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
        const bool within = binomialUpperTail(n - d + 1, n, 0.5) <= tail;
        (within ? low : high) = within ? d : d - 1;
    }
    if (low == 0) return std::nullopt;
    const auto order = sorted(samples);
    return Interval{order[static_cast<std::size_t>(low - 1)], order[static_cast<std::size_t>(n - low)]};
}

}  // namespace bitdesk
