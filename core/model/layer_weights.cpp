// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/layer_weights.h"

#include <algorithm>
#include <cmath>

#include "core/base/index.h"

namespace bitdesk {
namespace {

/// Which of the stored copies holds the codes of `bits`.
std::size_t copyOf(const MetaModel& model, const Layer& layer, int bits) {
    return model.codeCopies(layer) == 1 ? 0 : at(model.bitIndex(bits));
}

}  // namespace

std::vector<std::int8_t> codesAt(const MetaModel& model, int layerIndex, int bits) {
    const Layer& layer = model.network.layers()[at(layerIndex)];
    const WeightQuantizer& quantizer = model.weightQuantizer();
    const auto first = model.layers[at(layerIndex)].codes.begin() +
                       static_cast<std::ptrdiff_t>(copyOf(model, layer, bits)) * layer.weightCount;
    std::vector<std::int8_t> codes(first, first + layer.weightCount);
    const int top = model.codeBits(layer);
    if (quantizer.nests && bits != top)
        std::ranges::transform(codes, codes.begin(), [&](std::int8_t code) {
            return static_cast<std::int8_t>(quantizer.narrow(code, top, bits));
        });
    return codes;
}

std::vector<double> weightScalesAt(const MetaModel& model, int layerIndex, int bits) {
    const Layer& layer = model.network.layers()[at(layerIndex)];
    const std::vector<float>& stored = model.layers[at(layerIndex)].weightScale;
    const std::size_t perCopy = stored.size() / at(model.codeCopies(layer));
    const std::size_t first = copyOf(model, layer, bits) * perCopy;
    const int narrowed = model.weightQuantizer().nests ? model.codeBits(layer) - bits : 0;
    std::vector<double> scales(at(layer.output.channels));
    for (std::size_t n = 0; n < scales.size(); ++n)
        scales[n] = std::ldexp(double{stored[first + (perCopy == 1 ? 0 : n)]}, narrowed);
    return scales;
}

}  // namespace bitdesk
