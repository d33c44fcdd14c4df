// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Trainings that begin with a model: a meta-quantized one, or the real weights of an imported one.
#include <gtest/gtest.h>

#include <ATen/ops/tensor.h>
#include <torch/utils.h>

#include "core/evaluate/evaluator.h"
#include "core/execute/packed/packed_executor.h"
#include "core/model/float_model.h"
#include "core/model/model_file.h"
#include "core/train/trainable_network.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/train/small_training.h"

namespace bitdesk {
namespace {

using TrainingFrom = test::SmallTraining;

std::vector<std::int8_t> codesOf(const MetaModel& model, const std::string& layer) {
    return model.layers[static_cast<std::size_t>(model.network.findLayer(layer) - model.network.layers().data())].codes;
}

/// A trained model, and a request to go on from it for one epoch of stage III.
struct Begun {
    MetaModel model;
    TrainRequest request;
};
Begun begun(TrainRequest first, const std::filesystem::path& out) {
    MetaModel model = train(first, {}, {});
    TrainRequest next = first;
    next.from = first.out;
    next.out = out;
    next.bits = {};
    next.floatEpochs = next.activationEpochs = next.uniformEpochs = 0;
    next.mixedEpochs = 1;
    next.mixedRate = 0.001;
    return {std::move(model), std::move(next)};
}

TEST_F(TrainingFrom, AModelTakesItsCodesScalesAndNormsOver) {
    const MetaModel model = train(quick("first.safetensors"), {}, {});
    Random random(7);
    const FakeQuantizer& quantizer = findFakeQuantizer("floor-nested");
    TrainableNetwork same(model.network, model.bits, random, at::kCPU, quantizer);
    same.startFrom(model);
    const MetaModel again = same.toModel();
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        EXPECT_EQ(again.layers[i].codes, model.layers[i].codes);
        EXPECT_EQ(again.layers[i].weightScale, model.layers[i].weightScale);
        EXPECT_EQ(again.layers[i].actScale, model.layers[i].actScale);
    }
    for (const auto& [node, norm] : model.norms) EXPECT_EQ(again.norms.at(node).var, norm.var);

