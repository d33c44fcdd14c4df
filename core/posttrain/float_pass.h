// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <vector>

#include "core/model/float_model.h"
#include "core/posttrain/graph_pass.h"

namespace bitdesk {

/// x ↦ x · scale + offset a channel, each [1, C, 1, 1].
struct ChannelAffine {
    at::Tensor scale, offset;
    at::Tensor operator()(const at::Tensor& x) const { return x.mul(scale).add_(offset); }
};

/// A network with real weights, in real numbers.
class FloatPass : public GraphPass {
public:
    explicit FloatPass(const FloatModel& model);

    struct LayerTensors {
        at::Tensor weight;  ///< [N, C/groups, KH, KW] or [N, C]
        at::Tensor bias;    ///< [N] or undefined
    };
    const LayerTensors& tensors(int layerIndex) const { return m_layers[static_cast<std::size_t>(layerIndex)]; }
    const ChannelAffine& affine(int node) const { return m_norms.at(node); }

protected:
    at::Tensor layer(int layerIndex, const at::Tensor& input) override;
    at::Tensor norm(int node, const at::Tensor& input) override { return m_norms.at(node)(input); }
    at::Tensor quantize(int /*layerIndex*/, const at::Tensor& input) override { return input; }

private:
    std::vector<LayerTensors> m_layers;
    std::map<int, ChannelAffine> m_norms;  // by node
};

}  // namespace bitdesk
