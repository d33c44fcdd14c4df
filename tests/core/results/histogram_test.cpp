// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bitdesk {
namespace {

std::vector<double> ramp(double from, double step, int count) {
    std::vector<double> samples;
    samples.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) samples.push_back(from + step * i);
    return samples;
}

TEST(Histogram, CountsEverySampleOnce) {
    auto samples = ramp(1.0, 0.01, 100);
    samples.insert(samples.end(), {50.0, 51.0, 0.0, std::numeric_limits<double>::quiet_NaN()});
    const Binning binning = commonBinning(samples, {});
    const Histogram found = histogram(samples, binning);
    EXPECT_EQ(found.above, 3);  // two far out, and what is no number
    EXPECT_EQ(found.below, 0);  // within five interquartile ranges
    EXPECT_EQ(found.total(), 104);
    EXPECT_LT(binning.high(), 10);
}

TEST(Histogram, CollectsFarRunsOnBothSides) {
    std::vector<double> samples = ramp(100, 0.01, 100);
    samples.insert(samples.end(), {10, 300, 301});
    const Histogram found = histogram(samples, commonBinning(samples, {}));
    EXPECT_EQ(found.below, 1);
    EXPECT_EQ(found.above, 2);
}

TEST(Histogram, WithoutFarRunsNothingIsCollected) {
    const auto samples = ramp(0.4, 0.0001, 120);
    const Histogram found = histogram(samples, commonBinning(samples, {}));
    EXPECT_EQ(found.below + found.above, 0);
    EXPECT_GT(found.counts.back(), 0);  // the longest is in the last bin, not beyond it
}

TEST(Histogram, TwoSamplesShareBinsThatCoverBoth) {
    const auto fast = ramp(1, 0.001, 100), slow = ramp(2, 0.001, 100);
    const Binning binning = commonBinning(fast, slow);
    for (const auto& samples : {fast, slow}) {
        const Histogram found = histogram(samples, binning);
        EXPECT_EQ(found.below + found.above, 0);
        EXPECT_EQ(found.total(), 100);
    }
}

TEST(Histogram, OneValueAndNothingAtAllStillHaveBins) {
    const std::vector<double> same(20, 0.5), none;
    EXPECT_GT(commonBinning(same, {}).width, 0);
    EXPECT_EQ(histogram(same, commonBinning(same, {})).above, 0);
    EXPECT_GT(commonBinning(none, none).width, 0);
    EXPECT_EQ(histogram(none, commonBinning(none, none)).total(), 0);
}

TEST(Histogram, AbsurdTimesAreCollectedToo) {
    const std::vector<double> absurd{-1e308, 1e308, std::numeric_limits<double>::infinity(), 0.4, 0.41};
    const Histogram found = histogram(absurd, commonBinning(absurd, {}));
    EXPECT_EQ(found.below, 1);
    EXPECT_EQ(found.above, 2);
    EXPECT_EQ(found.total(), 5);
}

}  // namespace
}  // namespace bitdesk
