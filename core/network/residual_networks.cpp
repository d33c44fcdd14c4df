// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/graph_builder.h"
#include "core/network/network_builders.h"

namespace bitdesk {
namespace {

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

}  // namespace

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

}  // namespace bitdesk
