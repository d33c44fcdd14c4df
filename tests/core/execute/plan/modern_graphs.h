// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "tests/core/execute/plan/unusual_graphs.h"

/// Graphs of the operations that today's networks have: squeeze-and-excitation, dense and shuffled blocks, layer
/// norms, smooth activations, every way of pooling and padding.
namespace bitdesk::test {

/// Builds graphs layer by layer.
class ModernGraph {
public:
    explicit ModernGraph(const Shape& input) { add("x", {}, InputAttributes{input}); }

    std::string add(const std::string& name, std::vector<std::string> inputs, Attributes attributes) {
        m_nodes.push_back({name, std::move(inputs), std::move(attributes)});
        return name;
    }
    std::string layer(const std::string& name, const std::string& from, const Conv2dAttributes& attributes) {
        add(name + ".in", {from}, QuantizeAttributes{name, true});
        add(name, {name + ".in"}, attributes);
        return add(name + ".norm", {name}, NormAttributes{transitionSource(m_nodes, name), name, 1e-5});
    }
    std::string activated(const std::string& name, const std::string& from, ActivationKind kind, double first = 0,
                          double second = 0) {
        return add(name, {from}, ActivationAttributes{kind, first, second});
    }
    MetaModel classified(const std::string& from, std::vector<int> bits, std::uint64_t seed) {
        add("flat", {from}, FlattenAttributes{});
        add("c.in", {"flat"}, QuantizeAttributes{"c", true});
        add("c", {"c.in"}, fullyConnected(7));
        return randomModel(Network("modern", m_nodes), std::move(bits), seed);
    }

private:
    std::vector<Node> m_nodes;
};

/// A convolution, a gate from its channels' means, and their product; the factors in either order.
inline MetaModel squeezeAndExcitation(int channels, bool gateFirst) {
    ModernGraph g({7, 6, 3});
    const auto body = g.activated("silu", g.layer("a", "x", convolution(channels)), ActivationKind::Silu);
    const auto mean = g.add("mean", {body}, AvgPoolAttributes{wholeMap()});
    const auto squeezed =
        g.activated("squeezed", g.layer("s", mean, convolution(4, 1)), ActivationKind::LeakyRelu, 0.1);
    const auto gate = g.activated("gate", g.layer("e", squeezed, convolution(channels, 1)), ActivationKind::Sigmoid);
    const auto product =
        g.add("product", gateFirst ? std::vector{gate, body} : std::vector{body, gate}, MultiplyAttributes{});
    const auto normed = g.add("n", {product}, NormAttributes{"a", "e", 1e-3});
    const auto sum = g.add("sum", {normed, body}, AddAttributes{});
    return g.classified(g.layer("p", g.activated("r", sum, ActivationKind::Clip, -0.5, 2), convolution(5, 1)),
                        {2, 4, 8}, 11);
}

/// Concatenations with norms behind them, read by several.
inline MetaModel dense(int channels) {
    ModernGraph g({6, 5, 2});
    const auto a = g.activated("ra", g.layer("a", "x", convolution(channels)), ActivationKind::HardSwish);
    const auto b = g.layer("b", a, convolution(3));
    const auto joined = g.add("joined", {a, b}, ConcatAttributes{});
    const auto normed = g.activated("rn", g.add("n", {joined}, NormAttributes{"a", "b", 1e-5}), ActivationKind::Relu,
                                    std::numeric_limits<double>::infinity());
    const auto c = g.layer("cc", normed, convolution(5, 3, 2));
    const auto d = g.layer("d", normed, convolution(4, 1, 2));
    const auto e = g.layer("e", normed, convolution(1, 3, 2));
    const auto all = g.add("all", {c, d, e}, ConcatAttributes{});
    return g.classified(g.activated("t", all, ActivationKind::Tanh), {2, 3, 4}, 12);
}

/// ShuffleNet's split, shuffle and grouped convolutions.
inline MetaModel shuffled(int half) {
    ModernGraph g({6, 6, 3});
    const auto a = g.activated("r", g.layer("a", "x", convolution(2 * half)), ActivationKind::HardSigmoid, 0.2, 0.4);
    const auto left = g.add("left", {a}, SliceAttributes{.first = 0, .count = half});
    const auto right = g.add("right", {a}, SliceAttributes{.first = half, .count = half});
    const auto b = g.layer("b", right, convolution(half, 3, 1, half));
    const auto joined = g.add("joined", {left, b}, ConcatAttributes{});
    const auto mixed = g.add("mixed", {joined}, ChannelShuffleAttributes{.groups = 2});
    return g.classified(g.layer("d", mixed, convolution(6, 3, 2, 2)), {2, 4}, 13);
}

/// ConvNeXt's block.
inline MetaModel layerNormed(int channels) {
    ModernGraph g({8, 7, 3});
    Conv2dAttributes patches = convolution(channels, 2, 2);
    patches.pad(0, 0);
    const auto stem = g.layer("a", "x", patches);
    const auto depthwise = g.layer("b", stem, convolution(channels, 7, 1, channels));
    const auto normed = g.add("ln", {depthwise}, LayerNormAttributes{});
    const auto affine = g.add("ln.norm", {normed}, NormAttributes{"a", "b", 1e-5});
    const auto wide = g.activated("gelu", g.layer("w", affine, convolution(2 * channels, 1)), ActivationKind::Gelu);
    const auto narrow = g.activated("tanh", g.layer("n", wide, convolution(channels, 1)), ActivationKind::GeluTanh);
    const auto sum = g.add("sum", {narrow, stem}, AddAttributes{});
    return g.classified(g.add("up", {sum}, UpsampleAttributes{.height = 2, .width = 3}), {2, 4, 8}, 14);
}

/// Every way of pooling, and convolutions of dilated, long and lopsided windows.
inline MetaModel windowed(int channels) {
    ModernGraph g({11, 10, 3});
    Conv2dAttributes same = convolution(channels, 3, 2);
    same.pad(0, 0);
    same.paddingBottom = same.paddingRight = 1;
    const auto a = g.layer("a", "x", same);
    Conv2dAttributes dilated = convolution(channels, 3);
    dilated.dilationHeight = 2;
    dilated.dilationWidth = 3;
    dilated.pad(2, 3);
    const auto b = g.layer("b", a, dilated);
    Conv2dAttributes deep = dilated;
    deep.groups = channels;
    const auto d = g.layer("d", b, deep);
    Conv2dAttributes column = convolution(channels, 1);
    column.kernelHeight = 5;
    column.paddingTop = 3;
    column.paddingBottom = 1;
    const auto sum = g.add("sum", {g.layer("e", d, column), a}, AddAttributes{});
    PoolAttributes pool;
    pool.kernelHeight = pool.kernelWidth = 3;
    pool.strideHeight = pool.strideWidth = 2;
    pool.ceilMode = true;
    const auto highest = g.add("highest", {sum}, MaxPoolAttributes{pool});
    pool.paddingTop = pool.paddingRight = 1;
    pool.countPadding = false;
    const auto mean = g.add("mean", {sum}, AvgPoolAttributes{pool});
    pool.countPadding = true;
    const auto counted = g.add("counted", {sum}, AvgPoolAttributes{pool});
    PoolAttributes adaptive;
    adaptive.outHeight = 3;
    adaptive.outWidth = 3;
    const auto part = g.add("part", {sum}, AvgPoolAttributes{adaptive});
    PoolAttributes two;
    two.outHeight = two.outWidth = 2;
    const auto joined = g.add("joined", {counted, mean, part}, ConcatAttributes{});
    const auto left = g.add("left", {joined}, MaxPoolAttributes{two});
    const auto right = g.add("right", {highest}, AvgPoolAttributes{two});
    return g.classified(g.add("both", {left, right}, ConcatAttributes{}), {2, 4, 8}, 15);
}

inline std::vector<NamedModel> modernModels() {
    std::vector<NamedModel> models;
    for (const int channels : {6, 16, 40}) {
        const std::string many = " of " + std::to_string(channels) + " channels";
        models.push_back({"squeeze-and-excitation" + many, squeezeAndExcitation(channels, channels == 16)});
        models.push_back({"dense" + many, dense(channels)});
        models.push_back({"shuffled" + many, shuffled(channels)});
        models.push_back({"layer-normed" + many, layerNormed(channels)});
        models.push_back({"windowed" + many, windowed(channels)});
    }
    return models;
}

}  // namespace bitdesk::test
