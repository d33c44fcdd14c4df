// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/import_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/exchange/suggest_mapping.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/network/tiny_network.h"

namespace bitdesk {
namespace {

constexpr std::size_t kStem = 0, kBody = 1, kTail = 2, kClassifier = 3;

/// Tensors of test::tinyNetwork() as PyTorch names and shapes them; every value tells where it belongs.
TensorFile tinyTensors(bool perWidth = false) {
    TensorFile file;
    file.where = "tiny.pt";
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape, float first = 1) {
        std::vector<float> values(static_cast<std::size_t>(
            std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())));
        std::iota(values.begin(), values.end(), first);
        file.tensors.emplace(name, Tensor::f32(shape, values));
        file.names.push_back(name);
    };
    const auto norm = [&](const std::string& prefix, std::int64_t channels) {
        for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) add(prefix + part, {channels});
        file.tensors.emplace(prefix + ".num_batches_tracked",
                             Tensor{.dtype = "I64", .shape = {}, .data = std::vector<std::byte>(sizeof(std::int64_t))});
        file.names.push_back(prefix + ".num_batches_tracked");
    };
    add("conv1.weight", {3, 2, 3, 3});
    norm("bn1", 3);
    add("conv2.weight", {3, 3, 3, 3});
    if (perWidth) add("conv2.act_scale", {3});
    for (const char* name : {"bn2.0", "bn2.1", "bn2.2"})
        if (perWidth) norm(name, 3);
    if (!perWidth) norm("bn2", 3);
    add("conv3.weight", {4, 3, 1, 1});
    for (const char* name : {"bn3.0", "bn3.1", "bn3.2"})
        if (perWidth) norm(name, 4);
    if (!perWidth) norm("bn3", 4);
    add("fc.weight", {3, 4});
    add("fc.bias", {3});
    return file;
}

ImportMapping drafted(const TensorFile& file) {
    ImportMapping mapping = suggestMapping(file, test::tinyNetwork(), {2, 3, 4}).mapping;
    mapping.normalization = Normalization{{0.5F, 0.5F}, {0.25F, 0.25F}};
    return mapping;
}

TEST(SuggestMapping, FindsEverythingInAnOrdinaryFile) {
    const SuggestedMapping draft = suggestMapping(tinyTensors(), test::tinyNetwork(), {2, 3, 4});
    EXPECT_EQ(draft.unused, std::vector<std::string>());
    EXPECT_EQ(missingFrom(draft.mapping, test::tinyNetwork()), std::vector<std::string>());
    EXPECT_EQ(draft.mapping.layers.at("body").weight, "conv2.weight");
    EXPECT_EQ(draft.mapping.layers.at("classifier").bias, "fc.bias");
    EXPECT_EQ(draft.mapping.norms.at("tail.norm").mean, "bn3.running_mean");
}

TEST(SuggestMapping, TakesABiasThatTheNetworkHasNot) {
    TensorFile file = tinyTensors();
    file.tensors.emplace("conv2.bias", Tensor::f32({3}, std::vector<float>{1, 2, 3}));
    file.names.emplace_back("conv2.bias");
    EXPECT_EQ(drafted(file).layers.at("body").bias, "conv2.bias");
}

TEST(SuggestMapping, FindsNormsAndScalesOfEachWidth) {
    const SuggestedMapping draft = suggestMapping(tinyTensors(true), test::tinyNetwork(), {2, 3, 4});
    EXPECT_EQ(draft.unused, std::vector<std::string>());
    EXPECT_EQ(draft.mapping.norms.at("body.norm").weight, "bn2.{index}.weight");
    EXPECT_EQ(draft.mapping.norms.at("stem.norm").weight, "bn1.weight");
    EXPECT_EQ(draft.mapping.layers.at("body").activationScale.tensor, "conv2.act_scale");
    EXPECT_EQ(draft.mapping.layers.at("body").activationRule, ActivationRule::Lsq);
    EXPECT_EQ(draft.mapping.layers.at("tail").activationRule, ActivationRule::Calibrate);
}

