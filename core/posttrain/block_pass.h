// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <vector>

#include "core/posttrain/simulated_network.h"
#include "core/posttrain/soft_rounding.h"

namespace bitdesk {

/// A block of a simulated network while it learns, at one width: weights rounded softly, activation scales and norm
/// entries as parameters. Layers whose bits are fixed stay as they are.
class BlockPass final : public SimulatedPass {
public:
    BlockPass(const SimulatedNetwork& network, const BitConfiguration& mix, const GraphBlock& block);

    std::vector<at::Tensor> roundings() const;
    std::vector<at::Tensor> scales() const;
    std::vector<at::Tensor> norms() const;
    /// Of SoftRounding, the mean of all weights.
    at::Tensor indecision(double power) const;

    /// Everything that is learnt, by name, as a checkpoint keeps it: codes, scales, entries.
    std::map<std::string, at::Tensor> learnt() const;
    /// Makes it the network's. The tensors are what learnt() gave.
    static void apply(const std::map<std::string, at::Tensor>& learnt, const GraphBlock& block,
                      const BitConfiguration& mix, SimulatedNetwork& network);

private:
    struct LayerParts {
        SoftRounding rounding;
        at::Tensor actScale;  // one element
    };

    at::Tensor layer(int layerIndex, const at::Tensor& input) override;
    at::Tensor norm(int node, const at::Tensor& input) override;
    at::Tensor quantize(int layerIndex, const at::Tensor& input) override;

    const SimulatedNetwork& m_simulated;
    std::map<int, LayerParts> m_layers;    // by layer
    std::map<int, ChannelAffine> m_norms;  // by node
};

}  // namespace bitdesk
