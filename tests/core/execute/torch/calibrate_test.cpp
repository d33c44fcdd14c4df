// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/torch_executor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/execute/interpreter/interpreter.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

// Max 1960: a normal distribution's best uniform steps are 0.9957·… for mid-rise levels; for levels at multiples of the
// step (mid-tread) they are found here by trying a fine grid directly on the values.
TEST(ActivationScale, HasTheSmallestSquaredError) {
    Random random(3);
    std::vector<float> values(20'000);
    for (const bool isSigned : {false, true}) {
        for (float& value : values) value = static_cast<float>(random.normal());
        for (const int bits : {2, 3, 4}) {
            const double lowest = isSigned ? -((1 << (bits - 1)) - 1) : 0,
                         highest = isSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
            const auto error = [&](double scale) {
                double sum = 0;
                for (const float value : values) {
                    const double e =
                        double{value} - scale * std::clamp(std::nearbyint(double{value} / scale), lowest, highest);
                    sum += e * e;
                }
                return sum;
            };
            double least = 1e30;
            for (double scale = 0.05; scale < 3; scale *= 1.01) least = std::min(least, error(scale));
            EXPECT_LT(error(double{bestActivationScale(values, bits, isSigned)}), 1.005 * least) << bits << isSigned;
        }
    }
    EXPECT_EQ(bestActivationScale(std::vector<float>(5, -1.0F), 4, false), 1);
    EXPECT_NEAR(bestActivationScale(std::vector<float>(5, 15.0F), 4, false), 1, 0.01);
}

TEST(Calibration, SetsWhatItWasAskedForAndNothingElse) {
    MetaModel model = test::tinyModel();
    const auto before = model.layers;
    model.layers[1].actScale = model.layers[3].actScale = {1};
    model.layers[1].actScale = {1, 1, 1};
    const int count = 40;
    std::vector<std::uint8_t> images(static_cast<std::size_t>(count * model.network.inputShape().elements()));
    Random random(5);
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    calibrateActivations(model, {1, 3}, images, count, 1, {}, {});
    EXPECT_EQ(model.layers[0].actScale, before[0].actScale);
    EXPECT_EQ(model.layers[2].actScale, before[2].actScale);
    for (const float scale : model.layers[1].actScale) EXPECT_NE(scale, 1);
    EXPECT_NE(model.layers[3].actScale[0], 1);
    // Fewer levels, wider steps.
    EXPECT_GT(model.layers[1].actScale[0], model.layers[1].actScale[1]);
    EXPECT_GT(model.layers[1].actScale[1], model.layers[1].actScale[2]);
}

}  // namespace
}  // namespace bitdesk
