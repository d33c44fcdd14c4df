// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <vector>

#include "core/base/random.h"
#include "core/model/safetensors.h"
#include "core/network/network.h"

namespace bitdesk::test {

/// A network as PyTorch would have trained it on floats: weights [N, C, KH, KW] and norms under the network's own
/// names.
inline Safetensors floatNetwork(const Network& network) {
    Safetensors file;
    Random random(5);
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape, auto value) {
        std::size_t count = 1;
        for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
        std::vector<float> values(count);
        for (float& each : values) each = value();
        file.tensors.emplace(name, Tensor::f32(std::move(shape), values));
    };
    const auto weight = [&] { return static_cast<float>(static_cast<int>(random.below(2001)) - 1000) / 8000; };
    const auto zero = [] { return 0.0F; };
    const auto one = [] { return 1.0F; };
    for (const Layer& layer : network.layers()) {
        const std::int64_t n = layer.output.channels, c = layer.inputChannelsPerGroup();
        if (layer.isLinear) add(layer.name + ".weight", {n, c}, weight);
        else add(layer.name + ".weight", {n, c, layer.kernelHeight, layer.kernelWidth}, weight);
        if (layer.hasBias) add(layer.name + ".bias", {n}, zero);
    }
    for (int n = 0; n < static_cast<int>(network.nodes().size()); ++n) {
        const Node& node = network.nodes()[static_cast<std::size_t>(n)];
        if (!node.as<NormAttributes>()) continue;
        const std::int64_t channels = network.shape(n).channels;
        add(node.name + ".weight", {channels}, one);
        add(node.name + ".bias", {channels}, zero);
        add(node.name + ".running_mean", {channels}, zero);
        add(node.name + ".running_var", {channels}, one);
    }
    return file;
}

}  // namespace bitdesk::test