TEST(SuggestMapping, RefusesNormsOfOtherWidths) {
    test::expectBadInput({"tiny.pt", "has norms for 3 widths", "--bits"}, [] {
        suggestMapping(tinyTensors(true), test::tinyNetwork(), {2, 3, 4, 5});
    });
    TensorFile named = tinyTensors(true);
    for (const char* norm : {"bn2.", "bn3."})
        for (const auto& [from, to] : {std::pair{"2", "5"}, std::pair{"1", "4"}, std::pair{"0", "2"}})
            for (std::string& name : named.names) {
                const std::string prefix = std::string(norm) + from + ".";
                if (!name.starts_with(prefix)) continue;
                const std::string renamed = std::string(norm) + to + "." + name.substr(prefix.size());
                auto tensor = named.tensors.extract(name);
                tensor.key() = name = renamed;
                named.tensors.insert(std::move(tensor));
            }
    test::expectBadInput({"named for the widths 2,4,5", "Give some of them with --bits"}, [&] {
        suggestMapping(named, test::tinyNetwork(), {2, 3, 4});
    });
    for (const std::vector<int>& bits : {std::vector{2, 4, 5}, std::vector{2, 5}, std::vector{4}})
        EXPECT_EQ(suggestMapping(named, test::tinyNetwork(), bits).mapping.norms.at("tail.norm").mean,
                  "bn3.{bits}.running_mean");
}

TEST(SuggestMapping, TakesScalesOfEachWidthAndFilter) {
    TensorFile file = tinyTensors();
    file.tensors.emplace("conv3.w_step", Tensor::f32({3, 4}, std::vector<float>(12, 1)));
    file.tensors.emplace("conv3.a_step.b2", Tensor::f32({}, std::vector<float>{1}));
    file.tensors.emplace("conv3.a_step.b5", Tensor::f32({}, std::vector<float>{1}));
    for (const char* name : {"conv3.w_step", "conv3.a_step.b2", "conv3.a_step.b5"}) file.names.emplace_back(name);
    const SuggestedMapping draft = suggestMapping(file, test::tinyNetwork(), {2, 3, 4});
    EXPECT_EQ(draft.mapping.layers.at("tail").weightScale.tensor, "conv3.w_step");
    EXPECT_EQ(draft.mapping.layers.at("tail").activationRule, ActivationRule::Calibrate);  // not one for all widths
    EXPECT_EQ(draft.unused, (std::vector<std::string>{"conv3.a_step.b2", "conv3.a_step.b5"}));
}

TEST(SuggestMapping, DoesNotNeedTheFilesOrder) {
    TensorFile file = tinyTensors();
    std::ranges::sort(file.names);  // bn1, bn2, bn3, conv1, …, fc: as safetensors keeps them
    const SuggestedMapping draft = suggestMapping(file, test::tinyNetwork(), {2, 3, 4});
    EXPECT_EQ(missingFrom(draft.mapping, test::tinyNetwork()), std::vector<std::string>());
    file.tensors.erase("conv3.weight");
    std::erase(file.names, "conv3.weight");
    EXPECT_EQ(missingFrom(suggestMapping(file, test::tinyNetwork(), {2, 3, 4}).mapping, test::tinyNetwork()),
              std::vector<std::string>{"tail"});
}

TEST(SuggestMapping, ReadsWhatItWrites) {
    const ImportMapping mapping = drafted(tinyTensors(true));
    const std::string json = toJson(mapping, test::tinyNetwork());
    EXPECT_EQ(toJson(mappingFromJson(json, "m.json"), test::tinyNetwork()), json);
}

