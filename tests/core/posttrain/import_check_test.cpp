// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "core/posttrain/import_check.h"
#include "tests/core/posttrain/float_network.h"

namespace bitdesk {
namespace {

/// Statistics of the norms are those of the images.
FloatModel trainedOn(FloatModel model, const CalibrationImages& images) {
    class Learn final : public FloatPass {
    public:
        Learn(const FloatModel& model, FloatModel& target) : FloatPass(model), m_target(target) {}

    private:
        at::Tensor norm(int node, const at::Tensor& input) override {
            FloatModel::Norm& norm = m_target.norms.at(node);
            const at::Tensor mean = input.mean({0, 2, 3}), var = input.var({0, 2, 3}, false);
            for (std::size_t c = 0; c < norm.mean.size(); ++c) {
                norm.mean[c] = mean.const_data_ptr<float>()[c];
                norm.var[c] = var.const_data_ptr<float>()[c];
            }
            return FloatPass::norm(node, input);
        }
        FloatModel& m_target;
    };
    // Each round sets the next norm right.
    for (int round = 0; round < 3; ++round) {
        FloatModel next = model;
        Learn(model, next).run(ImageBatches(model, images)[0]);
        model = std::move(next);
    }
    return model;
}

class Check : public testing::Test {
protected:
    CalibrationImages m_images = test::noiseImages(test::floatNetwork(), 64);
    FloatModel m_model = trainedOn(test::floatNetwork(), m_images);
};

TEST_F(Check, BelievesANetworkThatSeesWhatItWasTrainedWith) {
    const ImportCheck check = checkImport(m_model, m_images);
    EXPECT_TRUE(check.finite);
    EXPECT_GT(check.classesSeen, 1);
    EXPECT_FALSE(check.deviates()) << check.worst.norm << check.worst.shift << check.worst.stretch;
    EXPECT_LT(check.worst.shift, 0.01);
    ASSERT_EQ(check.notes().size(), 1u);
    EXPECT_NE(check.notes().front().find("Checked on 64 images"), std::string::npos);
}

TEST_F(Check, TellsAnotherNormalization) {
    m_model.normalization.std = {0.05F, 0.05F};
    const ImportCheck check = checkImport(m_model, m_images);
    EXPECT_TRUE(check.deviates());
    EXPECT_NE(check.notes().front().find("norm '" + check.worst.norm + "'"), std::string::npos);
}

TEST_F(Check, TellsWeightsOfAnotherLayer) {
    for (float& weight : m_model.layers[1].weight) weight *= 5;
    const ImportCheck check = checkImport(m_model, m_images);
    EXPECT_TRUE(check.deviates());
    EXPECT_EQ(check.worst.norm, "body.norm");
}

TEST_F(Check, TellsOneClassForAll) {
    m_model.layers.back().bias[1] = 1e6F;
    EXPECT_TRUE(checkImport(m_model, m_images).oneClassForAll());
}

TEST_F(Check, TellsAnswersThatAreNoNumbers) {
    m_model.layers.back().weight[0] = 3e38F;
    m_model.layers.back().weight[1] = 3e38F;
    const ImportCheck check = checkImport(m_model, m_images);
    EXPECT_FALSE(check.finite);
    EXPECT_NE(check.notes().front().find("not all finite"), std::string::npos);
}

/// Folded norms say nothing of what they were trained with.
TEST_F(Check, PassesOverNormsWithoutStatistics) {
    for (auto& [node, norm] : m_model.norms) {
        std::ranges::fill(norm.mean, 0.0F);
        std::ranges::fill(norm.var, 1.0F);
    }
    EXPECT_EQ(checkImport(m_model, m_images).worst.norm, "");
}

}  // namespace
}  // namespace bitdesk
