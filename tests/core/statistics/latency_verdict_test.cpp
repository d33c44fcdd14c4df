// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/verdicts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/base/random.h"

namespace bitdesk {
namespace {

struct Pairs {
    std::vector<double> a, b;
};

/// `ratio` times as long, with so much noise; both share a slow wave of ± 50 %.
Pairs pairs(double ratio, double noise, int count, std::uint64_t seed = 1) {
    Random random(seed);
    Pairs found;
    for (int i = 0; i < count; ++i) {
        const double machine = 1 + 0.5 * std::sin(i * 0.05);
        found.a.push_back(machine * std::exp(noise * random.normal()));
        found.b.push_back(ratio * machine * std::exp(noise * random.normal()));
    }
    return found;
}

LatencyComparison compare(const Pairs& pairs, const LatencyLimits& limits = {}) {
    return compareLatency(pairs.a, pairs.b, limits);
}

TEST(LatencyVerdict, OfKnownRatios) {
    EXPECT_EQ(compare(pairs(1.05, 0.02, 200)).verdict, LatencyVerdict::Slower);
    EXPECT_EQ(compare(pairs(0.95, 0.02, 200)).verdict, LatencyVerdict::Faster);
    EXPECT_EQ(compare(pairs(1.00, 0.02, 200)).verdict, LatencyVerdict::Same);
    EXPECT_EQ(compare(pairs(1.00, 0.30, 30)).verdict, LatencyVerdict::Unclear) << "too noisy to tell";
    EXPECT_EQ(compare(pairs(1.015, 0.03, 300)).verdict, LatencyVerdict::Unclear) << "at the margin";
    EXPECT_NEAR(compare(pairs(1.05, 0.02, 200)).ratio, 1.05, 0.006);
}

TEST(LatencyVerdict, IntervalByHand) {
    // Ratios 1.1 … 1.9 and 2: of ten, the 95 % sign interval is the second to the ninth (tables of the sign test).
    const std::vector<double> a(10, 1.0), b{1.9, 1.1, 1.8, 1.2, 1.7, 1.3, 2.0, 1.4, 1.6, 1.5};
    const auto found = compareLatency(a, b, {});
    EXPECT_NEAR(found.ratio, std::sqrt(1.5 * 1.6), 1e-12) << "logarithms are averaged";
    ASSERT_TRUE(found.ci95);
    EXPECT_NEAR(found.ci95->low, 1.2, 1e-12);
    EXPECT_NEAR(found.ci95->high, 1.9, 1e-12);
    EXPECT_EQ(found.pairs, 10);
}

TEST(LatencyVerdict, ADifferenceBelowTheNoiseFloorIsNone) {
    const auto p = pairs(1.05, 0.02, 200);
    const auto found = compare(p, {.margin = 0.02, .noiseFloor = 0.10, .looks = 1});
    EXPECT_EQ(found.verdict, LatencyVerdict::Unclear);
    EXPECT_TRUE(found.belowNoise);
    EXPECT_NE(found.reason.find("noise floor of 10.0 %"), std::string::npos) << found.reason;
    EXPECT_FALSE(compare(p, {.margin = 0.02, .noiseFloor = 0.01, .looks = 1}).belowNoise);
    EXPECT_EQ(compare(pairs(1, 0.02, 200), {.margin = 0.02, .noiseFloor = 0.01, .looks = 1}).verdict,
              LatencyVerdict::Same);
}

TEST(LatencyVerdict, MoreLooksWidenTheInterval) {
    const auto p = pairs(1.05, 0.02, 200);
    const auto once = compare(p), often = compare(p, {.margin = 0.02, .noiseFloor = {}, .looks = 18});
    EXPECT_LT(often.ci95->low, once.ci95->low);
    EXPECT_GT(often.ci95->high, once.ci95->high);
}

TEST(LatencyVerdict, TooFewPairs) {
    const auto found = compare(pairs(2, 0.01, 5));
    EXPECT_EQ(found.verdict, LatencyVerdict::Unclear);
    EXPECT_FALSE(found.ci95);
    EXPECT_EQ(compareLatency({}, {}, {}).pairs, 0);
    EXPECT_FALSE(noiseFloor(std::vector<double>{1, 2}, std::vector<double>{1, 2}));
}

TEST(LatencyVerdict, EqualOnesAreRarelyCalledDifferent) {
    int wrong = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const auto verdict = compare(pairs(1, 0.15, 60, seed)).verdict;
        wrong += verdict == LatencyVerdict::Faster || verdict == LatencyVerdict::Slower ? 1 : 0;
    }
    EXPECT_LE(wrong, 400 * 5 / 100);
}

TEST(LatencyVerdict, TheNoiseFloorIsTheFartherEndOfTheInterval) {
    const std::vector<double> a(10, 1.0), b{0.90, 0.95, 0.97, 0.99, 1.0, 1.0, 1.01, 1.02, 1.04, 1.2};
    EXPECT_NEAR(*noiseFloor(a, b), 1 / 0.95 - 1, 1e-12) << "second smallest 0.95 is farther from 1 than 1.04";
    EXPECT_NEAR(*noiseFloor(b, a), 1 / 0.95 - 1, 1e-12);
}

}  // namespace
}  // namespace bitdesk