TEST(ImportModel, TurnsPyTorchsLayoutsIntoOurs) {
    const TensorFile file = tinyTensors();
    ImportMapping mapping = drafted(file);
    for (auto& [name, layer] : mapping.layers) {  // steps of one: codes are the tensor's numbers, clipped
        layer.weightRule = WeightRule::Lsq;
        layer.weightScale.values = {1};
        layer.activationRule = ActivationRule::Dorefa;
    }
    const ImportedModel imported = importModel(file, mapping, test::tinyNetwork());
    EXPECT_EQ(imported.model.quantizer, "rounded");
    EXPECT_EQ(imported.floatLayers, 0);
    EXPECT_TRUE(imported.uncalibrated.empty());
    // [N, C, KH, KW] = [3, 2, 3, 3], numbers from 1: filter 0 has channel 0 in 1…9, channel 1 in 10…18.
    const auto& stem = imported.model.layers[kStem].codes;
    EXPECT_EQ(std::vector(stem.begin(), stem.begin() + 6), (std::vector<std::int8_t>{1, 10, 2, 11, 3, 12}));
    EXPECT_EQ(stem[18], 19);
    EXPECT_EQ(imported.model.layers[kClassifier].bias, (std::vector<float>{1, 2, 3}));
    EXPECT_FLOAT_EQ(imported.model.layers[kBody].actScale[0], 1.0F / 3);
    EXPECT_FLOAT_EQ(imported.model.layers[kStem].actScale[0], 1.0F / 127);  // signed
    const auto& tail = imported.model.layers[kTail];
    EXPECT_EQ(tail.codes[0], 1);   // at 2 bits
    EXPECT_EQ(tail.codes[24], 1);  // at 4 bits
    EXPECT_EQ(tail.codes[35], 7);
}

