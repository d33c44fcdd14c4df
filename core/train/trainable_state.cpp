// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include "core/base/to_index.h"
#include "core/train/trainable_network.h"

namespace bitdesk {
namespace {

std::vector<float> values(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

std::vector<float> joined(const std::vector<at::Tensor>& entries) {
    std::vector<float> all;
    for (const at::Tensor& entry : entries) {
        const auto part = values(entry);
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

LayerParameters exportLayer(const Layer& layer, const TrainableNetwork::LayerTensors& tensors,
                            const WeightQuantizer& quantizer, int topBits) {
    LayerParameters parameters;
    parameters.weightScale = values(tensors.weightScale);
    parameters.actScale = joined(tensors.actScale);
    if (tensors.bias.defined()) parameters.bias = values(tensors.bias);
    const auto weights = values(layer.isLinear ? tensors.weight : tensors.weight.permute({0, 2, 3, 1}));
    const std::size_t filter = weights.size() / parameters.weightScale.size();
    for (std::size_t i = 0; i < weights.size(); ++i)
        parameters.codes.push_back(quantizer.encode(weights[i], parameters.weightScale[i / filter], topBits));
    return parameters;
}

}  // namespace

std::map<std::string, at::Tensor> TrainableNetwork::weights() const {
    std::map<std::string, at::Tensor> found;
    for (std::size_t i = 0; i < m_layers.size(); ++i)
        found[m_network.layers()[i].name + ".weight"] = m_layers[i].weight;
    return found;
}

std::map<std::string, at::Tensor> TrainableNetwork::otherParameters() const {
    std::map<std::string, at::Tensor> found;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const std::string& name = m_network.layers()[i].name;
        if (m_layers[i].bias.defined()) found[name + ".bias"] = m_layers[i].bias;
        found[name + ".weight_scale"] = m_layers[i].weightScale;
        for (std::size_t b = 0; b < m_layers[i].actScale.size(); ++b)
            found[name + ".act_scale." + std::to_string(b)] = m_layers[i].actScale[b];
    }
    for (const auto& [node, table] : m_norms)
        for (std::size_t e = 0; e < table.gamma.size(); ++e) {
            const std::string stem = m_network.nodes()[toIndex(node)].name + "." + std::to_string(e);
            found[stem + ".gamma"] = table.gamma[e];
            found[stem + ".beta"] = table.beta[e];
        }
    return found;
}

std::map<std::string, at::Tensor> TrainableNetwork::statistics() const {
    std::map<std::string, at::Tensor> found;
    for (const auto& [node, table] : m_norms)
        for (std::size_t e = 0; e < table.mean.size(); ++e) {
            const std::string stem = m_network.nodes()[toIndex(node)].name + "." + std::to_string(e);
            found[stem + ".mean"] = table.mean[e];
            found[stem + ".var"] = table.var[e];
        }
    return found;
}

at::Tensor TrainableNetwork::visits() const {
    std::vector<float> all;
    for (const auto& [node, table] : m_norms) all.insert(all.end(), table.visits.begin(), table.visits.end());
    return at::tensor(all);
}

void TrainableNetwork::setVisits(const at::Tensor& visits) {
    const float* next = visits.const_data_ptr<float>();
    for (auto& [node, table] : m_norms)
        for (std::int64_t& count : table.visits) count = static_cast<std::int64_t>(*next++);
}

MetaModel TrainableNetwork::toModel() const {
    const at::NoGradGuard guard;
    MetaModel model(m_network);
    model.bits = m_bits;
    model.quantizer = m_quantizer.name;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Layer& layer = m_network.layers()[i];
        model.layers.push_back(exportLayer(layer, m_layers[i], model.weightQuantizer(), model.codeBits(layer)));
    }
    for (const auto& [node, table] : m_norms)
        model.norms.emplace(node, NormParameters{.gamma = {table.from, table.to, joined(table.gamma)},
                                                 .beta = {table.from, table.to, joined(table.beta)},
                                                 .mean = {table.from, table.to, joined(table.mean)},
                                                 .var = {table.from, table.to, joined(table.var)}});
    return model;
}

}  // namespace bitdesk
