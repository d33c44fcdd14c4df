// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/plan/constants.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/index.h"
#include "core/model/layer_weights.h"
#include "core/network/cost.h"
#include "core/quant/quantizer.h"

namespace bitdesk {
float actScale(const MetaModel& model, int layerIndex, const BitConfiguration& bits) {
    const Layer& layer = model.network.layers()[at(layerIndex)];
    const int entry = layer.quantizable() ? model.bitIndex(layerBits(layer, bits)) : 0;
    return model.layers[at(layerIndex)].actScale[at(entry)];
}

int transitionIndex(const MetaModel& model, const std::string& layerName, const BitConfiguration& bits) {
    const Layer* layer = model.network.findLayer(layerName);
    return layer != nullptr && layer->quantizable() ? model.bitIndex(layerBits(*layer, bits)) : 0;
}

Affine imageAffine(const MetaModel& model) {
    Affine affine;
    for (std::size_t c = 0; c < model.normalization.mean.size(); ++c) {
        const double deviation = model.normalization.std[c];
        affine.scale.push_back(1.0 / (255.0 * deviation));
        affine.offset.push_back(-double{model.normalization.mean[c]} / deviation);
    }
    return affine;
}

Affine layerAffine(const MetaModel& model, int layerIndex, const BitConfiguration& bits) {
    const Layer& layer = model.network.layers()[at(layerIndex)];
    const LayerParameters& parameters = model.layers[at(layerIndex)];
    const double unit = double{actScale(model, layerIndex, bits)} * 0.5;
    const auto scales = weightScalesAt(model, layerIndex, layerBits(layer, bits));
    const auto channels = at(layer.output.channels);
    Affine affine{std::vector<double>(channels), std::vector<double>(channels)};
    for (std::size_t c = 0; c < channels; ++c) {
        affine.scale[c] = unit * scales[c];
        affine.offset[c] = parameters.bias.empty() ? 0.0 : double{parameters.bias[c]};
    }
    return affine;
}

Affine normAffine(const MetaModel& model, int node, const BitConfiguration& bits) {
    const auto& norm = *model.network.nodes()[at(node)].as<NormAttributes>();
    const NormParameters& table = model.norms.at(node);
    const std::size_t entry =
        table.index(transitionIndex(model, norm.from, bits), transitionIndex(model, norm.to, bits));
    const auto channels = at(table.channels);
    Affine affine{std::vector<double>(channels), std::vector<double>(channels)};
    for (std::size_t c = 0; c < channels; ++c) {
        affine.scale[c] = double{table.gamma[entry + c]} / std::sqrt(double{table.var[entry + c]} + norm.epsilon);
        affine.offset[c] = double{table.beta[entry + c]} - double{table.mean[entry + c]} * affine.scale[c];
    }
    return affine;
}

Affine compose(const Affine& first, const Affine& second) {
    Affine both = second;
    for (std::size_t c = 0; c < both.scale.size(); ++c) {
        both.scale[c] = second.scale[c] * first.scale[c];
        both.offset[c] = first.offset[c] * second.scale[c] + second.offset[c];
    }
    return both;
}

namespace {

void store(const Affine& affine, Epilogue& epilogue) {
    const auto rounded = [](double value) { return static_cast<float>(value); };
    epilogue.scale.resize(affine.scale.size());
    epilogue.offset.resize(affine.offset.size());
    std::ranges::transform(affine.scale, epilogue.scale.begin(), rounded);
    std::ranges::transform(affine.offset, epilogue.offset.begin(), rounded);
}

}  // namespace

void storeConstants(const MetaModel& model, const BitConfiguration& bits, Step& step) {
    Affine affine;
    if (step.kind == StepKind::Image) affine = imageAffine(model);
    else if (step.layer >= 0) affine = layerAffine(model, step.layer, bits);
    if (step.norm >= 0) {
        const Affine norm = normAffine(model, step.norm, bits);
        affine = affine.scale.empty() ? norm : compose(affine, norm);
    }
    store(affine, step.epilogue);
}

bool sameConstants(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

CodeOutput codeOutput(const MetaModel& model, int layerIndex, const BitConfiguration& bits, float maximum) {
    const Layer& layer = model.network.layers()[at(layerIndex)];
    const int width = layerBits(layer, bits);
    const float inverse = inverseScale(actScale(model, layerIndex, bits));
    const int lowest = activationLowest(width, layer.signedInput);
    return {.buffer = -1,
            .inverseScale = inverse,
            .lowest = lowest,
            .highest = quantizeActivation(maximum, inverse, lowest, activationHighest(width, layer.signedInput)),
            .layer = layerIndex};
}

}  // namespace bitdesk
