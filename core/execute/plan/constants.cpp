// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/plan/constants.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/to_index.h"
#include "core/model/meta_model.h"
#include "core/network/activations.h"
#include "core/network/cost.h"
#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

/// y = x·scale + offset per channel, in double: folded step by step and rounded once, when it enters the plan.
struct Affine {
    std::vector<double> scale, offset;
};

/// Pixels 0…255 to normalized values.
Affine imageAffine(const MetaModel& model) {
    Affine affine;
    for (std::size_t c = 0; c < model.normalization.mean.size(); ++c) {
        const double deviation = model.normalization.std[c];
        affine.scale.push_back(1.0 / (255.0 * deviation));
        affine.offset.push_back(-double{model.normalization.mean[c]} / deviation);
    }
    return affine;
}

/// Integer accumulator to real value: s_a·s_w·2^(top−b)/2, and the bias.
Affine layerAffine(const MetaModel& model, int layerIndex, const BitConfiguration& bits) {
    const Layer& layer = model.network.layers()[toIndex(layerIndex)];
    const LayerParameters& parameters = model.layers[toIndex(layerIndex)];
    const double unit = double{actScale(model, layerIndex, bits)} * 0.5;
    const auto scales = weightScalesAt(model, layerIndex, weightBits(layer, bits));
    const auto channels = toIndex(layer.output.channels);
    Affine affine{std::vector<double>(channels), std::vector<double>(channels)};
    for (std::size_t c = 0; c < channels; ++c) {
        affine.scale[c] = unit * scales[c];
        affine.offset[c] = parameters.bias.empty() ? 0.0 : double{parameters.bias[c]};
    }
    return affine;
}

/// The norm's table for this configuration's transition.
Affine normAffine(const MetaModel& model, int node, const BitConfiguration& bits) {
    const auto& norm = *model.network.nodes()[toIndex(node)].as<NormAttributes>();
    const NormParameters& table = model.norms.at(node);
    const int from = transitionIndex(model, norm.from, bits), to = transitionIndex(model, norm.to, bits);
    const auto gamma = table.gamma.row(from, to), beta = table.beta.row(from, to);
    const auto mean = table.mean.row(from, to), var = table.var.row(from, to);
    const std::size_t channels = gamma.size();
    Affine affine{std::vector<double>(channels), std::vector<double>(channels)};
    for (std::size_t c = 0; c < channels; ++c) {
        affine.scale[c] = double{gamma[c]} / std::sqrt(double{var[c]} + norm.epsilon);
        affine.offset[c] = double{beta[c]} - double{mean[c]} * affine.scale[c];
    }
    return affine;
}

/// x ↦ second(first(x)).
Affine compose(const Affine& first, const Affine& second) {
    Affine both = second;
    for (std::size_t c = 0; c < both.scale.size(); ++c) {
        both.scale[c] = second.scale[c] * first.scale[c];
        both.offset[c] = first.offset[c] * second.scale[c] + second.offset[c];
    }
    return both;
}

void store(const Affine& affine, Epilogue& epilogue) {
    const auto rounded = [](double value) { return static_cast<float>(value); };
    epilogue.scale.resize(affine.scale.size());
    epilogue.offset.resize(affine.offset.size());
    std::ranges::transform(affine.scale, epilogue.scale.begin(), rounded);
    std::ranges::transform(affine.offset, epilogue.offset.begin(), rounded);
}

}  // namespace

float actScale(const MetaModel& model, int layerIndex, const BitConfiguration& bits) {
    const Layer& layer = model.network.layers()[toIndex(layerIndex)];
    const int entry = layer.quantizable() ? model.bitIndex(inputBits(layer, bits)) : 0;
    return model.layers[toIndex(layerIndex)].actScale[toIndex(entry)];
}

int transitionIndex(const MetaModel& model, const std::string& layerName, const BitConfiguration& bits) {
    const Layer* layer = model.network.findLayer(layerName);
    return layer != nullptr && layer->quantizable() ? model.bitIndex(weightBits(*layer, bits)) : 0;
}

void storeConstants(const MetaModel& model, const BitConfiguration& bits, Step& step) {
    Affine affine;
    if (step.as<InputAttributes>()) affine = imageAffine(model);
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

CodeOutput codeOutput(const MetaModel& model, int layerIndex, const BitConfiguration& bits,
                      const Activation& activation) {
    const Layer& layer = model.network.layers()[toIndex(layerIndex)];
    const int width = inputBits(layer, bits);
    const float inverse = inverseScale(actScale(model, layerIndex, bits));
    const int lowest = activationLowest(width, layer.signedInput);
    return {.buffer = -1,
            .inverseScale = inverse,
            .lowest = lowest,
            .highest =
                quantizeActivation(largestOf(activation), inverse, lowest, activationHighest(width, layer.signedInput)),
            .layer = layerIndex};
}

}  // namespace bitdesk
