// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/cost.h"

#include <numeric>

#include "core/base/to_index.h"

namespace bitdesk {

namespace {

int layerBits(const Layer& layer, const BitConfiguration& bits) {
    return layer.quantizable() ? bits.bits.at(toIndex(layer.quantizableIndex)) : layer.fixedBits;
}

}  // namespace

int weightBits(const Layer& layer, const BitConfiguration& bits) { return layerBits(layer, bits); }

int inputBits(const Layer& layer, const BitConfiguration& bits) { return layerBits(layer, bits); }

std::int64_t macs(const Network& network) {
    std::int64_t sum = 0;
    for (const Layer& layer : network.layers()) sum += layer.macs;
    return sum;
}

std::vector<std::int64_t> bitOpsPerLayer(const Network& network, const BitConfiguration& bits) {
    std::vector<std::int64_t> found;
    for (const Layer& layer : network.layers())
        found.push_back(layer.macs * weightBits(layer, bits) * inputBits(layer, bits));
    return found;
}

std::int64_t bitOps(const Network& network, const BitConfiguration& bits) {
    const auto perLayer = bitOpsPerLayer(network, bits);
    return std::accumulate(perLayer.begin(), perLayer.end(), std::int64_t{0});
}

std::int64_t weightBytes(const Network& network, const BitConfiguration& bits) {
    std::int64_t bytes = 0;
    for (const Layer& layer : network.layers()) bytes += (layer.weightCount * weightBits(layer, bits) + 7) / 8;
    return bytes;
}

TransitionCount transitionCount(const Network& network, const NormAttributes& norm, int bitWidths) {
    const auto count = [&](const std::string& name) {
        const Layer* layer = network.findLayer(name);
        return layer != nullptr && layer->quantizable() ? bitWidths : 1;
    };
    return {count(norm.from), count(norm.to)};
}

}  // namespace bitdesk
