// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/intervals.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>
#include <vector>

namespace bitdesk {

double binomialUpperTail(std::int64_t successes, std::int64_t trials, double p) {
    if (successes <= 0 || (p >= 1 && successes <= trials)) return 1;
    if (successes > trials || p <= 0) return 0;
    // The regularized incomplete beta function (NIST's Digital Library of Mathematical Functions, 8.17.5).
    return boost::math::ibeta(static_cast<double>(successes), static_cast<double>(trials - successes + 1), p);
}

double normalTwoSided(double confidence) { return std::numbers::sqrt2 * boost::math::erfc_inv(1 - confidence); }

Interval wilson(std::int64_t successes, std::int64_t total, double z) {
    if (total <= 0) return {0, 1};
    const double n = static_cast<double>(total), p = static_cast<double>(successes) / n, zz = z * z;
    const double centre = (p + zz / (2 * n)) / (1 + zz / n);
    const double half = z / (1 + zz / n) * std::sqrt(p * (1 - p) / n + zz / (4 * n * n));
    return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

PairedDifference pairedDifference(std::int64_t onlyA, std::int64_t onlyB, std::int64_t total, double confidence) {
    PairedDifference result{.delta = 0, .interval = {-1, 1}, .onlyA = onlyA, .onlyB = onlyB, .total = total};
    if (total <= 0) return result;
    result.delta = static_cast<double>(onlyB - onlyA) / static_cast<double>(total);
    const double b = static_cast<double>(onlyA) + 0.5, c = static_cast<double>(onlyB) + 0.5;
    const double n = static_cast<double>(total) + 2;
    const double centre = (c - b) / n;
    const double half = normalTwoSided(confidence) * std::sqrt(b + c - (b - c) * (b - c) / n) / n;
    result.interval = {std::max(-1.0, centre - half), std::min(1.0, centre + half)};
    return result;
}

namespace {

std::vector<double> sorted(std::span<const double> samples) {
    std::vector<double> copy(samples.begin(), samples.end());
    std::ranges::sort(copy);
    return copy;
}

double quantileOfSorted(std::span<const double> sorted, double q) {
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double quantile(std::span<const double> samples, double q) {
    return samples.empty() ? 0 : quantileOfSorted(sorted(samples), q);
}

Quartiles quartiles(std::span<const double> samples) {
    if (samples.empty()) return {};
    const auto order = sorted(samples);
    return {quantileOfSorted(order, 0.5), quantileOfSorted(order, 0.25), quantileOfSorted(order, 0.75),
            static_cast<std::int64_t>(order.size())};
}

namespace {

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
