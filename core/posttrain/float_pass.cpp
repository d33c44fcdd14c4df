// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/float_pass.h"

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include "core/base/to_index.h"
#include "core/execute/torch/node_operations.h"

namespace bitdesk {

FloatPass::FloatPass(const FloatModel& model) : GraphPass(model.network) {
    for (std::size_t l = 0; l < model.layers.size(); ++l) {
        const Layer& layer = model.network.layers()[l];
        LayerTensors tensors;
        tensors.weight = weightTensor(model.layers[l].weight, layer).contiguous();
        if (layer.hasBias) tensors.bias = at::tensor(model.layers[l].bias);
        m_layers.push_back(std::move(tensors));
    }
    for (const auto& [node, norm] : model.norms) {
        const double epsilon = model.network.nodes()[toIndex(node)].as<NormAttributes>()->epsilon;
        std::vector<float> scale, offset;
        for (std::size_t c = 0; c < norm.gamma.size(); ++c) {
            const double factor = double{norm.gamma[c]} / std::sqrt(double{norm.var[c]} + epsilon);
            scale.push_back(static_cast<float>(factor));
            offset.push_back(static_cast<float>(double{norm.beta[c]} - double{norm.mean[c]} * factor));
        }
        m_norms.emplace(node,
                        ChannelAffine{at::tensor(scale).view({1, -1, 1, 1}), at::tensor(offset).view({1, -1, 1, 1})});
    }
}

at::Tensor FloatPass::layer(int layerIndex, const at::Tensor& input) {
    const LayerTensors& tensors = m_layers[toIndex(layerIndex)];
    return sum(layerIndex, input, tensors.weight, tensors.bias);
}

}  // namespace bitdesk
