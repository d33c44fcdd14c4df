// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/core/network/tiny_network.h"

namespace bitdesk {
namespace {

TEST(Schedule, StagesWithoutEpochsAreLeftOut) {
    TrainRequest request;
    request.activationEpochs = 0;
    std::vector<TrainStage> stages;
    for (const StagePlan& plan : stagePlans(request)) stages.push_back(plan.stage);
    EXPECT_EQ(stages, (std::vector{TrainStage::Float, TrainStage::Uniform, TrainStage::Mixed}));
}

// Loshchilov & Hutter 2017, equation 5, with the lowest rate 0: η = η_max · ½ · (1 + cos(π · t/T)).
TEST(Schedule, TheRateFollowsTheCosine) {
    EXPECT_DOUBLE_EQ(cosineRate(0.1, 0, 100, 0), 0.1);
    EXPECT_NEAR(cosineRate(0.1, 25, 100, 0), 0.0853553391, 1e-9);  // ½(1 + √½)
    EXPECT_NEAR(cosineRate(0.1, 50, 100, 0), 0.05, 1e-12);
    EXPECT_NEAR(cosineRate(0.1, 100, 100, 0), 0.0, 1e-12);
}

TEST(Schedule, TheWarmUpIsLinear) {
    EXPECT_DOUBLE_EQ(cosineRate(0.1, 0, 100, 10), 0.01);
    EXPECT_DOUBLE_EQ(cosineRate(0.1, 4, 100, 10), 0.05);
    EXPECT_DOUBLE_EQ(cosineRate(0.1, 10, 100, 10), 0.1);
}

bool isUniform(const BitConfiguration& mix) {
    return std::ranges::adjacent_find(mix.bits, std::not_equal_to<>{}) == mix.bits.end();
}

/// Share of steps whose layers differ.
double mixedShare(TrainStage stage, double progress) {
    const Network network = test::tinyNetwork();
    Random random(3);
    constexpr int kDraws = 6000;
    int mixed = 0;
    for (int i = 0; i < kDraws; ++i) mixed += isUniform(drawBits(stage, progress, network, {2, 3, 4}, random)) ? 0 : 1;
    return static_cast<double>(mixed) / kDraws;
}

TEST(Schedule, StagesOneAndTwoDrawOneWidthForAll) {
    EXPECT_EQ(mixedShare(TrainStage::Activations, 0.9), 0);
    EXPECT_EQ(mixedShare(TrainStage::Uniform, 0.9), 0);
}

TEST(Schedule, StageThreeRaisesTheShareOfMixesUntilHalfOfIt) {
    // Two layers of three widths: a drawn mix is uniform once in three times.
    constexpr double kDiffer = 2.0 / 3;
    EXPECT_EQ(mixedShare(TrainStage::Mixed, 0), 0);
    EXPECT_NEAR(mixedShare(TrainStage::Mixed, 0.25), kMixedShare / 2 * kDiffer, 0.02);
    EXPECT_NEAR(mixedShare(TrainStage::Mixed, 0.5), kMixedShare * kDiffer, 0.02);
    EXPECT_NEAR(mixedShare(TrainStage::Mixed, 1), kMixedShare * kDiffer, 0.02);
}

TEST(Schedule, EveryWidthOfEveryLayerIsDrawnAlike) {
    const Network network = test::tinyNetwork();
    Random random(4);
    int counts[2][5] = {};
    for (int i = 0; i < 6000; ++i) {
        const BitConfiguration mix = drawMix(network, std::vector<int>{2, 3, 4}, random);
        for (std::size_t layer = 0; layer < 2; ++layer) ++counts[layer][mix[layer]];
    }
    for (const auto& layer : counts)
        for (int width = 2; width <= 4; ++width) EXPECT_NEAR(layer[width], 2000, 150) << width;
}

}  // namespace
}  // namespace bitdesk
