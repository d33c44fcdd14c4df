// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/catalogue.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"

namespace bitdesk {
namespace {

constexpr int kEndBits = 8;

/// What a layer of a catalogue network is besides its name, place and width.
struct LayerForm {
    int kernel = 1, stride = 1, groups = 1;
    bool fixed = false;        ///< an end of the network: 8 bits, always
    bool signedInput = false;  ///< its input has not passed a ReLU
};

/// Builds a network's graph node by node; each call returns the name of the value that it made.
class GraphBuilder {
public:
    std::string input(const Shape& shape) { return add("input", {}, InputAttributes{shape}); }
    /// quantize → conv2d → norm, with half of the kernel as padding.
    std::string convNorm(const std::string& name, const std::string& from, int channels, const LayerForm& form) {
        const std::string codes = quantize(name, from, form.signedInput);
        Conv2dAttributes conv;
        conv.outChannels = channels;
        conv.kernelHeight = conv.kernelWidth = form.kernel;
        conv.strideHeight = conv.strideWidth = form.stride;
        conv.pad(form.kernel / 2, form.kernel / 2);
        conv.groups = form.groups;
        if (form.fixed) conv.fixedBits = kEndBits;
        add(name, {codes}, conv);
        return norm(name);
    }
    /// quantize → linear → norm.
    std::string linearNorm(const std::string& name, const std::string& from, int features, const LayerForm& form) {
        LinearAttributes linear;
        linear.outFeatures = features;
        if (form.fixed) linear.fixedBits = kEndBits;
        const std::string codes = quantize(name, from, form.signedInput);
        add(name, {codes}, linear);
        return norm(name);
    }
    std::string activation(const std::string& name, const std::string& from,
                           const ActivationAttributes& form = relu()) {
        return add(name, {from}, form);
    }
    /// `residual` comes first: transitions are looked for along it.
    std::string sum(const std::string& name, const std::string& residual, const std::string& shortcut) {
        return add(name, {residual, shortcut}, AddAttributes{});
    }
    std::string maxPool(const std::string& name, const std::string& from, int kernel, int stride, int padding) {
        MaxPoolAttributes pool;
        pool.kernelHeight = pool.kernelWidth = kernel;
        pool.strideHeight = pool.strideWidth = stride;
        pool.pad(padding, padding);
        return add(name, {from}, pool);
    }
    std::string flatten(const std::string& name, const std::string& from) {
        return add(name, {from}, FlattenAttributes{});
    }
    /// Image → fixed convolution → norm → ReLU.
    std::string stem(const Shape& shape, int channels, int kernel, int stride,
                     const ActivationAttributes& rectifier = relu()) {
        const LayerForm form{.kernel = kernel, .stride = stride, .fixed = true, .signedInput = true};
        return activation("stem.relu", convNorm("stem", input(shape), channels, form), rectifier);
    }
    /// Global average → flatten → classifier().
    void pooledClassifier(const std::string& from, int classes) {
        AvgPoolAttributes pool;
        pool.global = true;
        add("pool", {from}, pool);
        classifier(flatten("flatten", "pool"), classes);
    }
    /// A fixed linear layer with a bias, on a flat value.
    void classifier(const std::string& from, int classes) {
        LinearAttributes linear;
        linear.outFeatures = classes;
        linear.fixedBits = kEndBits;
        linear.hasBias = true;
        const std::string codes = quantize("classifier", from, false);
        add("classifier", {codes}, linear);
    }

    Network finish(const std::string& name) { return {name, std::move(m_nodes)}; }

private:
    std::string add(const std::string& name, std::vector<std::string> inputs, Attributes attributes) {
        m_nodes.push_back({name, std::move(inputs), std::move(attributes)});
        return name;
    }
    std::string quantize(const std::string& layer, const std::string& from, bool isSigned) {
        return add(layer + ".input", {from}, QuantizeAttributes{layer, isSigned});
    }
    std::string norm(const std::string& layer) {
        return add(layer + ".norm", {layer}, NormAttributes{transitionSource(m_nodes, layer), layer, 1e-5});
    }

