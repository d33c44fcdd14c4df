// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/import_weights.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"

namespace bitdesk {
namespace {

const WeightQuantizer& named(const char* name) { return findWeightQuantizer(name); }
using Codes = std::vector<std::int8_t>;

// By hand: w/s = 0.5, 1.5, −0.5, −2.6, 9 at step 0.5; halves go to the even neighbour.
TEST(LsqWeights, RoundHalvesToEvenAndClip) {
    const std::vector<float> weights{0.25F, 0.75F, -0.25F, -1.3F, 4.5F};
    const std::vector<float> scale{0.5F};
    EXPECT_EQ(quantizeWeights(weights, 1, WeightRule::Lsq, named("rounded"), 2, scale).codes, (Codes{0, 1, 0, -2, 1}));
    EXPECT_EQ(quantizeWeights(weights, 1, WeightRule::LsqNarrow, named("rounded"), 2, scale).codes,
              (Codes{0, 1, 0, -1, 1}));
    EXPECT_EQ(quantizeWeights(weights, 1, WeightRule::Lsq, named("rounded"), 4, scale).codes, (Codes{0, 2, 0, -3, 7}));
}

// By hand: tanh of ±atanh(x) is x; the largest is 0.8, so the shares are 1, 0, ½, 0.75: levels of 2 bits 3, 0, 2 (1.5
// to even), 2 (2.25).
TEST(DorefaWeights, AreNormalizedByTanh) {
    const std::vector<float> weights{std::atanh(0.8F), -std::atanh(0.8F), 0, std::atanh(0.4F)};
    const QuantizedWeights made =
        quantizeWeights(weights, 2, WeightRule::Dorefa, named("half-step"), 2, std::vector<float>{1, 3});
    EXPECT_EQ(made.codes, (Codes{1, -2, 0, 0}));
    EXPECT_FLOAT_EQ(made.scales[0], 2.0F / 3);
    EXPECT_FLOAT_EQ(made.scales[1], 2.0F);
    // 2·level/3 − 1 = scale·(code + ½)
    EXPECT_FLOAT_EQ(static_cast<float>(named("half-step").decode(1, made.scales[0], 2, 2)), 1.0F);
}

TEST(FloatWeights, GetTheScaleOfTheSmallestError) {
    Random random(1);
    std::vector<float> weights(4000);
    for (float& weight : weights) weight = static_cast<float>(random.normal());
    // Max 1960: the best uniform quantizers of a normal distribution have steps of 0.9957, 0.586 and 0.335 at 4, 8 and
    // 16 levels.
    const double steps[] = {0.9957, 0.586, 0.335};
    for (int bits = 2; bits <= 4; ++bits) {
        const auto made = quantizeWeights(weights, 1, WeightRule::Float, named("half-step"), bits, {});
        EXPECT_NEAR(made.scales[0], steps[bits - 2], 0.06) << bits;
    }
    const auto nothing = quantizeWeights(std::vector<float>(6), 2, WeightRule::Float, named("half-step"), 4, {});
    for (const float scale : nothing.scales) EXPECT_GT(scale, 0);
}

}  // namespace
}  // namespace bitdesk
