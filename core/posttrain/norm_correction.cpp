// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/norm_correction.h"

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <c10/core/InferenceMode.h>

#include "core/base/to_index.h"
#include "core/posttrain/moments.h"

namespace bitdesk {
namespace {

/// What a batch gives behind each norm, and at the end of each layer, of the float network.
struct Targets {
    std::map<int, Moments> norms;       // by node
    std::vector<at::Tensor> layerMean;  // [C], by layer; of those with a bias
};

class TargetPass final : public FloatPass {
public:
    using FloatPass::FloatPass;

    Targets of(const at::Tensor& images) {
        m_targets = {};
        m_targets.layerMean.resize(network().layers().size());
        run(images);
        return std::move(m_targets);
    }

private:
    at::Tensor layer(int layerIndex, const at::Tensor& input) override {
        at::Tensor value = FloatPass::layer(layerIndex, input);
        if (network().layers()[toIndex(layerIndex)].hasBias)
            m_targets.layerMean[toIndex(layerIndex)] = channelMean(value);
        return value;
    }
    at::Tensor norm(int node, const at::Tensor& input) override {
        at::Tensor value = FloatPass::norm(node, input);
        m_targets.norms[node].add(value);
        return value;
    }

    Targets m_targets;
};

/// Moments before a norm, by transition, and behind it in the float network.
struct NormMoments {
    std::vector<Moments> before;
    Moments behind;
};

/// A scale that gives each channel the float network's deviation.
at::Tensor fittedScale(const Moments& before, const Moments& behind, const at::Tensor& realScale) {
    // A channel that few bits have left constant keeps its scale: there is nothing to stretch.
    constexpr double kConstant = 1e-12;
    const at::Tensor variance = before.variance(), real = realScale.flatten();
    const at::Tensor fitted = (behind.variance() / variance.clamp_min(kConstant)).sqrt() * real.sign();
    return at::where(variance > kConstant, fitted, real);
}

/// Of this scale, with the offset that gives each channel the float network's mean.
ChannelAffine fitted(const at::Tensor& scale, const Moments& before, const Moments& behind) {
    return {.scale = scale.view({1, -1, 1, 1}), .offset = (behind.mean() - before.mean() * scale).view({1, -1, 1, 1})};
}

/// All layers at one width. The entry that each norm then takes is fitted on the way, by what this batch and those
/// before gave; beside it every layer is tried at the other widths, on the same input, for the transitions to them.
class FittingPass final : public SimulatedPass {
public:
    FittingPass(SimulatedNetwork& network, int bits, std::map<int, NormMoments>& moments, std::vector<Moments>& missing,
                const Targets& targets)
        : SimulatedPass(network, uniformBits(network.network(), bits)),
          m_simulated(network),
          m_moments(moments),
          m_missing(missing),
          m_targets(targets),
          m_bits(bits) {}

private:
    at::Tensor quantize(int layerIndex, const at::Tensor& input) override {
        m_input = input;
        return SimulatedPass::quantize(layerIndex, input);
    }
    at::Tensor layer(int layerIndex, const at::Tensor& input) override {
        tryOtherWidths(layerIndex);
        at::Tensor value = SimulatedPass::layer(layerIndex, input);
        if (m_missing.empty() || !m_simulated.biases[toIndex(layerIndex)].defined()) return value;
        const at::Tensor missed = m_targets.layerMean[toIndex(layerIndex)] - channelMean(value);
        m_missing[toIndex(layerIndex)].add(missed, missed.square());
        return value;
    }
    at::Tensor norm(int node, const at::Tensor& input) override {
        NormMoments& moments = m_moments[node];
        const std::size_t entry = m_simulated.entryIndex(node, mix());
        moments.before[entry].add(input);
        const at::Tensor scale =
            fittedScale(moments.before[entry], moments.behind, m_simulated.floatPass.affine(node).scale);
        m_simulated.norms.at(node).entries[entry] = fitted(scale, moments.before[entry], moments.behind);
        return SimulatedPass::norm(node, input);
    }

    /// A quantize node stands right before its layer, so m_input is the layer's.
    void tryOtherWidths(int layerIndex) {
        const Layer& layer = network().layers()[toIndex(layerIndex)];
        const int node = m_simulated.normOf(layerIndex);
        if (node < 0 || !layer.quantizable() || m_simulated.norms.at(node).from == 1) return;
        for (const SimulatedNetwork::Width& other : m_simulated.layers[toIndex(layerIndex)]) {
            if (other.bits == m_bits) continue;
            const at::Tensor codes = fakeQuantized(m_input, other.actScale, other.bits, layer.signedInput);
            const at::Tensor value = sum(layerIndex, codes, other.weight, m_simulated.biases[toIndex(layerIndex)]);
            BitConfiguration there = mix();
            there.bits[toIndex(layer.quantizableIndex)] = other.bits;
            m_moments[node].before[m_simulated.entryIndex(node, there)].add(value);
        }
    }

    SimulatedNetwork& m_simulated;
    std::map<int, NormMoments>& m_moments;
    std::vector<Moments>& m_missing;  // by layer: what its mean lacks; empty where biases stay
    const Targets& m_targets;
    int m_bits;
    at::Tensor m_input;  // of the quantize node met last
};

/// The entries of transitions between two widths: the scale of the layer's own width, an offset of their own where the
/// transition was tried.
void fitTransitions(SimulatedNetwork::Norm& norm, const NormMoments& moments) {
    for (int from = 0; from < norm.from && norm.to == norm.from; ++from)
        for (int to = 0; to < norm.to; ++to) {
            if (from == to) continue;
            const ChannelAffine& own = norm.entries[toIndex(std::int64_t{to} * norm.to + to)];
            const auto entry = toIndex(std::int64_t{from} * norm.to + to);
            const Moments& before = moments.before[entry];
            norm.entries[entry] = before.batches() > 0 ? fitted(own.scale.flatten(), before, moments.behind) : own;
        }
}

void correctBiases(SimulatedNetwork& network, const std::vector<Moments>& missing) {
    for (std::size_t l = 0; l < missing.size(); ++l) {
        if (missing[l].batches() > 0 && network.normOf(static_cast<int>(l)) < 0)
            network.biases[l] = network.biases[l] + missing[l].mean();
    }
}

}  // namespace

void correctNorms(SimulatedNetwork& network, const ImageBatches& images, bool biases, const PostTrainWork& work) {
    const c10::InferenceMode guard;
    TargetPass real(network.floats);
    std::map<int, NormMoments> moments;
    for (const auto& [node, norm] : network.norms) moments[node].before.resize(norm.entries.size());
    std::vector<Moments> missing(biases ? network.layers.size() : 0);
    for (int batch = 0; batch < images.count(); ++batch) {
        const at::Tensor x = images[batch];
        const Targets targets = real.of(x);
        for (auto& [node, known] : moments) known.behind.add(targets.norms.at(node));
        for (const int bits : network.bits) {
            work.tell("norms", batch, images.count());
            FittingPass(network, bits, moments, missing, targets).run(x);
        }
    }
    for (auto& [node, norm] : network.norms) fitTransitions(norm, moments.at(node));
    correctBiases(network, missing);
}

}  // namespace bitdesk
