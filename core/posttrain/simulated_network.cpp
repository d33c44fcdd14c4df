// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/simulated_network.h"

#include <algorithm>
#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/fake_quantize_per_tensor_affine.h>
#include <ATen/ops/ones.h>

#include "core/base/to_index.h"
#include "core/network/cost.h"
#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

std::vector<float> values(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.detach().contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

LayerParameters toParameters(const Layer& layer, const std::vector<SimulatedNetwork::Width>& widths,
                             const at::Tensor& bias) {
    LayerParameters parameters;
    for (const SimulatedNetwork::Width& width : widths) {
        for (const float code : values(layer.isLinear ? width.codes : width.codes.permute({0, 2, 3, 1})))
            parameters.codes.push_back(static_cast<std::int8_t>(code));
        const auto scales = values(width.weightScale);
        parameters.weightScale.insert(parameters.weightScale.end(), scales.begin(), scales.end());
        parameters.actScale.push_back(static_cast<float>(width.actScale));
    }
    if (bias.defined()) parameters.bias = values(bias);
    return parameters;
}

/// Mean and variance stay the float network's; what was fitted becomes γ and β.
NormParameters toParameters(const SimulatedNetwork::Norm& norm, const FloatModel::Norm& real, double epsilon) {
    NormParameters tables;
    tables.mean.values = real.mean;
    tables.var.values = real.var;
    tables.gamma = tables.beta = {.from = norm.from, .to = norm.to, .values = {}};
    for (const ChannelAffine& entry : norm.entries) {
        const auto scale = values(entry.scale), offset = values(entry.offset);
        for (std::size_t c = 0; c < scale.size(); ++c) {
            tables.gamma.values.push_back(
                static_cast<float>(double{scale[c]} * std::sqrt(double{real.var[c]} + epsilon)));
            tables.beta.values.push_back(
                static_cast<float>(double{offset[c]} + double{real.mean[c]} * double{scale[c]}));
        }
    }
    tables.gamma = compacted(tables.gamma);
    tables.beta = compacted(tables.beta);
    return tables;
}

}  // namespace

void SimulatedNetwork::Width::setCodes(at::Tensor made) {
    codes = std::move(made);
    weight = codes * perFilter(weightScale, codes);
}

SimulatedNetwork::SimulatedNetwork(const FloatModel& model, std::vector<int> widths)
    : floats(model), floatPass(model), bits(std::move(widths)) {
    for (std::size_t l = 0; l < model.layers.size(); ++l) {
        const Layer& layer = network().layers()[l];
        std::vector<Width>& made = layers.emplace_back();
        for (const int width : layer.quantizable() ? bits : std::vector{layer.fixedBits}) {
            made.emplace_back().bits = width;
            made.back().weightScale = at::ones({layer.output.channels});
        }
        biases.push_back(floatPass.tensors(static_cast<int>(l)).bias);
    }
    for (const auto& [node, norm] : model.norms) {
        const auto count = transitionCount(network(), *network().nodes()[toIndex(node)].as<NormAttributes>(),
                                           static_cast<int>(bits.size()));
        norms[node] = {.from = count.from,
                       .to = count.to,
                       .entries = std::vector(toIndex(std::int64_t{count.from} * count.to), floatPass.affine(node))};
    }
}

std::size_t SimulatedNetwork::widthIndex(int layerIndex, const BitConfiguration& mix) const {
    const Layer& layer = network().layers()[toIndex(layerIndex)];
    if (!layer.quantizable()) return 0;
    return toIndex(std::ranges::find(bits, weightBits(layer, mix)) - bits.begin());
}

std::size_t SimulatedNetwork::entryIndex(int node, const BitConfiguration& mix) const {
    const auto& attributes = *network().nodes()[toIndex(node)].as<NormAttributes>();
    const auto side = [&](const std::string& name) {
        const Layer* layer = network().findLayer(name);
        return layer == nullptr ? 0 : widthIndex(static_cast<int>(layer - network().layers().data()), mix);
    };
    return side(attributes.from) * toIndex(norms.at(node).to) + side(attributes.to);
}

int SimulatedNetwork::normOf(int layerIndex) const {
    const auto& readers = network().consumers(network().layers()[toIndex(layerIndex)].node);
    const auto found = std::ranges::find_if(readers, [&](int node) { return norms.contains(node); });
    return found == readers.end() ? -1 : *found;
}

MetaModel SimulatedNetwork::toModel() const {
    MetaModel model(network());
    model.quantizer = "rounded";
    model.bits = bits;
    model.normalization = floats.normalization;
    model.classNames = floats.classNames;
    for (std::size_t l = 0; l < layers.size(); ++l)
        model.layers.push_back(toParameters(network().layers()[l], layers[l], biases[l]));
    for (const auto& [node, norm] : norms)
        model.norms.emplace(node, toParameters(norm, floats.norms.at(node),
                                               network().nodes()[toIndex(node)].as<NormAttributes>()->epsilon));
    return model;
}

at::Tensor fakeQuantized(const at::Tensor& x, double scale, int bits, bool isSigned) {
    return at::fake_quantize_per_tensor_affine(x, scale, 0, activationLowest(bits, isSigned),
                                               activationHighest(bits, isSigned));
}

at::Tensor perFilter(const at::Tensor& scale, const at::Tensor& weight) {
    std::vector<std::int64_t> shape(toIndex(weight.dim()), 1);
    shape.front() = -1;
    return scale.view(shape);
}

SimulatedPass::SimulatedPass(const SimulatedNetwork& network, BitConfiguration mix)
    : GraphPass(network.network()), m_simulated(network), m_mix(std::move(mix)) {}

const SimulatedNetwork::Width& SimulatedPass::width(int layerIndex) const {
    return m_simulated.layers[toIndex(layerIndex)][m_simulated.widthIndex(layerIndex, m_mix)];
}

at::Tensor SimulatedPass::layer(int layerIndex, const at::Tensor& input) {
    return sum(layerIndex, input, width(layerIndex).weight, m_simulated.biases[toIndex(layerIndex)]);
}

at::Tensor SimulatedPass::norm(int node, const at::Tensor& input) {
    return m_simulated.norms.at(node).entries[m_simulated.entryIndex(node, m_mix)](input);
}

at::Tensor SimulatedPass::quantize(int layerIndex, const at::Tensor& input) {
    const SimulatedNetwork::Width& at = width(layerIndex);
    return fakeQuantized(input, at.actScale, at.bits, network().layers()[toIndex(layerIndex)].signedInput);
}

}  // namespace bitdesk
