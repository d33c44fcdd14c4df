// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/verdicts.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/statistics/intervals.h"

namespace bitdesk {

const char* toText(AccuracyVerdict verdict) {
    constexpr std::array kTexts{"unclear", "same", "better", "worse"};
    return kTexts[static_cast<std::size_t>(verdict)];
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

namespace {

constexpr double kMiss = 0.05;

std::vector<double> logRatios(std::span<const double> a, std::span<const double> b) {
    std::vector<double> logs;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        if (a[i] > 0 && b[i] > 0) logs.push_back(std::log(b[i] / a[i]));
    return logs;
}

std::string percent(double ratio) { return fmt::format("{:.1f} %", 100 * ratio); }

/// Verdict and reason from a ratio and an interval that are there already.
void judge(LatencyComparison& c, const LatencyLimits& limits) {
    const std::string found =
        fmt::format("ratio {:.3f} [{:.3f}, {:.3f}] over {} pairs", c.ratio, c.ci95->low, c.ci95->high, c.pairs);
    const std::string margin = percent(limits.margin);
    const double span = std::log1p(limits.margin), size = std::abs(std::log(c.ratio));
    if (std::log(c.ci95->low) > -span && std::log(c.ci95->high) < span) {
        c.verdict = LatencyVerdict::Same;
        c.reason = fmt::format("{}: within the {} that do not matter", found, margin);
    } else if (c.belowNoise) {
        c.reason = fmt::format("{}: not above the noise floor of {}", found, percent(*c.noiseFloor));
    } else if (c.ci95->low <= 1 && c.ci95->high >= 1) {
        c.reason = fmt::format("{}: both no difference and more than {} fit", found, margin);
    } else if (size <= span) {
        c.reason = fmt::format("{}: a difference, but perhaps below the {} that matter", found, margin);
    } else {
        c.verdict = c.ratio > 1 ? LatencyVerdict::Slower : LatencyVerdict::Faster;
        c.reason = fmt::format("{}: excludes 1", found);
        if (c.noiseFloor) c.reason += fmt::format(", above the noise floor of {}", percent(*c.noiseFloor));
    }
}

}  // namespace

const char* toText(LatencyVerdict verdict) {
    constexpr std::array kTexts{"unclear", "same", "faster", "slower"};
    return kTexts[static_cast<std::size_t>(verdict)];
}

LatencyComparison compareLatency(std::span<const double> a, std::span<const double> b, const LatencyLimits& limits) {
    const auto logs = logRatios(a, b);
    LatencyComparison c;
    c.pairs = static_cast<std::int64_t>(logs.size());
    c.noiseFloor = limits.noiseFloor;
    c.ratio = std::exp(quantile(logs, 0.5));
    c.belowNoise = limits.noiseFloor && std::abs(std::log(c.ratio)) <= std::log1p(*limits.noiseFloor);
    const auto interval = signInterval(logs, 1 - kMiss / std::max(1, limits.looks));
    if (!interval) {
        c.reason = fmt::format("{} pairs are too few", c.pairs);
        return c;
    }
    c.ci95 = Interval{std::exp(interval->low), std::exp(interval->high)};
    judge(c, limits);
    return c;
}

std::optional<double> noiseFloor(std::span<const double> a, std::span<const double> b) {
    const auto interval = signInterval(logRatios(a, b), 1 - kMiss);
    if (!interval) return std::nullopt;
    return std::expm1(std::max(std::abs(interval->low), std::abs(interval->high)));
}

}  // namespace bitdesk
