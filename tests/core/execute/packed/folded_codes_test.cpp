// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/folded_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/core/execute/packed/convolution_oracle.h"

namespace bitdesk::packed {
namespace {

/// As the kernels do it: one fused operation, rounded to even, clipped.
int foldedCode(const FoldedCodes& fold, std::size_t channel, int sum, int highest) {
    const float value = std::fma(static_cast<float>(sum), fold.scale[channel], fold.offset[channel]);
    return std::clamp(static_cast<int>(std::nearbyint(value)), 0, highest);
}

/// Sums in −bound … bound whose folded code is not the plan's.
int disagreements(const test::Requantization& plan, const FoldedCodes& fold, int bound) {
    int count = 0;
    for (std::size_t c = 0; c < plan.scale.size(); ++c)
        for (int sum = -bound; sum <= bound; ++sum)
            count += foldedCode(fold, c, sum, plan.codes.highest) != plan.code(sum, c) ? 1 : 0;
    return count;
}

TEST(FoldedCodes, AreThePlansForEverySum) {
    Random random(7);
    int folded = 0;
    constexpr int kCases = 60;
    for (int i = 0; i < kCases; ++i) {
        const int bits = 2 + static_cast<int>(random.below(7));
        const int bound = 50 + static_cast<int>(random.below(20000));
        const test::Requantization plan(16, bits, bound / 8.0, random);
        const FoldedCodes fold = foldCodes(plan.scale, plan.offset, plan.codes, bound);
        if (fold.scaleData() == nullptr) continue;
        ++folded;
        EXPECT_EQ(disagreements(plan, fold, bound), 0) << "case " << i;
    }
    EXPECT_EQ(folded, kCases);
}

/// Half-way cases: the plan rounds scale · sum, then the sum with the offset, and a tie may fall either way.
TEST(FoldedCodes, TiesFallAsThePlanHasThem) {
    Random random(8);
    int folded = 0, naive = 0;
    constexpr int kBound = 3000;
    for (int i = 0; i < 400; ++i) {
        test::Requantization plan(1, 4, 1, random);
        // An odd eighth from a root that is an integer, but for the last bits of the constants.
        plan.codes.inverseScale = static_cast<float>(1 + random.below(7)) / 3.0F;
        plan.scale[0] = static_cast<float>(1 + random.below(9)) / 90.0F / plan.codes.inverseScale;
        plan.offset[0] = 0.5F / plan.codes.inverseScale - plan.scale[0] * static_cast<float>(random.below(100));
        FoldedCodes direct;
        direct.scale = {static_cast<float>(double{plan.scale[0]} * double{plan.codes.inverseScale})};
        direct.offset = {static_cast<float>(double{plan.offset[0]} * double{plan.codes.inverseScale})};
        naive += disagreements(plan, direct, kBound) > 0 ? 1 : 0;
        const FoldedCodes fold = foldCodes(plan.scale, plan.offset, plan.codes, kBound);
        if (fold.scaleData() == nullptr) continue;
        ++folded;
        EXPECT_EQ(disagreements(plan, fold, kBound), 0) << "case " << i;
    }
    // Such constants do disagree where nothing is proven, and often enough another offset mends them.
    EXPECT_GT(naive, 20);
    EXPECT_GT(folded, 400 - naive);
}

TEST(FoldedCodes, AreLeftAloneWhereNothingCanBeProven) {
    const CodeOutput codes{.inverseScale = 2, .highest = 15};
    const auto folds = [&](float scale, float offset, const CodeOutput& output = {.inverseScale = 2, .highest = 15},
                           std::int64_t bound = 1000) {
        const std::vector<float> scales{scale}, offsets{offset};
        return foldCodes(scales, offsets, output, bound).scaleData() != nullptr;
    };
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(folds(0.01F, 0.5F));
    EXPECT_TRUE(folds(-0.01F, 0.5F));
    EXPECT_TRUE(folds(0, 3));
    EXPECT_TRUE(folds(1e-12F, 3));  // as good as none: no sum reaches another code
    EXPECT_FALSE(folds(kNan, 0));
    EXPECT_FALSE(folds(0.01F, kNan));
    EXPECT_FALSE(folds(kInfinity, 0));
    EXPECT_FALSE(folds(0.01F, -kInfinity));
    EXPECT_FALSE(folds(1e7F, 0));    // 2e10 is no int32
    EXPECT_FALSE(folds(1e-40F, 1));  // a denormal loses bits
    EXPECT_FALSE(folds(0.01F, 0.5F, {.inverseScale = 2, .lowest = -7, .highest = 7}));
    EXPECT_FALSE(folds(0.01F, 0.5F, codes, 1 << 24));   // beyond, not every sum is a float
    EXPECT_FALSE(folds(1e-8F, 1.25F, codes, 1 << 20));  // a step of the sum is below the rounding of the offset
}

TEST(FoldedCodes, AreFoundAgainByTheirConstants) {
    Random random(9);
    FoldCache cache;
    Epilogue epilogue;
    epilogue.scale = {0.01F, 0.02F};
    epilogue.offset = {0.5F, 0.25F};
    epilogue.codeOutputs.push_back({.inverseScale = 3, .highest = 7});
    const float* first = cache.at(2, epilogue, 500).scaleData();
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(cache.at(2, epilogue, 500).scaleData(), first);
    epilogue.scale[1] = 0.03F;
    const float* other = cache.at(2, epilogue, 500).scaleData();
    EXPECT_NE(other, first);
    EXPECT_EQ(other[1], 0.03F * 3);
    epilogue.scale[1] = 0.02F;
    EXPECT_EQ(cache.at(2, epilogue, 500).scaleData(), first);
    EXPECT_NE(cache.at(1, epilogue, 500).scaleData(), first);
}

}  // namespace
}  // namespace bitdesk::packed
