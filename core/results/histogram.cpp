// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bitdesk {
namespace {

constexpr double kFence = 5;       // interquartile ranges
constexpr double kLongest = 1e12;  // milliseconds: what is longer, or no number, is collected
constexpr int kFewestBins = 12, kMostBins = 48;

/// What of one sample the bins should cover, and how wide a bin suits it (Freedman and Diaconis 1981).
struct Span {
    double low = 0, high = 0, bin = 0;
};

Span spanOf(std::span<const double> samples) {
    std::vector<double> numbers;
    std::ranges::copy_if(samples, std::back_inserter(numbers), [](double x) { return std::abs(x) < kLongest; });
    if (numbers.empty()) return {};
    const auto [least, most] = std::ranges::minmax(numbers);
    const Quartiles q = quartiles(numbers);
    const double spread = q.q3 - q.q1;
    if (!(spread > 0)) return {.low = quantile(numbers, 0.01), .high = quantile(numbers, 0.99)};
    return {.low = std::max(least, q.q1 - kFence * spread),
            .high = std::min(most, q.q3 + kFence * spread),
            .bin = 2 * spread / std::cbrt(static_cast<double>(numbers.size()))};
}

}  // namespace

Binning commonBinning(std::span<const double> first, std::span<const double> second) {
    const Span a = spanOf(first), b = second.empty() ? a : spanOf(second);
    double low = std::min(a.low, b.low), high = std::max(a.high, b.high);
    const double least = std::max(0.01 * std::abs(high), 1e-9);  // all runs took the same time
    if (high - low < least) {
        low -= least / 2;
        high += least / 2;
    }
    const double bin = std::max(std::min(a.bin, b.bin), (high - low) / kMostBins);
    const int bins = std::clamp(static_cast<int>(std::ceil((high - low) / bin)), kFewestBins, kMostBins);
    return {.low = low, .width = (high - low) / bins, .bins = bins};
}

Histogram histogram(std::span<const double> samples, const Binning& binning) {
    Histogram found;
    found.counts.assign(static_cast<std::size_t>(binning.bins), 0);
    const double slack = 1e-9 * binning.width * binning.bins;  // the longest of all belongs to the last bin
    for (const double sample : samples) {
        if (sample < binning.low - slack) ++found.below;
        else if (!(sample <= binning.high() + slack)) ++found.above;
        else {
            const int bin = static_cast<int>((sample - binning.low) / binning.width);
            ++found.counts[static_cast<std::size_t>(std::clamp(bin, 0, binning.bins - 1))];
        }
    }
    return found;
}

std::int64_t Histogram::total() const {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) + below + above;
}

}  // namespace bitdesk
