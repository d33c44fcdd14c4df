// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/accuracy_verdict.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "core/statistics/distributions.h"

namespace bitdesk {

const char* toText(AccuracyVerdict verdict) {
    switch (verdict) {
        case AccuracyVerdict::Same: return "same";
        case AccuracyVerdict::Better: return "better";
        case AccuracyVerdict::Worse: return "worse";
        case AccuracyVerdict::Unclear: break;
    }
    return "unclear";
}

double mcnemar(std::int64_t onlyA, std::int64_t onlyB) {
    const std::int64_t trials = onlyA + onlyB;
    if (trials == 0) return 1;
    return std::min(1.0, 2 * binomialUpperTail(std::max(onlyA, onlyB), trials, 0.5));
}

AccuracyComparison compareAccuracy(std::int64_t onlyA, std::int64_t onlyB, std::int64_t total,
                                   const AccuracyLimits& limits) {
    const double miss = 0.05 / std::max(1, limits.looks);
    AccuracyComparison c;
    c.difference = pairedDifference(onlyA, onlyB, total, 1 - miss);
    c.pValue = mcnemar(onlyA, onlyB);
    const double delta = c.difference.delta;
    const Interval& interval = c.difference.interval;
    const std::string found = fmt::format("{:+.2f} pp [{:+.2f}, {:+.2f}] on {} images, p = {:.2g}", 100 * delta,
                                          100 * interval.low, 100 * interval.high, total, c.pValue);
    const bool differs = c.pValue < miss;
    if (-limits.margin <= interval.low && interval.high <= limits.margin) {
        c.verdict = AccuracyVerdict::Same;
        c.reason = fmt::format("{}: {}within the {:.2f} pp that do not matter", found,
                               differs ? "a real difference, but " : "", 100 * limits.margin);
    } else if (differs) {
        c.verdict = delta > 0 ? AccuracyVerdict::Better : AccuracyVerdict::Worse;
        c.reason = fmt::format("{}: {} images gained, {} lost", found, onlyB, onlyA);
    } else {
        c.reason = fmt::format("{}: both no difference and more than {:.2f} pp fit", found, 100 * limits.margin);
    }
    return c;
}

AccuracyComparison compareAccuracy(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                   const AccuracyLimits& limits) {
    const std::size_t common = std::min(a.size(), b.size());
    std::int64_t onlyA = 0, onlyB = 0;
    for (std::size_t i = 0; i < common; ++i) {
        onlyA += a[i] > b[i] ? 1 : 0;
        onlyB += a[i] < b[i] ? 1 : 0;
    }
    return compareAccuracy(onlyA, onlyB, static_cast<std::int64_t>(common), limits);
}

}  // namespace bitdesk
