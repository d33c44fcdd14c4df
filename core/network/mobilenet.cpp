// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <array>

#include "core/network/graph_builder.h"
#include "core/network/network_builders.h"

namespace bitdesk {
namespace {

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

}  // namespace

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

}  // namespace bitdesk
