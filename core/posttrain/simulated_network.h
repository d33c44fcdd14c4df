// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <vector>

#include "core/model/meta_model.h"
#include "core/network/bit_configuration.h"
#include "core/posttrain/float_pass.h"

namespace bitdesk {

/// A float network quantized at several widths, as tensors: quantizer "rounded", with weights, scales and norm entries
/// of each width's own. What post-training quantization works on until it becomes a MetaModel.
struct SimulatedNetwork {
    /// A layer at one width.
    struct Width {
        int bits = 0;
        at::Tensor weightScale;  ///< [N]
        at::Tensor codes;        ///< whole floats, in the shape of FloatPass::LayerTensors::weight
        at::Tensor weight;       ///< what they are worth
        double actScale = 1;

        /// Codes, and what they are worth under the scales.
        void setCodes(at::Tensor made);
    };
    /// A norm's transitions, [from · to count + to].
    struct Norm {
        int from = 1, to = 1;
        std::vector<ChannelAffine> entries;
    };

    /// Scales at 1, weights unset, norms as the float network's.
    SimulatedNetwork(const FloatModel& model, std::vector<int> widths);

    const FloatModel& floats;
    FloatPass floatPass;
    std::vector<int> bits;                   ///< ascending
    std::vector<std::vector<Width>> layers;  ///< in the order of network.layers(); one width for a fixed layer
    std::vector<at::Tensor> biases;          ///< [N] or undefined, likewise; of all widths
    std::map<int, Norm> norms;               ///< by node

    const Network& network() const { return floats.network; }
    /// Where a layer's width stands in `layers` under a mix.
    std::size_t widthIndex(int layerIndex, const BitConfiguration& mix) const;
    /// Where a norm's entry of this mix stands in Norm::entries.
    std::size_t entryIndex(int node, const BitConfiguration& mix) const;

    /// The norm that reads a layer, or −1.
    int normOf(int layerIndex) const;
    /// The model, with tables as small as their rows allow.
    MetaModel toModel() const;
};

/// x at its nearest code's value; x's type and shape.
at::Tensor fakeQuantized(const at::Tensor& x, double scale, int bits, bool isSigned);
/// [N] as it broadcasts over a weight.
at::Tensor perFilter(const at::Tensor& scale, const at::Tensor& weight);

/// The network as it will run under a mix, in real numbers that stand for codes.
class SimulatedPass : public GraphPass {
public:
    SimulatedPass(const SimulatedNetwork& network, BitConfiguration mix);

protected:
    at::Tensor layer(int layerIndex, const at::Tensor& input) override;
    at::Tensor norm(int node, const at::Tensor& input) override;
    at::Tensor quantize(int layerIndex, const at::Tensor& input) override;

    const SimulatedNetwork::Width& width(int layerIndex) const;
    const BitConfiguration& mix() const { return m_mix; }

private:
    const SimulatedNetwork& m_simulated;
    BitConfiguration m_mix;
};

}  // namespace bitdesk
