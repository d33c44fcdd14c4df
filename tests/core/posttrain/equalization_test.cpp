// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "core/network/catalogue.h"
#include "core/posttrain/equalization.h"
#include "core/posttrain/import_check.h"
#include "core/posttrain/post_train.h"
#include "tests/core/posttrain/float_network.h"

namespace bitdesk {
namespace {

std::vector<float> answers(const FloatModel& model, const CalibrationImages& images) {
    const at::Tensor x = ImageBatches(model, images)[0];
    return floatLogits(model, {x.const_data_ptr<float>(), toIndex(x.numel())}, images.count);
}

TEST(ScalableStreams, AreWhatNormsWriteAndLayersRead) {
    const Network network = test::tinyNetwork();
    const auto streams = scalableStreams(network);
    ASSERT_EQ(streams.size(), 2u);
    EXPECT_EQ(streams[0].norms, (std::vector<int>{network.findNode("stem.norm"), network.findNode("body.norm")}))
        << "a sum ties its inputs";
    EXPECT_EQ(streams[0].layers, (std::vector<int>{1, 2}));
    EXPECT_EQ(streams[1].layers, std::vector<int>{3});
}

TEST(ScalableStreams, EndAtFunctionsThatNoFactorPasses) {
    std::vector<Node> nodes = test::tinyNodes();
    test::nodeNamed(nodes, "relu").attributes = relu(6);
    EXPECT_EQ(scalableStreams(Network("six", nodes)).size(), 1u);
    // MobileNetV2's bottlenecks are linear: each stream between two ReLU6 is one.
    EXPECT_EQ(scalableStreams(findNetwork("mobilenetv2").build({32, 32, 3}, 10)).size(), 7u);
}

TEST(Equalized, AnswersAsBefore) {
    const FloatModel model = test::floatNetwork();
    const CalibrationImages images = test::noiseImages(model, 16);
    const FloatModel scaled = equalized(model, ImageBatches(model, images));
    EXPECT_NE(scaled.layers[1].weight, model.layers[1].weight);
    const auto before = answers(model, images), after = answers(scaled, images);
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(after[i], before[i], 1e-4) << i;
}

/// A channel that dwarfs the others would take all codes for itself.
TEST(Equalized, BringsRangesTogether) {
    FloatModel model = test::floatNetwork();
    const int norm = model.network.findNode("tail.norm");
    model.norms.at(norm).gamma[3] *= 30;
    model.norms.at(norm).beta[3] *= 30;
    for (std::size_t i = 3; i < model.layers[3].weight.size(); i += 12) model.layers[3].weight[i] /= 30;
    const CalibrationImages images = test::noiseImages(model, 64);
    const FloatModel scaled = equalized(model, ImageBatches(model, images));
    const auto& gamma = scaled.norms.at(norm).gamma;
    EXPECT_LT(gamma[3] / gamma[2], 0.3F * model.norms.at(norm).gamma[3] / model.norms.at(norm).gamma[2]);
}

}  // namespace
}  // namespace bitdesk
