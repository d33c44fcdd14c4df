// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "core/quant/quantizer.h"
#include "tests/core/base/expect_error.h"

namespace bitdesk {
namespace {

const WeightQuantizer& floorNested() { return findWeightQuantizer("floor-nested"); }

// By hand: clip(⌊w / 0.5⌋, −7, 7).
TEST(FloorNested, EncodesByFloorAndClip) {
    const std::pair<float, int> cases[] = {{0.0F, 0},     {0.25F, 0},    {0.499F, 0},   {0.5F, 1},   {0.75F, 1},
                                           {3.25F, 6},    {3.5F, 7},     {4.0F, 7},     {100.0F, 7}, {-0.001F, -1},
                                           {-0.25F, -1},  {-0.5F, -1},   {-0.501F, -2}, {-3.0F, -6}, {-3.5F, -7},
                                           {-3.501F, -7}, {-100.0F, -7}, {-0.0F, 0}};
    for (const auto& [weight, code] : cases) EXPECT_EQ(floorNested().encode(weight, 0.5F, 4), code) << weight;
    EXPECT_EQ(floorNested().encode(1e30F, 0.5F, 8), 127);
    EXPECT_EQ(floorNested().encode(-1e30F, 0.5F, 8), -127);
    EXPECT_EQ(floorNested().encode(-0.6F, 0.5F, 2), -1);
}

TEST(FloorNested, GivesACodeEvenForNaN) {
    const int code = floorNested().encode(std::numeric_limits<float>::quiet_NaN(), 0.5F, 4);
    EXPECT_LE(std::abs(code), 7);
}

// By hand: arithmetic shifts, c >> 1 and c >> 2.
TEST(FloorNested, NestsByShift) {
    const int cases[][3] = {{-7, -4, -2}, {-6, -3, -2}, {-5, -3, -2}, {-4, -2, -1}, {-3, -2, -1},
                            {-2, -1, -1}, {-1, -1, -1}, {0, 0, 0},    {1, 0, 0},    {2, 1, 0},
                            {3, 1, 0},    {4, 2, 1},    {5, 2, 1},    {6, 3, 1},    {7, 3, 1}};
    for (const auto& [four, three, two] : cases) {
        EXPECT_EQ(floorNested().narrow(four, 4, 4), four);
        EXPECT_EQ(floorNested().narrow(four, 4, 3), three) << four;
        EXPECT_EQ(floorNested().narrow(four, 4, 2), two) << four;
    }
}

TEST(FloorNested, HasTheRangesOfTheMethod) {
    const int ranges[][3] = {{4, -7, 7}, {3, -4, 3}, {2, -2, 1}};
    for (const auto& [bits, lowest, highest] : ranges) {
        EXPECT_EQ(floorNested().lowest(4, bits), lowest);
        EXPECT_EQ(floorNested().highest(4, bits), highest);
    }
    EXPECT_EQ(floorNested().lowest(8, 8), -127);
    EXPECT_EQ(floorNested().highest(8, 8), 127);
}

// By hand: 0.5 · 2^(4−b) · (c_b + ½).
TEST(FloorNested, DecodesHalfAStepUp) {
    const struct {
        int code, bits;
        double value;
    } cases[] = {{3, 4, 1.75},  {3, 3, 1.5},   {3, 2, 1.0},  {-7, 4, -3.25}, {-7, 3, -3.5},
                 {-7, 2, -3.0}, {0, 4, 0.25},  {0, 3, 0.5},  {0, 2, 1.0},    {-1, 4, -0.25},
                 {-1, 3, -0.5}, {-1, 2, -1.0}, {7, 4, 3.75}, {7, 3, 3.5},    {7, 2, 3.0}};
    for (const auto& [code, bits, value] : cases)
        EXPECT_EQ(floorNested().decode(code, 0.5F, 4, bits), value) << code << " at " << bits;
}

TEST(FloorNested, OddCodesAreTwiceTheCodePlusOne) {
    EXPECT_EQ(floorNested().oddCode(-7, 4, 4), -13);
    EXPECT_EQ(floorNested().oddCode(-7, 4, 3), -7);
    EXPECT_EQ(floorNested().oddCode(-7, 4, 2), -3);
    EXPECT_EQ(floorNested().oddCode(7, 4, 2), 3);
    EXPECT_EQ(floorNested().oddCode(-127, 8, 8), -253);
}

RC_GTEST_PROP(FloorNested, WidthsNestInOneAnother, ()) {
    const int top = *rc::gen::inRange(2, 9), middle = *rc::gen::inRange(2, top + 1),
              low = *rc::gen::inRange(2, middle + 1);
    const int highest = (1 << (top - 1)) - 1;
    const int code = *rc::gen::inRange(-highest, highest + 1);
    const auto& q = floorNested();
    RC_ASSERT(q.narrow(q.narrow(code, top, middle), middle, low) == q.narrow(code, top, low));
    RC_ASSERT(q.narrow(code, top, low) >= q.lowest(top, low));
    RC_ASSERT(q.narrow(code, top, low) <= q.highest(top, low));
    RC_ASSERT(q.oddCode(code, top, low) % 2 != 0);
}

RC_GTEST_PROP(FloorNested, DecodesWithinHalfAStep, ()) {
    const int bits = *rc::gen::inRange(2, 5);
    const float scale = std::ldexp(1.0F, *rc::gen::inRange(-8, 8));
    const float weight = scale * static_cast<float>(*rc::gen::inRange(-6999, 7000)) / 1000.0F;
    const double decoded = floorNested().decode(floorNested().encode(weight, scale, 4), scale, 4, bits);
    RC_ASSERT(std::abs(decoded - double{weight}) <= std::ldexp(double{scale}, 4 - bits - 1));
}

TEST(WeightQuantizers, AreFoundByName) {
    for (const WeightQuantizer& quantizer : weightQuantizers())
        EXPECT_EQ(&findWeightQuantizer(quantizer.name), &quantizer);
    test::expectBadInput({"'nonsense'", "floor-nested"}, [] { findWeightQuantizer("nonsense"); });
}

}  // namespace
}  // namespace bitdesk