    // With wider codes above, those of the old widths stay what they were.
    TrainableNetwork wider(model.network, {2, 3, 4, 6}, random, at::kCPU, quantizer);
    wider.startFrom(model);
    const MetaModel wide = wider.toModel();
    for (const int index : model.network.quantizable())
        for (const int bits : model.bits) EXPECT_EQ(codesAt(wide, index, bits), codesAt(model, index, bits)) << bits;
}

TEST_F(TrainingFrom, FrozenLayersStayAndOthersDoNot) {
    auto [model, next] = begun(quick("first.safetensors"), m_folder / "next.safetensors");
    next.freeze = {"hidden1", "stem"};
    next.mixedRate = 0.05;
    const MetaModel found = train(next, {}, {});
    EXPECT_EQ(found.bits, model.bits);
    EXPECT_EQ(codesOf(found, "hidden1"), codesOf(model, "hidden1"));
    EXPECT_EQ(codesOf(found, "stem"), codesOf(model, "stem"));
    EXPECT_NE(codesOf(found, "hidden2"), codesOf(model, "hidden2"));
    const int norm = found.network.findNode("hidden1.norm");
    EXPECT_EQ(found.norms.at(norm).gamma, model.norms.at(norm).gamma);
    EXPECT_EQ(found.provenance.at("from_hash"), model.hash);
    EXPECT_TRUE(found.provenance.contains("teacher_accuracy"));
    EXPECT_EQ(found.normalization.mean, model.normalization.mean);
}

TEST_F(TrainingFrom, ASmallFactorMovesALayerLess) {
    auto [model, next] = begun(quick("first.safetensors"), m_folder / "next.safetensors");
    next.mixedRate = 0.05;
    next.layerRates = {"hidden*=0.001"};
    const MetaModel found = train(next, {}, {});
    const auto moved = [&](const std::string& layer) {
        const auto before = codesOf(model, layer), after = codesOf(found, layer);
        std::size_t count = 0;
        for (std::size_t i = 0; i < before.size(); ++i) count += before[i] != after[i] ? 1 : 0;
        return static_cast<double>(count) / static_cast<double>(before.size());
    };
    EXPECT_LT(moved("hidden1"), 0.5 * moved("stem"));
}

TEST_F(TrainingFrom, RealWeightsAreTheStartAndTheTeacher) {
    // The float network of a training: half-trained floats, as an import would bring them.
    auto [model, next] = begun(quick("first.safetensors"), m_folder / "next.safetensors");
    auto real = std::make_shared<FloatModel>(model.network);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.network.layers()[i];
        const auto scales = weightScalesAt(model, static_cast<int>(i), model.codeBits(layer));
        FloatModel::Layer values;
        for (std::size_t k = 0; k < model.layers[i].codes.size(); ++k)
            values.weight.push_back(static_cast<float>(scales[k / (model.layers[i].codes.size() / scales.size())] *
                                                       (model.layers[i].codes[k] + 0.5)));
        values.bias = model.layers[i].bias;
        real->layers.push_back(std::move(values));
    }
    for (const auto& [node, norm] : model.norms) {
        const auto row = [](const NormTable& table) {
            const auto values = table.row(table.from - 1, table.to - 1);
            return std::vector<float>(values.begin(), values.end());
        };
        real->norms[node] = {row(norm.gamma), row(norm.beta), row(norm.mean), row(norm.var)};
    }
    real->normalization = model.normalization;
    model.floats = real;
    next.from = m_folder / "floats.safetensors";
    writeModel(model, next.from);
    next.activationEpochs = next.uniformEpochs = 1;
    const MetaModel found = train(next, {}, {});
    EXPECT_TRUE(found.provenance.contains("float_baseline_accuracy"));
    EXPECT_EQ(found.floats, nullptr);
    EXPECT_EQ(found.quantizer, "floor-nested");
}

TEST_F(TrainingFrom, ACutTrainingGoesOnAndAnotherStartIsRefused) {
    auto [model, next] = begun(quick("first.safetensors"), m_folder / "whole.safetensors");
    const std::string undisturbed = train(next, {}, {}).hash;
    next.out = m_folder / "cut.safetensors";
    trainUntil(next, [](const TrainProgress& p) { return p.stage == TrainStage::Mixed && p.step == 50; });
    next.resume = true;
    TrainRequest other = next;
    other.from = m_folder / "whole.safetensors";
    test::expectBadInput({"cut.safetensors.ckpt", "--from"}, [&] { train(other, {}, {}); });
    other = next;
    other.freeze = {"stem"};
    test::expectBadInput({"--freeze"}, [&] { train(other, {}, {}); });
    EXPECT_EQ(train(next, {}, {}).hash, undisturbed);
}

TEST_F(TrainingFrom, WhatFitsNothingIsRefusedBeforeTheFirstStep) {
    auto [model, next] = begun(quick("first.safetensors"), m_folder / "next.safetensors");
    const auto refused = [&](const TrainRequest& r, const std::string& reason) {
        try {
            checkTraining(r);
            ADD_FAILURE() << "was taken: " << reason;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
        }
        EXPECT_FALSE(std::filesystem::exists(r.out));
    };
    TrainRequest r = next;
    r.freeze = {"nothing*"};
    refused(r, "fits no layer");
    r.freeze = {"*"};
    refused(r, "no layer to train");
    r = next;
    r.layerRates = {"stem"};
    refused(r, "no pattern");
    r.layerRates = {"stem=-1"};
    refused(r, "no pattern");
    r = next;
    r.input = Shape{8, 8, 1};
    refused(r, "--input");
    r = next;
    r.from = m_folder / "missing.safetensors";
    refused(r, "missing.safetensors");
    r = next;
    r.data = "fashion-mnist";  // other classes, and other images
    refused(r, "");
}

}  // namespace
}  // namespace bitdesk
