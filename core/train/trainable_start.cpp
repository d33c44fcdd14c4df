// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cmath>
#include <span>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include "core/base/to_index.h"
#include "core/execute/torch/node_operations.h"
#include "core/model/float_model.h"
#include "core/train/trainable_network.h"

namespace bitdesk {
namespace {

/// The weights that a layer's codes stand for at the width that they are stored at.
std::vector<float> decodedWeights(const MetaModel& model, int layerIndex) {
    const Layer& layer = model.network.layers()[toIndex(layerIndex)];
    const int width = model.codeBits(layer);
    const auto codes = codesAt(model, layerIndex, width);
    const auto scales = weightScalesAt(model, layerIndex, width);
    const double offset = model.weightQuantizer().offset * 0.5;
    const std::size_t filter = codes.size() / scales.size();
    std::vector<float> weights;
    weights.reserve(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i)
        weights.push_back(static_cast<float>(scales[i / filter] * (codes[i] + offset)));
    return weights;
}

void copyInto(const at::Tensor& to, std::span<const float> values) {
    at::Tensor(to).copy_(at::tensor(at::ArrayRef<float>(values.data(), values.size())).view(to.sizes()));
}

/// Position of the model's width that is nearest to `width`, the wider of two.
std::size_t nearestWidth(const std::vector<int>& widths, int width) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < widths.size(); ++i)
        if (std::abs(widths[i] - width) <= std::abs(widths[best] - width)) best = i;
    return best;
}

}  // namespace

void TrainableNetwork::startFrom(const MetaModel& model) {
    const at::NoGradGuard guard;
    for (std::size_t i = 0; i < m_layers.size(); ++i) startLayer(model, static_cast<int>(i));
    for (auto& [node, table] : m_norms) startNorm(model, node, table);
}

void TrainableNetwork::startLayer(const MetaModel& model, int layerIndex) {
    const Layer& layer = m_network.layers()[toIndex(layerIndex)];
    const LayerParameters& parameters = model.layers[toIndex(layerIndex)];
    LayerTensors& tensors = m_layers[toIndex(layerIndex)];
    const FloatModel::Layer* real = model.floats != nullptr ? &model.floats->layers[toIndex(layerIndex)] : nullptr;
    tensors.weight.copy_(weightTensor(real != nullptr ? real->weight : decodedWeights(model, layerIndex), layer));
    if (tensors.bias.defined()) copyInto(tensors.bias, real != nullptr ? real->bias : parameters.bias);
    const bool sameCodes = real == nullptr && model.quantizer == m_quantizer.name && model.weightQuantizer().nests;
    if (sameCodes) {
        // The codes of a width stay the same where the scale of a wider one is that much finer.
        auto scales = weightScalesAt(model, layerIndex, model.codeBits(layer));
        std::vector<float> finer;
        for (const double scale : scales)
            finer.push_back(static_cast<float>(std::ldexp(scale, model.codeBits(layer) - topBits(layer))));
        copyInto(tensors.weightScale, finer);
    } else {
        tensors.weightScale.copy_(m_quantizer.firstScale(tensors.weight.flatten(1), topBits(layer)));
    }
    for (std::size_t b = 0; b < tensors.actScale.size(); ++b) {
        if (!layer.quantizable()) {
            tensors.actScale[b].fill_(parameters.actScale.front());
            continue;
        }
        const std::size_t nearest = nearestWidth(model.bits, m_bits[b]);
        // Of another width: the same range.
        const double range =
            double{parameters.actScale[nearest]} * activationHighest(model.bits[nearest], layer.signedInput);
        tensors.actScale[b].fill_(range / activationHighest(m_bits[b], layer.signedInput));
    }
}

void TrainableNetwork::startNorm(const MetaModel& model, int node, NormTensors& table) {
    const FloatModel::Norm* real = model.floats != nullptr ? &model.floats->norms.at(node) : nullptr;
    const NormParameters& norms = model.norms.at(node);
    const auto& attributes = *m_network.nodes()[toIndex(node)].as<NormAttributes>();
    const auto stored = [&](const std::string& name, int index) {
        const Layer* layer = m_network.findLayer(name);
        if (layer == nullptr || !layer->quantizable()) return 0;
        return static_cast<int>(nearestWidth(model.bits, m_bits[toIndex(index)]));
    };
    for (int from = 0; from < table.from; ++from)
        for (int to = 0; to < table.to; ++to) {
            const auto entry = toIndex(std::int64_t{from} * table.to + to);
            const auto start = [&](std::vector<at::Tensor>& tensors, const NormTable& kept,
                                   const std::vector<float>* values) {
                if (values != nullptr) copyInto(tensors[entry], *values);
                else copyInto(tensors[entry], kept.row(stored(attributes.from, from), stored(attributes.to, to)));
            };
            start(table.gamma, norms.gamma, real != nullptr ? &real->gamma : nullptr);
            start(table.beta, norms.beta, real != nullptr ? &real->beta : nullptr);
            start(table.mean, norms.mean, real != nullptr ? &real->mean : nullptr);
            start(table.var, norms.var, real != nullptr ? &real->var : nullptr);
        }
}

std::string TrainableNetwork::layerOfParameter(const std::string& parameter) const {
    const Node* owner = nullptr;
    for (const Node& node : m_network.nodes())
        if (parameter.starts_with(node.name + ".") && (owner == nullptr || node.name.size() > owner->name.size()) &&
            (node.as<NormAttributes>() != nullptr || m_network.findLayer(node.name) != nullptr))
            owner = &node;
    if (owner == nullptr) return {};
    const auto* norm = owner->as<NormAttributes>();
    return norm != nullptr ? norm->to : owner->name;
}

}  // namespace bitdesk
