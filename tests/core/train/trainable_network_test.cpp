// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/trainable_network.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include <ATen/ATen.h>

namespace bitdesk {
namespace {

/// One linear layer with ReLUs before and behind it; the first is read by its quantizer alone.
at::Tensor forwardUpTo(double maximum, const at::Tensor& images, const ForwardMode& mode) {
    LinearAttributes linear;
    linear.outFeatures = 8;
    const Network network("ends", {{"x", {}, InputAttributes{{1, 1, 16}}},
                                   {"f", {"x"}, FlattenAttributes{}},
                                   {"r", {"f"}, relu(maximum)},
                                   {"a.in", {"r"}, QuantizeAttributes{"a", false}},
                                   {"a", {"a.in"}, linear},
                                   {"last", {"a"}, relu(maximum)}});
    Random random(3);
    return TrainableNetwork(network, {4}, random, at::kCPU, findFakeQuantizer("floor-nested"))
        .forward(images, mode)
        .detach();
}

at::Tensor someImages() { return at::arange(-32, 32, at::kFloat).reshape({4, 16, 1, 1}).div(16); }

// The quantizer alone, 15 codes of a scale of 1, would let values above 1 pass.
TEST(TrainableNetwork, AReluEndsWhereItsMaximumIs) {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    const at::Tensor images = someImages();
    for (const bool quantized : {false, true}) {
        ForwardMode mode{.bits = {{4}}, .quantizeActivations = quantized, .quantizeWeights = false, .training = false};
        const at::Tensor found = forwardUpTo(1, images, mode), cut = forwardUpTo(kNone, images.clamp_max(1), mode);
        EXPECT_TRUE(at::equal(found, cut.clamp_max(1))) << quantized;
        EXPECT_EQ(found.max().item<float>(), 1.0F) << quantized;
        EXPECT_FALSE(at::equal(cut, forwardUpTo(kNone, images, mode))) << "the end of the first must matter";
    }
}

}  // namespace
}  // namespace bitdesk