    std::vector<Node> m_nodes;
};

constexpr int kExpansion = 4;  // of a bottleneck block

struct Stages {
    std::vector<int> widths, blocks;
    bool bottleneck = false;
};

/// Two 3×3 convolutions (He et al. 2016).
std::string basicBranch(GraphBuilder& b, const std::string& name, const std::string& from, int channels, int stride) {
    const std::string first = b.convNorm(name + ".conv1", from, channels, {.kernel = 3, .stride = stride});
    return b.convNorm(name + ".conv2", b.activation(name + ".conv1.relu", first), channels, {.kernel = 3});
}

/// 1×1, 3×3, 1×1: the last widens to four times `channels`. The 3×3 has the stride (ResNet v1.5).
std::string bottleneckBranch(GraphBuilder& b, const std::string& name, const std::string& from, int channels,
                             int stride) {
    const std::string first = b.convNorm(name + ".conv1", from, channels, {});
    const std::string second = b.convNorm(name + ".conv2", b.activation(name + ".conv1.relu", first), channels,
                                          {.kernel = 3, .stride = stride});
    return b.convNorm(name + ".conv3", b.activation(name + ".conv2.relu", second), kExpansion * channels, {});
}

/// A 1×1 convolution on the skip where the shape changes.
std::string block(GraphBuilder& b, const std::string& name, const std::string& from, int inChannels, int channels,
                  int stride, bool bottleneck) {
    const int outChannels = bottleneck ? kExpansion * channels : channels;
    const std::string residual =
        bottleneck ? bottleneckBranch(b, name, from, channels, stride) : basicBranch(b, name, from, channels, stride);
    const bool project = stride != 1 || inChannels != outChannels;
    const std::string skip =
        project ? b.convNorm(name + ".shortcut", from, outChannels, {.kernel = 1, .stride = stride}) : from;
    return b.activation(name + ".relu", b.sum(name + ".add", residual, skip));
}

std::string stages(GraphBuilder& b, std::string from, int inChannels, const Stages& plan) {
    for (std::size_t s = 0; s < plan.widths.size(); ++s)
        for (int i = 0; i < plan.blocks[s]; ++i) {
            const std::string name = "stage" + std::to_string(s + 1) + ".block" + std::to_string(i + 1);
            from = block(b, name, from, inChannels, plan.widths[s], i == 0 && s > 0 ? 2 : 1, plan.bottleneck);
            inChannels = plan.bottleneck ? kExpansion * plan.widths[s] : plan.widths[s];
        }
    return from;
}

/// The networks for ImageNet: a 7×7 stem and a pool before the stages.
Network buildDeep(const std::string& name, const Shape& input, int classes, const Stages& plan) {
    GraphBuilder b;
    const std::string stem = b.maxPool("stem.pool", b.stem(input, 64, 7, 2), 3, 2, 1);
    b.pooledClassifier(stages(b, stem, 64, plan), classes);
    return b.finish(name);
}

/// Sandler et al. 2018, table 2: expansion, channels, repetitions, stride of the first.
struct Stage {
    int expansion, channels, blocks, stride;
};
constexpr std::array kStages{Stage{1, 16, 1, 1}, Stage{6, 24, 2, 2},  Stage{6, 32, 3, 2}, Stage{6, 64, 4, 2},
                             Stage{6, 96, 3, 1}, Stage{6, 160, 3, 2}, Stage{6, 320, 1, 1}};

constexpr ActivationAttributes kRelu6{ActivationKind::Relu, 6};

/// Widens, filters each channel, narrows without a ReLU: what comes out, and so what the next block reads, has a sign.
std::string invertedResidual(GraphBuilder& b, const std::string& name, const std::string& from, int inChannels,
                             const Stage& stage, int stride) {
    const int hidden = inChannels * stage.expansion;
    std::string value = from;
    if (stage.expansion > 1)
        value = b.activation(name + ".expand.relu", b.convNorm(name + ".expand", value, hidden, {.signedInput = true}),
                             kRelu6);
    value = b.convNorm(name + ".depthwise", value, hidden, {.kernel = 3, .stride = stride, .groups = hidden});
    value = b.convNorm(name + ".project", b.activation(name + ".depthwise.relu", value, kRelu6), stage.channels, {});
    return stride == 1 && inChannels == stage.channels ? b.sum(name + ".add", value, from) : value;
}

Network buildResnet14(const Shape& input, int classes) {
    GraphBuilder b;
    b.pooledClassifier(stages(b, b.stem(input, 32, 3, 2), 32, {{32, 64, 128}, {2, 2, 2}}), classes);
    return b.finish("resnet14");
}

Network buildResnet20(const Shape& input, int classes) {
    GraphBuilder b;
    b.pooledClassifier(stages(b, b.stem(input, 16, 3, 1), 16, {{16, 32, 64}, {3, 3, 3}}), classes);
    return b.finish("resnet20");
}

Network buildResnet18(const Shape& input, int classes) {
    return buildDeep("resnet18", input, classes, {{64, 128, 256, 512}, {2, 2, 2, 2}});
}

Network buildResnet50(const Shape& input, int classes) {
    return buildDeep("resnet50", input, classes, {{64, 128, 256, 512}, {3, 4, 6, 3}, true});
}

Network buildMobileNetV2(const Shape& input, int classes) {
    constexpr int kStem = 32, kHead = 1280;
    GraphBuilder b;
    std::string value = b.stem(input, kStem, 3, 2, kRelu6);
    int channels = kStem;
    for (std::size_t s = 0; s < kStages.size(); ++s)
        for (int i = 0; i < kStages[s].blocks; ++i) {
            const std::string name = "stage" + std::to_string(s + 1) + ".block" + std::to_string(i + 1);
            value = invertedResidual(b, name, value, channels, kStages[s], i == 0 ? kStages[s].stride : 1);
            channels = kStages[s].channels;
        }
    b.pooledClassifier(b.activation("head.relu", b.convNorm("head", value, kHead, {.signedInput = true}), kRelu6),
                       classes);
    return b.finish("mobilenetv2");
}

/// 2×128, 2×256, 2×512 channels, each pair halved by a pool: the VGG-like network of BinaryConnect and LQ-Nets, with
/// one linear layer.
Network buildVgg7(const Shape& input, int classes) {
    GraphBuilder b;
    std::string value = b.stem(input, 128, 3, 1);
    for (int s = 0; s < 3; ++s) {
        const std::string stage = fmt::format("stage{}", s + 1);
        const int channels = 128 << s;
        for (int i = s == 0 ? 2 : 1; i <= 2; ++i) {
            const std::string name = fmt::format("{}.conv{}", stage, i);
            const std::string normed = b.convNorm(name, value, channels, {.kernel = 3});
            value = b.activation(fmt::format("{}.relu", name), normed);
        }
        value = b.maxPool(fmt::format("{}.pool", stage), value, 2, 2, 0);
    }
    b.classifier(b.flatten("flatten", value), classes);
    return b.finish("vgg7");
}

/// Four linear layers: an 8-bit one on the image, two of 512 features, the classifier.
Network buildMlp(const Shape& input, int classes) {
    constexpr int kFeatures = 512;
    GraphBuilder b;
    std::string value = b.flatten("flatten", b.input(input));
    value = b.activation("stem.relu", b.linearNorm("stem", value, kFeatures, {.fixed = true, .signedInput = true}));
    for (const char* name : {"hidden1", "hidden2"})
        value = b.activation(std::string(name) + ".relu", b.linearNorm(name, value, kFeatures, {}));
    b.classifier(value, classes);
    return b.finish("mlp");
}

bool isInCatalogue(std::string_view name) {
    return std::ranges::find(networkCatalogue(), name, &CatalogueNetwork::name) != networkCatalogue().end();
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
        CatalogueNetwork{"mobilenetv2",
                         "inverted residuals with depthwise convolutions and linear bottlenecks (ImageNet)",
                         {224, 224, 3},
                         1000,
                         buildMobileNetV2},
        CatalogueNetwork{
            "vgg7", "six 3×3 convolutions of 128-256-512 channels, without skips", {32, 32, 3}, 10, buildVgg7},
        CatalogueNetwork{"mlp", "four linear layers of 512 features", {28, 28, 1}, 10, buildMlp},
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

bool namesNetworkFile(std::string_view spec) {
    if (spec.ends_with(".json") || spec.find('/') != std::string_view::npos) return true;
    if (isInCatalogue(spec)) return false;
    // A link that leads nowhere lies there, too, and a name that cannot be looked up is none of the catalogue.
    std::error_code code;
    return std::filesystem::symlink_status(spec, code).type() != std::filesystem::file_type::not_found;
}

Network openNetwork(const std::string& spec, const std::optional<Shape>& input, std::optional<int> classes) {
    if (!namesNetworkFile(spec)) {
        const CatalogueNetwork& entry = findNetwork(spec);
        return entry.build(input.value_or(entry.defaultInput), classes.value_or(entry.defaultClasses));
    }
    constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 24;
    Network network = networkFromJson(readFile(spec, kMaxBytes), spec);
    if (input && network.inputShape() != *input)
        throw Error(ErrorKind::BadInput, spec,
                    "its input is " + toText(network.inputShape()) + ", the images are " + toText(*input));
    if (classes && network.classes() != *classes)
        throw Error(
            ErrorKind::BadInput, spec,
            "has " + std::to_string(network.classes()) + " classes, the data set has " + std::to_string(*classes));
    return network;
}

}  // namespace bitdesk