// A linear layer behind a flatten of [2, 2, 3]: PyTorch's feature c·4 + p is this program's p·3 + c.
TEST(ImportModel, FlattensPixelByPixel) {
    LinearAttributes linear;
    linear.outFeatures = 1;
    linear.fixedBits = 8;
    const Network network("flat", {{"in", {}, InputAttributes{{2, 2, 3}}},
                                   {"flat", {"in"}, FlattenAttributes{}},
                                   {"q", {"flat"}, QuantizeAttributes{"fc", true}},
                                   {"fc", {"q"}, linear}});
    TensorFile file;
    file.where = "f.pt";
    std::vector<float> values(12);
    std::iota(values.begin(), values.end(), 0.0F);
    file.tensors.emplace("fc.weight", Tensor::f32({1, 12}, values));
    file.names = {"fc.weight"};
    ImportMapping mapping = suggestMapping(file, network, {2}).mapping;
    mapping.normalization = Normalization{{0, 0, 0}, {1, 1, 1}};
    mapping.layers.at("fc").weightRule = WeightRule::Lsq;
    mapping.layers.at("fc").weightScale.values = {1};
    const auto codes = importModel(file, mapping, network).model.layers[0].codes;
    EXPECT_EQ(codes, (std::vector<std::int8_t>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
}

TEST(ImportModel, GivesEachWidthItsNorms) {
    TensorFile file = tinyTensors(true);
    file.tensors.at("bn2.1.running_mean") = Tensor::f32({3}, std::vector<float>{10, 20, 30});
    const ImportedModel imported = importModel(file, drafted(file), test::tinyNetwork());
    const auto& body = imported.model.norms.at(test::tinyNetwork().findNode("body.norm"));
    EXPECT_EQ(body.mean, (NormTable{.from = 1, .to = 3, .values = {1, 2, 3, 10, 20, 30, 1, 2, 3}}));
    const auto& tail = imported.model.norms.at(test::tinyNetwork().findNode("tail.norm"));
    EXPECT_EQ(std::pair(tail.mean.from, tail.mean.to), std::pair(1, 1)) << "they are alike";
    EXPECT_EQ(imported.floatLayers, 2);
    EXPECT_EQ(imported.uncalibrated, (std::vector<int>{0, 2, 3}));
    EXPECT_EQ(imported.model.layers[kBody].actScale, (std::vector<float>{1, 2, 3}));
}

TEST(ImportModel, GivesEachTransitionItsNorms) {
    TensorFile file = tinyTensors(true);
    file.tensors.at("bn3.1.running_mean") = Tensor::f32({4}, std::vector<float>{10, 20, 30, 40});
    ImportMapping mapping = drafted(file);
    mapping.norms.at("tail.norm").mean = "bn3.{from_index}.running_mean";
    const ImportedModel imported = importModel(file, mapping, test::tinyNetwork());
    const auto& tail = imported.model.norms.at(test::tinyNetwork().findNode("tail.norm"));
    for (int to = 0; to < 3; ++to) {
        EXPECT_EQ(tail.mean.row(1, to).front(), 10) << to;
        EXPECT_EQ(tail.mean.row(2, to).front(), 1) << to;
    }
}

// (x + b − mean) is (x − (mean − b)), whatever the width.
TEST(ImportModel, MovesABiasIntoTheNormBehind) {
    TensorFile file = tinyTensors(true);
    const ImportMapping without = drafted(file);
    file.tensors.emplace("conv2.bias", Tensor::f32({3}, std::vector<float>{0.5F, 2, -3}));
    file.names.emplace_back("conv2.bias");
    const ImportedModel imported = importModel(file, drafted(file), test::tinyNetwork());
    const int norm = test::tinyNetwork().findNode("body.norm");
    EXPECT_EQ(imported.model.norms.at(norm).mean.values, (std::vector<float>{0.5F, 0, 6}));
    const auto& tail = imported.model.norms.at(test::tinyNetwork().findNode("tail.norm")).mean.values;
    EXPECT_EQ(tail, importModel(file, without, test::tinyNetwork()).model.norms.rbegin()->second.mean.values);
}

TEST(ImportModel, RefusesABiasThatNoNormTakesOver) {
    const TensorFile file = tinyTensors();
    auto nodes = test::tinyNodes();
    LinearAttributes bare;
    bare.outFeatures = 3;
    bare.fixedBits = 8;
    test::nodeNamed(nodes, "classifier").attributes = bare;
    test::expectBadInput({"'classifier'", "has a bias in the mapping and none in the network", "\"bias\": true"},
                         [&] { importModel(file, drafted(file), Network("tiny", nodes)); });
    nodes = test::tinyNodes();
    test::nodeNamed(nodes, "add").inputs = {"body.norm", "body"};  // a second reader of the layer
    ImportMapping mapping = drafted(file);
    mapping.layers.at("body").bias = "fc.bias";
    test::expectBadInput({"'body'", "none in the network"},
                         [&] { importModel(file, mapping, Network("tiny", nodes)); });
}

TEST(ImportModel, NamesWhatDoesNotFit) {
    const auto refused = [](std::initializer_list<std::string> parts, auto change) {
        TensorFile file = tinyTensors();
        ImportMapping mapping = drafted(file);
        change(file, mapping);
        test::expectBadInput(parts, [&] { importModel(file, mapping, test::tinyNetwork()); });
    };
    refused({"tiny.pt", "tensor 'conv3.weight'", "[4, 3, 1, 1]", "'body' needs [3, 3, 3, 3]"},
            [](auto&, auto& mapping) { mapping.layers.at("body").weight = "conv3.weight"; });
    refused({"tiny.pt: 'body'", "'gone' is not in the file"},
            [](auto&, auto& mapping) { mapping.layers.at("body").weight = "gone"; });
    refused({"no tensors for body, body.norm"}, [](auto&, auto& mapping) {
        mapping.layers.erase("body");
        mapping.norms.erase("body.norm");
    });
    refused({"'nose'", "is no layer of network 'tiny'"},
            [](auto&, auto& mapping) { mapping.layers["nose"] = mapping.layers["body"]; });
    refused({"'tail'", "does not go with that of 'body'"}, [](auto&, auto& mapping) {
        mapping.layers.at("body").weightRule = WeightRule::Dorefa;
        mapping.layers.at("tail").weightRule = WeightRule::Lsq;
        mapping.layers.at("tail").weightScale.values = {1};
    });
    refused({"'classifier'", "has a bias in the network and none in the mapping"},
            [](auto&, auto& mapping) { mapping.layers.at("classifier").bias.clear(); });
    refused({"how its images are normalized", "--mean"}, [](auto&, auto& mapping) { mapping.normalization.reset(); });
    refused({"tensor 'body.norm.var'", "negative"}, [](auto& file, auto&) {
        file.tensors.at("bn2.running_var") = Tensor::f32({3}, std::vector<float>{1, -1, 1});
    });
    refused({"tensor 'fc.bias'", "not above 0"}, [](auto& file, auto& mapping) {
        file.tensors.at("fc.bias") = Tensor::f32({3}, std::vector<float>{1, 0, 1});
        mapping.layers.at("body").activationRule = ActivationRule::Lsq;
        mapping.layers.at("body").activationScale.tensor = "fc.bias";
    });
}

}  // namespace
}  // namespace bitdesk
