// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "core/network/catalogue.h"
#include "core/posttrain/graph_pass.h"
#include "core/posttrain/import_check.h"
#include "tests/core/posttrain/float_network.h"

namespace bitdesk {
namespace {

TEST(Blocks, AResidualBlockIsOne) {
    const Network network = test::tinyNetwork();
    const std::vector<GraphBlock> blocks = blocksOf(network);
    ASSERT_EQ(blocks.size(), 4u);  // stem, body with its skip, tail, classifier
    EXPECT_EQ(network.nodes()[toIndex(blocks[0].last)].name, "stem.relu");
    EXPECT_EQ(network.nodes()[toIndex(blocks[1].last)].name, "relu");
    EXPECT_EQ(blocks[3].layers, std::vector<int>{3});
}

TEST(Blocks, FollowOneAnotherThroughTheWholeNetwork) {
    for (const char* name : {"resnet20", "mobilenetv2", "mlp"}) {
        const Network network = findNetwork(name).build({32, 32, 3}, 10);
        int at = 0;
        std::size_t layers = 0;
        for (const GraphBlock& block : blocksOf(network)) {
            EXPECT_EQ(block.first, at) << name;
            at = block.last;
            layers += block.layers.size();
        }
        EXPECT_EQ(at, static_cast<int>(network.nodes().size()) - 1) << name;
        EXPECT_EQ(layers, network.layers().size()) << name;
    }
}

TEST(FloatPass, BlockByBlockIsTheWhole) {
    const FloatModel model = test::floatNetwork();
    const CalibrationImages images = test::noiseImages(model, 5);
    FloatPass pass(model);
    const at::Tensor x = ImageBatches(model, images)[0];
    at::Tensor value = x;
    for (const GraphBlock& block : blocksOf(model.network)) value = pass.run(value, block.first, block.last);
    EXPECT_TRUE(value.equal(pass.run(x)));
}

TEST(ImageBatches, AreNormalizedAChannel) {
    const FloatModel model = test::floatNetwork();
    const CalibrationImages images{.count = 3, .read = [](std::int64_t first, std::span<std::uint8_t> pixels) {
                                       for (std::size_t i = 0; i < pixels.size(); ++i)
                                           pixels[i] = static_cast<std::uint8_t>(i % 2 == 0 ? 255 : 10 * (first + 1));
                                   }};
    const at::Tensor x = ImageBatches(model, images)[0];
    EXPECT_EQ(x.sizes(), (at::IntArrayRef{3, 2, 8, 8}));
    EXPECT_FLOAT_EQ(x[0][0][3][4].item<float>(), (1.0F - 0.5F) / 0.3F);
    EXPECT_FLOAT_EQ(x[2][1][0][7].item<float>(), (10.0F / 255 - 0.4F) / 0.25F);
}

}  // namespace
}  // namespace bitdesk
