// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

TEST(ActivationCodes, HaveTheRangesOfLsq) {
    const int unsignedHighest[] = {3, 7, 15, 31, 63, 127, 255}, signedHighest[] = {1, 3, 7, 15, 31, 63, 127};
    for (int bits = 2; bits <= 8; ++bits) {
        EXPECT_EQ(activationLowest(bits, false), 0);
        EXPECT_EQ(activationHighest(bits, false), unsignedHighest[bits - 2]);
        EXPECT_EQ(activationHighest(bits, true), signedHighest[bits - 2]);
        EXPECT_EQ(activationLowest(bits, true), -signedHighest[bits - 2]);
    }
}

// By hand, scale 0.5: ties go to the even code; the clip comes first.
TEST(QuantizeActivation, RoundsHalfToEven) {
    const std::pair<float, int> cases[] = {{0.0F, 0},   {0.25F, 0}, {0.26F, 1},  {0.5F, 1},   {0.75F, 2},  {1.0F, 2},
                                           {1.25F, 2},  {1.75F, 4}, {7.25F, 14}, {7.26F, 15}, {7.75F, 15}, {100.0F, 15},
                                           {-0.25F, 0}, {-3.0F, 0}, {-0.0F, 0},  {1e38F, 15}};
    for (const auto& [value, code] : cases) EXPECT_EQ(quantizeActivation(value, 2.0F, 0, 15), code) << value;
}

TEST(QuantizeActivation, RoundsSignedCodesAlike) {
    const std::pair<float, int> cases[] = {{-0.25F, 0},    {-0.75F, -2},  {-1.25F, -2},  {-1.75F, -4}, {-63.5F, -127},
                                           {-64.0F, -127}, {63.25F, 126}, {63.26F, 127}, {64.0F, 127}};
    for (const auto& [value, code] : cases) EXPECT_EQ(quantizeActivation(value, 2.0F, -127, 127), code) << value;
}

TEST(QuantizeActivation, GivesACodeForEverything) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    EXPECT_EQ(quantizeActivation(kInfinity, 2.0F, -7, 7), 7);
    EXPECT_EQ(quantizeActivation(-kInfinity, 2.0F, -7, 7), -7);
    EXPECT_EQ(quantizeActivation(std::numeric_limits<float>::quiet_NaN(), 2.0F, -7, 7), -7);
    EXPECT_EQ(quantizeActivation(3e38F, 1e30F, 0, 3), 3);
}

TEST(QuantizeActivation, RoundsTheProductToFloatFirst) {
    // 0.35F · 10F is 3.4999999… exactly, and 3.5 as a float: so code 4, not 3.
    EXPECT_LT(double{0.35F} * 10.0, 3.5);
    EXPECT_EQ(quantizeActivation(0.35F, 10.0F, 0, 15), 4);
}

TEST(InverseScale, IsTheNearestFloat) {
    EXPECT_EQ(inverseScale(0.5F), 2.0F);
    EXPECT_EQ(inverseScale(0.1F), 10.0F);
    EXPECT_EQ(inverseScale(3.0F), 0.333333343F);
    EXPECT_TRUE(std::isfinite(inverseScale(1e-30F)));
}

RC_GTEST_PROP(QuantizeActivation, IsMonotonousAndInRange, (float first, float second)) {
    const int bits = *rc::gen::inRange(2, 9);
    const bool isSigned = *rc::gen::arbitrary<bool>();
    const float inverse = std::ldexp(1.0F, *rc::gen::inRange(-6, 7));
    const int lowest = activationLowest(bits, isSigned), highest = activationHighest(bits, isSigned);
    const int a = quantizeActivation(std::min(first, second), inverse, lowest, highest);
    const int b = quantizeActivation(std::max(first, second), inverse, lowest, highest);
    RC_ASSERT(lowest <= a);
    RC_ASSERT(a <= b);
    RC_ASSERT(b <= highest);
}

RC_GTEST_PROP(QuantizeActivation, KeepsEveryCode, ()) {
    const int code = *rc::gen::inRange(-127, 128);
    const float scale = static_cast<float>(*rc::gen::inRange(1, 100'000)) / 10'000.0F;
    RC_ASSERT(quantizeActivation(static_cast<float>(code) * scale, inverseScale(scale), -127, 127) == code);
}

}  // namespace
}  // namespace bitdesk
