// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/block_pass.h"

#include <algorithm>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "core/base/to_index.h"
#include "core/quant/quantizer.h"
#include "core/train/fake_quantizer.h"

namespace bitdesk {
namespace {

at::Tensor parameter(const at::Tensor& value) { return value.detach().clone().set_requires_grad(true); }

std::string nameOf(const Network& network, int node, const char* kind) {
    return network.nodes()[toIndex(node)].name + "." + kind;
}

}  // namespace

BlockPass::BlockPass(const SimulatedNetwork& network, const BitConfiguration& mix, const GraphBlock& block)
    : SimulatedPass(network, mix), m_simulated(network) {
    for (const int index : block.layers) {
        if (!network.network().layers()[toIndex(index)].quantizable()) continue;
        const SimulatedNetwork::Width& at = width(index);
        m_layers.emplace(index,
                         LayerParts{.rounding = {network.floatPass.tensors(index).weight, at.weightScale, at.bits},
                                    .actScale = at::tensor({static_cast<float>(at.actScale)}).set_requires_grad(true)});
    }
    for (const auto& [node, norm] : network.norms) {
        if (node <= block.first || node > block.last) continue;
        const ChannelAffine& entry = norm.entries[network.entryIndex(node, mix)];
        m_norms.emplace(node, ChannelAffine{parameter(entry.scale), parameter(entry.offset)});
    }
}

at::Tensor BlockPass::layer(int layerIndex, const at::Tensor& input) {
    const auto found = m_layers.find(layerIndex);
    if (found == m_layers.end()) return SimulatedPass::layer(layerIndex, input);
    return sum(layerIndex, input, found->second.rounding.weight(), m_simulated.biases[toIndex(layerIndex)]);
}

at::Tensor BlockPass::norm(int node, const at::Tensor& input) { return m_norms.at(node)(input); }

at::Tensor BlockPass::quantize(int layerIndex, const at::Tensor& input) {
    const auto found = m_layers.find(layerIndex);
    if (found == m_layers.end()) return SimulatedPass::quantize(layerIndex, input);
    const bool isSigned = network().layers()[toIndex(layerIndex)].signedInput;
    const int bits = width(layerIndex).bits;
    return fakeQuantizeActivation(input, found->second.actScale, activationLowest(bits, isSigned),
                                  activationHighest(bits, isSigned));
}

std::vector<at::Tensor> BlockPass::roundings() const {
    std::vector<at::Tensor> all;
    for (const auto& [index, parts] : m_layers) all.push_back(parts.rounding.alpha());
    return all;
}

std::vector<at::Tensor> BlockPass::scales() const {
    std::vector<at::Tensor> all;
    for (const auto& [index, parts] : m_layers) all.push_back(parts.actScale);
    return all;
}

std::vector<at::Tensor> BlockPass::norms() const {
    std::vector<at::Tensor> all;
    for (const auto& [node, entry] : m_norms) all.insert(all.end(), {entry.scale, entry.offset});
    return all;
}

at::Tensor BlockPass::indecision(double power) const {
    at::Tensor all = at::zeros({});
    std::int64_t weights = 0;
    for (const auto& [index, parts] : m_layers) {
        all = all + parts.rounding.indecision(power);
        weights += parts.rounding.alpha().numel();
    }
    return all / static_cast<double>(weights);
}

std::map<std::string, at::Tensor> BlockPass::learnt() const {
    std::map<std::string, at::Tensor> all;
    for (const auto& [index, parts] : m_layers) {
        const int node = network().layers()[toIndex(index)].node;
        all[nameOf(network(), node, "codes")] = parts.rounding.codes();
        all[nameOf(network(), node, "act_scale")] = parts.actScale.detach().clamp_min(kSmallestScale);
    }
    for (const auto& [node, entry] : m_norms) {
        all[nameOf(network(), node, "scale")] = entry.scale.detach();
        all[nameOf(network(), node, "offset")] = entry.offset.detach();
    }
    return all;
}

void BlockPass::apply(const std::map<std::string, at::Tensor>& learnt, const GraphBlock& block,
                      const BitConfiguration& mix, SimulatedNetwork& simulated) {
    const Network& network = simulated.network();
    for (const int index : block.layers) {
        const Layer& layer = network.layers()[toIndex(index)];
        if (!layer.quantizable()) continue;
        SimulatedNetwork::Width& width = simulated.layers[toIndex(index)][simulated.widthIndex(index, mix)];
        width.setCodes(learnt.at(nameOf(network, layer.node, "codes")));
        width.actScale = learnt.at(nameOf(network, layer.node, "act_scale")).item<double>();
    }
    for (auto& [node, norm] : simulated.norms)
        if (node > block.first && node <= block.last)
            norm.entries[simulated.entryIndex(node, mix)] = {learnt.at(nameOf(network, node, "scale")),
                                                             learnt.at(nameOf(network, node, "offset"))};
}

}  // namespace bitdesk
