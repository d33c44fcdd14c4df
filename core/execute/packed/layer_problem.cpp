// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/layer_problem.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>

#include "core/base/error.h"

namespace bitdesk::packed {

ConvProblem layerProblem(const MetaModel& model, int layerIndex, int inputBits) {
    const Layer& layer = model.network.layers()[static_cast<std::size_t>(layerIndex)];
    ConvProblem p;
    p.outChannels = layer.output.channels;
    p.activationLowest = activationLowest(inputBits, layer.signedInput);
    p.activationHighest = activationHighest(inputBits, layer.signedInput);
    p.weightOffset = model.weightQuantizer().offset;
    if (layer.isLinear) {
        p.channels = static_cast<int>(layer.input.elements());
        return p;
    }
    const auto& conv = *model.network.nodes()[static_cast<std::size_t>(layer.node)].as<Conv2dAttributes>();
    p.height = layer.input.height;
    p.width = layer.input.width;
    p.channels = layer.input.channels;
    p.outHeight = layer.output.height;
    p.outWidth = layer.output.width;
    p.kernelHeight = conv.kernelHeight;
    p.kernelWidth = conv.kernelWidth;
    p.strideHeight = conv.strideHeight;
    p.strideWidth = conv.strideWidth;
    p.paddingHeight = conv.paddingHeight;
    p.paddingWidth = conv.paddingWidth;
    p.groups = conv.groups;
    return p;
}

std::int64_t largestSum(const ConvProblem& p, int weightBits) {
    return p.depth() * std::max(-p.activationLowest, p.activationHighest) * (std::int64_t{1} << weightBits);
}

int activationBits(const ConvProblem& p) {
    const int magnitude = std::bit_width(static_cast<unsigned>(p.activationHighest));
    return p.activationLowest < 0 ? magnitude + 1 : magnitude;
}

void checkDepth(const ConvProblem& p, const std::vector<std::int8_t>& codes, const std::string& layer) {
    const std::int64_t largest = std::max(-p.activationLowest, p.activationHighest);
    const auto depth = static_cast<std::size_t>(p.depth());
    for (std::size_t first = 0; first < codes.size(); first += depth) {
        std::int64_t sum = 0;
        for (std::size_t i = first; i < first + depth; ++i) sum += std::abs(2 * codes[i] + p.weightOffset);
        if (sum * largest > std::numeric_limits<std::int32_t>::max())
            throw Error(ErrorKind::BadInput, "layer '" + layer + "'",
                        "its sums of " + std::to_string(depth) + " products can leave 32 bits",
                        "Run it at fewer bits, or split it");
    }
}

}  // namespace bitdesk::packed
