// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/suggest_scales.h"

#include <gtest/gtest.h>

#include "tests/core/network/tiny_network.h"

namespace bitdesk {
namespace {

const std::vector<int> kBits{2, 3, 4};

struct Scale {
    std::string name;
    float value = 1;
};

/// What is found beside "conv2.weight", the tiny network's layer 'body' of three filters.
LayerMapping found(const std::vector<Scale>& scales, const std::string& weight = "conv2.weight") {
    TensorFile file;
    file.where = "f.pt";
    for (const Scale& scale : scales)
        file.tensors.emplace(scale.name, Tensor::f32({}, std::vector<float>{scale.value}));
    file.tensors.emplace(weight, Tensor::f32({3, 3, 3, 3}, std::vector<float>(81)));
    for (const auto& [name, tensor] : file.tensors) file.names.push_back(name);
    LayerMapping mapping;
    mapping.weight = weight;
    std::set<std::string> used;
    ScaleFinder(file, kBits).find(*test::tinyNetwork().findLayer("body"), mapping, used);
    return mapping;
}

TEST(ScaleFinder, ReadsLsqNet) {
    const LayerMapping mapping = found({{"conv2.quan_w_fn.s"}, {"conv2.quan_a_fn.s"}});
    EXPECT_EQ(mapping.weightScale.tensor, "conv2.quan_w_fn.s");
    EXPECT_EQ(mapping.weightRule, WeightRule::Lsq);
    EXPECT_EQ(mapping.activationScale.tensor, "conv2.quan_a_fn.s");
    EXPECT_EQ(mapping.activationRule, ActivationRule::Lsq);
}

TEST(ScaleFinder, TakesALayersOwnAlphaForAStepOnlyWhereAFlagSaysSo) {
    const LayerMapping step = found({{"conv2.alpha"}, {"conv2.init_state"}});
    EXPECT_EQ(step.weightScale.tensor, "conv2.alpha");
    EXPECT_FALSE(step.activationScale.given());
    const LayerMapping unknown = found({{"conv2.alpha"}});
    EXPECT_FALSE(unknown.weightScale.given() || unknown.activationScale.given());
    const LayerMapping wrapped = found({{"b.act.alpha"}, {"b.conv.alpha"}, {"b.conv.init_state"}}, "b.conv.weight");
    EXPECT_EQ(wrapped.weightScale.tensor, "b.conv.alpha");
    EXPECT_EQ(wrapped.activationRule, ActivationRule::Pact);
    const LayerMapping both = found({{"b.act.alpha"}, {"b.act.init_state"}}, "b.conv.weight");
    EXPECT_EQ(both.activationRule, ActivationRule::Lsq);
    EXPECT_EQ(found({{"b.conv.alpha"}}, "b.conv.weight").activationRule, ActivationRule::Calibrate);
}

TEST(ScaleFinder, LeavesWhatCanNotBeExpressed) {
    for (const char* name :
         {"conv2.weight_fake_quant.scale", "conv2.activation_post_process.scale", "conv2.weight_quant.wgt_alpha",
          "conv2.act_alpha", "conv2.activation_post_process.activation_post_process.min_val"}) {
        const LayerMapping mapping = found({{name}});
        EXPECT_FALSE(mapping.weightScale.given() || mapping.activationScale.given()) << name;
    }
    EXPECT_TRUE(found({{"conv2.w_scale"}, {"conv2.w_zero_point", 0}}).weightScale.given());
    EXPECT_FALSE(found({{"conv2.w_scale"}, {"conv2.w_zero_point", 3}}).weightScale.given());
}

TEST(TellIgnored, SaysWhichAndWhy) {
    std::vector<std::string> unused{"a.weight_fake_quant.scale", "extra.weight", "a.wgt_alpha", "act1.alpha",
                                    "a.init_state"};
    const auto notes = tellIgnored(unused);
    EXPECT_EQ(unused, std::vector<std::string>{"extra.weight"});
    ASSERT_EQ(notes.size(), 3U);
    EXPECT_NE(notes[0].find("(a.weight_fake_quant.scale): PyTorch's fake quantization"), std::string::npos) << notes[0];
    EXPECT_NE(notes[1].find("(a.wgt_alpha): APoT"), std::string::npos) << notes[1];
    EXPECT_NE(notes[2].find("(act1.alpha): names do not say"), std::string::npos) << notes[2];
}

}  // namespace
}  // namespace bitdesk
