// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
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

}  // namespace bitdesk
