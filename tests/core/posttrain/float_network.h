// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>

#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/posttrain/float_pass.h"
#include "core/posttrain/image_batches.h"
#include "tests/core/network/tiny_network.h"

namespace bitdesk::test {

/// The tiny network with drawn weights, a wider body, and norms whose statistics are those of noise images.
inline FloatModel floatNetwork(std::uint64_t seed = 1) {
    std::vector<Node> nodes = tinyNodes();
    std::get<InputAttributes>(nodes[0].attributes).shape = {8, 8, 2};
    for (const char* name : {"stem", "body", "tail"})
        std::get<Conv2dAttributes>(nodeNamed(nodes, name).attributes).outChannels = 12;
    std::get<QuantizeAttributes>(nodeNamed(nodes, "classifier.input").attributes).isSigned = true;
    FloatModel model(Network("small", nodes));
    Random random(seed);
    for (const Layer& layer : model.network.layers()) {
        FloatModel::Layer& made = model.layers.emplace_back();
        const double fanIn = static_cast<double>(layer.weightCount) / layer.output.channels;
        for (std::int64_t i = 0; i < layer.weightCount; ++i)
            made.weight.push_back(static_cast<float>(random.normal() * std::sqrt(2 / fanIn)));
        if (layer.hasBias) made.bias.assign(toIndex(layer.output.channels), 0.1F);
    }
    for (int n = 0; n < static_cast<int>(nodes.size()); ++n) {
        if (nodes[toIndex(n)].as<NormAttributes>() == nullptr) continue;
        FloatModel::Norm& norm = model.norms[n];
        for (int c = 0; c < model.network.shape(n).channels; ++c) {
            norm.gamma.push_back(static_cast<float>(0.6 + 0.8 * random.uniform()));
            norm.beta.push_back(static_cast<float>(0.3 * random.normal()));
            norm.mean.push_back(static_cast<float>(0.1 * random.normal()));
            norm.var.push_back(static_cast<float>(0.8 + 0.4 * random.uniform()));
        }
    }
    model.normalization = {{0.5F, 0.4F}, {0.3F, 0.25F}};
    return model;
}

/// Noise that is smooth enough for channels to differ from image to image.
inline CalibrationImages noiseImages(const FloatModel& model, std::int64_t count) {
    const auto bytes = toIndex(model.network.inputShape().elements());
    return {.count = count, .read = [bytes](std::int64_t first, std::span<std::uint8_t> pixels) {
                for (std::size_t i = 0; i < pixels.size(); ++i) {
                    Random random(toIndex(first) + i / bytes);
                    const double level = 60 + 120 * random.uniform();
                    Random each(toIndex(first) * bytes + i);
                    pixels[i] = static_cast<std::uint8_t>(std::clamp(level + 50 * each.normal(), 0.0, 255.0));
                }
            }};
}

}  // namespace bitdesk::test
