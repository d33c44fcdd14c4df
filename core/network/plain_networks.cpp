// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>

#include "core/network/graph_builder.h"
#include "core/network/network_builders.h"

namespace bitdesk {

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

}  // namespace bitdesk
