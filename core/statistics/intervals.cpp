// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/intervals.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/statistics/distributions.h"

namespace bitdesk {

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

double quantileOfSorted(std::span<const double> sorted, double q) {
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double quantile(std::span<const double> samples, double q) {
    if (samples.empty()) return 0;
    std::vector<double> sorted(samples.begin(), samples.end());
    std::ranges::sort(sorted);
    return quantileOfSorted(sorted, q);
}

Quartiles quartiles(std::span<const double> samples) {
    if (samples.empty()) return {};
    std::vector<double> sorted(samples.begin(), samples.end());
    std::ranges::sort(sorted);
    return {quantileOfSorted(sorted, 0.5), quantileOfSorted(sorted, 0.25), quantileOfSorted(sorted, 0.75),
            static_cast<std::int64_t>(sorted.size())};
}

}  // namespace bitdesk
