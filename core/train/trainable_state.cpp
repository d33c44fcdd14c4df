// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/to_index.h"
#include "core/train/trainable_network.h"

#include <ATen/ops/tensor.h>

namespace bitdesk {
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

}  // namespace bitdesk
