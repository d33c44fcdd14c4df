// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/statistics/intervals.h"

namespace bitdesk {

enum class AccuracyVerdict { Unclear, Same, Better, Worse };
const char* toText(AccuracyVerdict verdict);

/// Two-sided exact McNemar test on the images that only one of two classifiers gets right (McNemar 1947; the exact
/// binomial form is R's binom.test, SciPy's binomtest(onlyA, onlyA + onlyB)). No such images: 1.
double mcnemar(std::int64_t onlyA, std::int64_t onlyB);

struct AccuracyLimits {
    double margin = 0.005;  ///< differences within ± margin (a fraction; 0.005 is half a point) do not matter
    int looks = 1;          ///< how often the growing sample may be looked at: each look has 1/looks of the 5 %
};

/// How B compares with A on the same images: the same where the difference's interval lies within the margin; else
/// better or worse where the test says that there is a difference; else unclear.
struct AccuracyComparison {
    PairedDifference difference;
    double pValue = 1;  ///< mcnemar()
    AccuracyVerdict verdict = AccuracyVerdict::Unclear;
    std::string reason;  ///< one sentence
    bool settled() const { return verdict != AccuracyVerdict::Unclear; }
};

AccuracyComparison compareAccuracy(std::int64_t onlyA, std::int64_t onlyB, std::int64_t total,
                                   const AccuracyLimits& limits = {});

/// From verdicts image by image (1: right) in the same order: on the images that both have seen.
AccuracyComparison compareAccuracy(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                   const AccuracyLimits& limits = {});

enum class LatencyVerdict { Unclear, Same, Faster, Slower };
const char* toText(LatencyVerdict verdict);

struct LatencyLimits {
    /// Ratios within 1/(1 + margin) … 1 + margin do not matter: the region of practical equivalence.
    double margin = 0.02;
    /// Largest |ratio − 1| that a configuration showed against itself (noiseFloor()); nothing: not measured. A
    /// difference that does not exceed it is not one.
    std::optional<double> noiseFloor;
    /// How often the same data may be looked at before sampling stops. The interval is widened so that all looks
    /// together are wrong in at most 5 of 100 cases (Bonferroni).
    int looks = 1;
};

/// How the times of B compare with those of A.
struct LatencyComparison {
    double ratio = 1;              ///< median of b/a over the pairs
    std::optional<Interval> ci95;  ///< of that median, corrected for the looks; nothing: too few pairs
    std::int64_t pairs = 0;
    std::optional<double> noiseFloor;
    LatencyVerdict verdict = LatencyVerdict::Unclear;
    std::string reason;       ///< one sentence with the figures
    bool belowNoise = false;  ///< |ratio − 1| does not exceed the noise floor: to be shown grey
};

/// a[i] and b[i], both > 0, were taken in the same round, in random order within it. Where both are the same, each
/// pair's sign is a fair coin, whatever the machine did from round to round; so the interval of the median of b/a,
/// which inverts the sign test, holds under drift, load and heavy tails.
///   same: the interval lies within the margin. faster, slower: it excludes 1, and the median exceeds margin and noise
///   floor. unclear: everything else.
LatencyComparison compareLatency(std::span<const double> a, std::span<const double> b, const LatencyLimits& limits);

/// From pairs of a configuration against itself (A/A): the farther end, as |ratio − 1|, of the 95 % interval of the
/// median of b/a. Nothing where the pairs are too few.
std::optional<double> noiseFloor(std::span<const double> a, std::span<const double> b);

}  // namespace bitdesk
