// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/catalogue.h"

#include <array>
#include <vector>

#include "core/base/error.h"

namespace bitdesk {
namespace {

constexpr int kEndBits = 8;
constexpr int kExpansion = 4;  // of a bottleneck block

/// Appends nodes; each call returns the name of the value that it made.
class Builder {
public:
    std::string input(const Shape& shape) { return add("input", {}, InputAttributes{shape}); }

    /// quantize → conv → norm. `fixedBits` 0: quantizable.
    std::string convNorm(const std::string& name, const std::string& from, int channels, int kernel, int stride,
                         int fixedBits = 0, bool signedInput = false) {
        const std::string codes = add(name + ".input", {from}, QuantizeAttributes{name, signedInput});
        Conv2dAttributes conv;
        conv.outChannels = channels;
        conv.kernelHeight = conv.kernelWidth = kernel;
        conv.strideHeight = conv.strideWidth = stride;
        conv.paddingHeight = conv.paddingWidth = kernel / 2;
        if (fixedBits > 0) conv.fixedBits = fixedBits;
        add(name, {codes}, conv);
        return add(name + ".norm", {name}, NormAttributes{transitionSource(m_nodes, name), name, 1e-5});
    }

    std::string relu(const std::string& name, const std::string& from) { return add(name, {from}, ReluAttributes{}); }

    /// Two 3×3 convolutions and a skip (He et al. 2016); a 1×1 convolution on the skip where the shape changes.
    std::string basicBlock(const std::string& name, const std::string& from, int channels, int stride, bool project) {
        const std::string first = convNorm(name + ".conv1", from, channels, 3, stride);
        const std::string residual = convNorm(name + ".conv2", relu(name + ".conv1.relu", first), channels, 3, 1);
        const std::string skip = project ? convNorm(name + ".shortcut", from, channels, 1, stride) : from;
        return relu(name + ".relu", add(name + ".add", {residual, skip}, AddAttributes{}));
    }

    /// 1×1, 3×3, 1×1 with a skip: the last widens to four times `channels`. The 3×3 has the stride (ResNet v1.5).
    std::string bottleneckBlock(const std::string& name, const std::string& from, int channels, int stride,
                                bool project) {
        const std::string first = convNorm(name + ".conv1", from, channels, 1, 1);
        const std::string second = convNorm(name + ".conv2", relu(name + ".conv1.relu", first), channels, 3, stride);
        const std::string residual =
            convNorm(name + ".conv3", relu(name + ".conv2.relu", second), kExpansion * channels, 1, 1);
        const std::string skip = project ? convNorm(name + ".shortcut", from, kExpansion * channels, 1, stride) : from;
        return relu(name + ".relu", add(name + ".add", {residual, skip}, AddAttributes{}));
    }

    /// `bottleneck`: stages of bottleneck blocks instead of basic ones.
    std::string stages(std::string from, const std::vector<int>& widths, const std::vector<int>& blocks, int inChannels,
                       bool bottleneck = false) {
        for (std::size_t s = 0; s < widths.size(); ++s)
            for (int b = 0; b < blocks[s]; ++b) {
                const int stride = b == 0 && s > 0 ? 2 : 1;
                const int outChannels = bottleneck ? kExpansion * widths[s] : widths[s];
                const std::string name = "stage" + std::to_string(s + 1) + ".block" + std::to_string(b + 1);
                const bool project = stride != 1 || inChannels != outChannels;
                from = bottleneck ? bottleneckBlock(name, from, widths[s], stride, project)
                                  : basicBlock(name, from, widths[s], stride, project);
                inChannels = outChannels;
            }
        return from;
    }

    std::string maxPool(const std::string& from, int kernel, int stride) {
        MaxPoolAttributes pool;
        pool.kernelHeight = pool.kernelWidth = kernel;
        pool.strideHeight = pool.strideWidth = stride;
        pool.paddingHeight = pool.paddingWidth = kernel / 2;
        return add("stem.pool", {from}, pool);
    }

    void classifier(const std::string& from, int classes) {
        AvgPoolAttributes pool;
        pool.global = true;
        add("pool", {from}, pool);
        add("flatten", {"pool"}, FlattenAttributes{});
        add("classifier.input", {"flatten"}, QuantizeAttributes{"classifier", false});
        LinearAttributes linear;
        linear.outFeatures = classes;
        linear.fixedBits = kEndBits;
        linear.hasBias = true;
        add("classifier", {"classifier.input"}, linear);
    }

    std::string stem(const Shape& shape, int channels, int kernel, int stride) {
        return relu("stem.relu", convNorm("stem", input(shape), channels, kernel, stride, kEndBits, true));
    }

    Network finish(const std::string& name) { return {name, std::move(m_nodes)}; }

private:
    std::string add(const std::string& name, std::vector<std::string> inputs, Attributes attributes) {
        m_nodes.push_back({name, std::move(inputs), std::move(attributes)});
        return name;
    }

    std::vector<Node> m_nodes;
};

Network buildResnet14(const Shape& input, int classes) {
    Builder b;
    b.classifier(b.stages(b.stem(input, 32, 3, 2), {32, 64, 128}, {2, 2, 2}, 32), classes);
    return b.finish("resnet14");
}

Network buildResnet20(const Shape& input, int classes) {
    Builder b;
    b.classifier(b.stages(b.stem(input, 16, 3, 1), {16, 32, 64}, {3, 3, 3}, 16), classes);
    return b.finish("resnet20");
}

Network buildResnet18(const Shape& input, int classes) {
    Builder b;
    const std::string stem = b.maxPool(b.stem(input, 64, 7, 2), 3, 2);
    b.classifier(b.stages(stem, {64, 128, 256, 512}, {2, 2, 2, 2}, 64), classes);
    return b.finish("resnet18");
}

Network buildResnet50(const Shape& input, int classes) {
    Builder b;
    const std::string stem = b.maxPool(b.stem(input, 64, 7, 2), 3, 2);
    b.classifier(b.stages(stem, {64, 128, 256, 512}, {3, 4, 6, 3}, 64, true), classes);
    return b.finish("resnet50");
}

}  // namespace

std::span<const CatalogueNetwork> networkCatalogue() {
    static const std::array kCatalogue{
        CatalogueNetwork{"resnet14",
                         "residual, 2-2-2 basic blocks of 32-64-128 channels, for small images",
                         {28, 28, 1},
                         10,
                         buildResnet14},
        CatalogueNetwork{
            "resnet20", "residual, 3-3-3 basic blocks of 16-32-64 channels (CIFAR)", {32, 32, 3}, 10, buildResnet20},
        CatalogueNetwork{"resnet18",
                         "residual, 2-2-2-2 basic blocks of 64-128-256-512 channels (ImageNet)",
                         {224, 224, 3},
                         1000,
                         buildResnet18},
        CatalogueNetwork{"resnet50",
                         "residual, 3-4-6-3 bottleneck blocks of 64-128-256-512 channels (ImageNet)",
                         {224, 224, 3},
                         1000,
                         buildResnet50},
    };
    return kCatalogue;
}

const CatalogueNetwork& findNetwork(std::string_view name) {
    std::string known;
    for (const CatalogueNetwork& network : networkCatalogue()) {
        if (name == network.name) return network;
        known += (known.empty() ? "" : ", ") + std::string(network.name);
    }
    throw Error(ErrorKind::Usage, "network", "'" + std::string(name) + "' is not in the catalogue", "Known: " + known);
}

}  // namespace bitdesk
