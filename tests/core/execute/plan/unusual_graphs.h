// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/execute/interpreter/interpreter.h"

/// Graphs that no catalogue has but a file may: flattened maps that are added, pooled or put out; numbers that
/// overflow; groups, odd strides and paddings, channels that fill no vector. Every executor must give the interpreter's
/// logits.
namespace bitdesk::test {

struct NamedModel {
    std::string name;
    MetaModel model;
};

inline Conv2dAttributes convolution(int outputs, int kernel = 3, int stride = 1, int groups = 1) {
    Conv2dAttributes a;
    a.outChannels = outputs;
    a.kernelHeight = a.kernelWidth = kernel;
    a.strideHeight = a.strideWidth = stride;
    a.pad(kernel / 2, kernel / 2);
    a.groups = groups;
    return a;
}

inline LinearAttributes fullyConnected(int outputs) {
    LinearAttributes a;
    a.outFeatures = outputs;
    return a;
}

inline PoolAttributes wholeMap() {
    PoolAttributes a;
    a.global = true;
    return a;
}

/// A convolution of a 2×3×2 image, and what follows it.
inline MetaModel afterConvolution(std::vector<Node> rest) {
    std::vector<Node> nodes{{"x", {}, InputAttributes{{2, 3, 2}}},
                            {"a.in", {"x"}, QuantizeAttributes{"a", true}},
                            {"a", {"a.in"}, convolution(4)},
                            {"n", {"a"}, NormAttributes{"", "a", 1e-5}}};
    nodes.insert(nodes.end(), rest.begin(), rest.end());
    return randomModel(Network("unusual", nodes), {2, 3, 4}, 3);
}

/// Norms that overflow to infinity and NaN.
inline MetaModel overflowing(MetaModel model) {
    NormParameters& norm = model.norms.at(model.network.findNode("n"));
    std::ranges::fill(norm.gamma.values, 3e38F);
    std::ranges::fill(norm.mean.values, 3e38F);
    std::ranges::fill(norm.var.values, 0.F);
    return model;
}

/// Layers of every kind of convolution one after the other, with `channels` in between.
inline MetaModel chain(int side, int channels, std::vector<int> bits, std::uint64_t seed,
                       const ActivationAttributes& end = relu()) {
    MaxPoolAttributes pool;
    pool.kernelHeight = pool.kernelWidth = 3;
    pool.strideHeight = pool.strideWidth = 2;
    pool.pad(1, 1);
    std::vector<Node> nodes{{"x", {}, InputAttributes{{side, side + 1, 3}}}};
    std::string last = "x";
    const auto layer = [&](const std::string& name, const Conv2dAttributes& attributes) {
        nodes.push_back({name + ".in", {last}, QuantizeAttributes{name, last == "x"}});
        nodes.push_back({name, {name + ".in"}, attributes});
        nodes.push_back({name + ".norm", {name}, NormAttributes{transitionSource(nodes, name), name, 1e-5}});
        nodes.push_back({name + ".relu", {name + ".norm"}, end});
        last = name + ".relu";
    };
    layer("a", convolution(channels, 5, 1));
    nodes.push_back({"pool", {last}, pool});
    last = "pool";
    layer("b", convolution(channels));
    nodes.push_back({"sum", {last, "pool"}, AddAttributes{}});
    last = "sum";
    layer("depthwise", convolution(channels, 3, 1, channels));
    layer("grouped", convolution(2 * channels, 3, 1, channels % 2 == 0 ? 2 : 1));
    layer("strided", convolution(channels, 3, 2));
    layer("pointwise", convolution(19, 1, 1));
    nodes.push_back({"f", {last}, FlattenAttributes{}});
    nodes.push_back({"c.in", {"f"}, QuantizeAttributes{"c", false}});
    nodes.push_back({"c", {"c.in"}, fullyConnected(7)});
    return randomModel(Network("chain", nodes), std::move(bits), seed);
}

inline std::vector<NamedModel> unusualModels() {
    const Node flatten{"f", {"n"}, FlattenAttributes{}};
    const auto input = [](const char* from) { return Node{"b.in", {from}, QuantizeAttributes{"b", false}}; };
    const Node pooledMap{"p", {"n"}, MaxPoolAttributes{wholeMap()}},
        pooledFlat{"p", {"f"}, MaxPoolAttributes{wholeMap()}};
    const Node averaged{"p", {"b"}, AvgPoolAttributes{wholeMap()}}, flatPool{"f", {"p"}, FlattenAttributes{}};
    std::vector<NamedModel> models;
    models.push_back({"a flattened map is the output", afterConvolution({flatten})});
    models.push_back({"a flattened map is added", afterConvolution({flatten,
                                                                    input("f"),
                                                                    {"b", {"b.in"}, fullyConnected(24)},
                                                                    {"sum", {"b", "f"}, AddAttributes{}},
                                                                    {"r", {"sum"}, relu()}})});
    models.push_back(
        {"two flattened maps are added and read",
         afterConvolution(
             {flatten, {"sum", {"f", "f"}, AddAttributes{}}, input("sum"), {"b", {"b.in"}, fullyConnected(5)}})});
    models.push_back(
        {"a flattened map is pooled and normalized", afterConvolution({flatten,
                                                                       pooledFlat,
                                                                       {"q", {"p"}, AvgPoolAttributes{wholeMap()}},
                                                                       {"m", {"q"}, NormAttributes{"", "a", 1e-5}}})});
    MaxPoolAttributes sameSize;
    sameSize.kernelHeight = sameSize.kernelWidth = 3;
    sameSize.pad(1, 1);
    models.push_back(
        {"a pool is added to its own input", afterConvolution({{"p", {"n"}, sameSize},
                                                               {"sum", {"p", "n"}, AddAttributes{}},
                                                               {"q", {"sum"}, MaxPoolAttributes{wholeMap()}},
                                                               {"f", {"q"}, FlattenAttributes{}}})});
    models.push_back({"overflow in a pool", overflowing(afterConvolution({pooledMap, flatPool}))});
    models.push_back({"overflow in codes", overflowing(afterConvolution(
                                               {input("n"), {"b", {"b.in"}, convolution(5)}, averaged, flatPool}))});
    models.push_back({"a chain of 6 channels", chain(9, 6, {2, 3, 4}, 5)});
    models.push_back({"a chain of 16 channels", chain(8, 16, {2, 3, 4}, 6)});
    models.push_back({"a chain of 40 channels", chain(11, 40, {2, 5, 8}, 7)});
    models.push_back({"a chain of values up to 0.7", chain(11, 40, {2, 5, 8}, 7, relu(0.7))});
    models.push_back(
        {"overflow below an end", overflowing(afterConvolution({{"r", {"n"}, relu(2)},
                                                                {"p", {"r"}, MaxPoolAttributes{wholeMap()}},
                                                                {"f", {"p"}, FlattenAttributes{}}}))});
    const ActivationAttributes hardSwish{ActivationKind::HardSwish};
    models.push_back({"a chain of 40 channels with hard-swish", chain(11, 40, {2, 5, 8}, 8, hardSwish)});
    models.push_back({"a chain of 6 channels with hard-swish", chain(9, 6, {2, 3, 4}, 9, hardSwish)});
    models.push_back(
        {"hard-swish before signed codes", afterConvolution({{"r", {"n"}, hardSwish},
                                                             {"b.in", {"r"}, QuantizeAttributes{"b", true}},
                                                             {"b", {"b.in"}, convolution(5)},
                                                             averaged,
                                                             flatPool})});
    models.push_back(
        {"overflow in hard-swish", overflowing(afterConvolution({{"r", {"n"}, hardSwish},
                                                                 {"p", {"r"}, MaxPoolAttributes{wholeMap()}},
                                                                 {"f", {"p"}, FlattenAttributes{}}}))});
    return models;
}

inline std::vector<std::uint8_t> randomPixels(const MetaModel& model, int batch, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::uint8_t> images(static_cast<std::size_t>(batch * model.network.inputShape().elements()));
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    return images;
}

inline BitConfiguration randomBits(const MetaModel& model, Random& random) {
    BitConfiguration bits;
    for (std::size_t i = 0; i < model.network.quantizable().size(); ++i)
        bits.bits.push_back(model.bits[random.below(model.bits.size())]);
    return bits;
}

/// Bit for bit; NaN counts as NaN.
inline void expectSameLogits(const std::vector<float>& found, const std::vector<float>& expected,
                             const std::string& what) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        ASSERT_TRUE(std::memcmp(&found[i], &expected[i], sizeof(float)) == 0 ||
                    (std::isnan(found[i]) && std::isnan(expected[i])))
            << what << ", logit " << i << ": " << found[i] << " instead of " << expected[i];
}

}  // namespace bitdesk::test
