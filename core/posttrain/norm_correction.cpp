// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/norm_correction.h"

#include <algorithm>
#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <c10/core/InferenceMode.h>

#include "core/base/random.h"
#include "core/base/to_index.h"

namespace bitdesk {
namespace {

/// First and second moments a channel, [C], summed over batches that count alike.
struct Moments {
    at::Tensor first, second;
    int batches = 0;

    void add(const at::Tensor& mean, const at::Tensor& square) {
        first = batches > 0 ? first + mean : mean;
        second = batches > 0 ? second + square : square;
        ++batches;
    }
    void add(const Moments& other) {
        if (other.batches == 0) return;
        first = batches > 0 ? first + other.first : other.first;
        second = batches > 0 ? second + other.second : other.second;
        batches += other.batches;
    }
    at::Tensor mean() const { return first / batches; }
    at::Tensor variance() const { return (second / batches - mean().square()).clamp_min_(0); }
};

at::Tensor channelMean(const at::Tensor& x) { return x.mean({0, 2, 3}); }

/// What a batch gives behind each norm, and at the end of each layer, of the float network.
struct Targets {
    std::map<int, Moments> norms;       // by node
    std::vector<at::Tensor> layerMean;  // [C], by layer
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
        m_targets.layerMean[toIndex(layerIndex)] = channelMean(value);
        return value;
    }
    at::Tensor norm(int node, const at::Tensor& input) override {
        at::Tensor value = FloatPass::norm(node, input);
        m_targets.norms[node].add(channelMean(value), channelMean(value.square()));
        return value;
    }

    Targets m_targets;
};

/// Moments before and behind a norm, by transition.
struct NormMoments {
    std::vector<Moments> before, behind;
};

/// Fits the entries of one width: one scale for all that comes before it, an offset each.
void fitWidth(SimulatedNetwork::Norm& norm, const NormMoments& moments, const at::Tensor& realScale, int to) {
    Moments before, behind;
    const auto entry = [&](int from) { return toIndex(std::int64_t{from} * norm.to + to); };
    at::Tensor spreadBefore, spreadBehind;
    for (int from = 0; from < norm.from; ++from) {
        const Moments &x = moments.before[entry(from)], &y = moments.behind[entry(from)];
        if (x.batches == 0) continue;
        before.add(x);
        behind.add(y);
        const at::Tensor wide = x.variance() * x.batches, wanted = y.variance() * y.batches;
        spreadBefore = spreadBefore.defined() ? spreadBefore + wide : wide;
        spreadBehind = spreadBehind.defined() ? spreadBehind + wanted : wanted;
    }
    if (before.batches == 0) return;
    // A channel that few bits have left constant keeps its scale: there is nothing to stretch.
    constexpr double kConstant = 1e-12;
    const at::Tensor real = realScale.flatten();
    const at::Tensor fitted = (spreadBehind / spreadBefore.clamp_min(kConstant)).sqrt() * real.sign();
    const at::Tensor scale = at::where(spreadBefore > kConstant, fitted, real);
    for (int from = 0; from < norm.from; ++from) {
        const bool seen = moments.before[entry(from)].batches > 0;
        const Moments &x = seen ? moments.before[entry(from)] : before,
                      &y = seen ? moments.behind[entry(from)] : behind;
        norm.entries[entry(from)] = {.scale = scale.view({1, -1, 1, 1}),
                                     .offset = (y.mean() - x.mean() * scale).view({1, -1, 1, 1})};
    }
}

/// A pass whose norms are fitted on the way, by what this batch and those before gave.
class FittingPass final : public SimulatedPass {
public:
    FittingPass(SimulatedNetwork& network, BitConfiguration mix, std::map<int, NormMoments>& moments,
                std::vector<Moments>& missing, const Targets& targets)
        : SimulatedPass(network, std::move(mix)),
          m_simulated(network),
          m_moments(moments),
          m_missing(missing),
          m_targets(targets) {}

private:
    at::Tensor layer(int layerIndex, const at::Tensor& input) override {
        at::Tensor value = SimulatedPass::layer(layerIndex, input);
        if (m_missing.empty() || !m_simulated.biases[toIndex(layerIndex)].defined()) return value;
        const at::Tensor missed = m_targets.layerMean[toIndex(layerIndex)] - channelMean(value);
        m_missing[toIndex(layerIndex)].add(missed, missed.square());
        return value;
    }
    at::Tensor norm(int node, const at::Tensor& input) override {
        SimulatedNetwork::Norm& norm = m_simulated.norms.at(node);
        NormMoments& moments = m_moments[node];
        moments.before.resize(norm.entries.size());
        moments.behind.resize(norm.entries.size());
        const std::size_t entry = m_simulated.entryIndex(node, mix());
        moments.before[entry].add(channelMean(input), channelMean(input.square()));
        moments.behind[entry].add(m_targets.norms.at(node));
        const int to = static_cast<int>(entry) % norm.to;
        fitWidth(norm, moments, m_simulated.floatPass.affine(node).scale, to);
        return SimulatedPass::norm(node, input);
    }

    SimulatedNetwork& m_simulated;
    std::map<int, NormMoments>& m_moments;
    std::vector<Moments>& m_missing;  // by layer: what its mean lacks; empty where biases stay
    const Targets& m_targets;
};

/// One mix a width, then as many again drawn layer by layer.
std::vector<BitConfiguration> mixesOf(const SimulatedNetwork& network, Random& random) {
    std::vector<BitConfiguration> mixes;
    for (const int bits : network.bits) mixes.push_back(uniformBits(network.network(), bits));
    if (network.bits.size() == 1) return mixes;
    for (std::size_t i = 0; i < network.bits.size(); ++i) {
        BitConfiguration drawn = mixes.front();
        for (int& bits : drawn.bits) bits = network.bits[random.below(network.bits.size())];
        mixes.push_back(std::move(drawn));
    }
    return mixes;
}

void correctBiases(SimulatedNetwork& network, const std::vector<Moments>& missing) {
    for (std::size_t l = 0; l < missing.size(); ++l) {
        const auto& readers = network.network().consumers(network.network().layers()[l].node);
        const bool normFollows = std::ranges::any_of(readers, [&](int node) { return network.norms.contains(node); });
        if (missing[l].batches > 0 && !normFollows) network.biases[l] = network.biases[l] + missing[l].mean();
    }
}

}  // namespace

void correctNorms(SimulatedNetwork& network, const ImageBatches& images, bool biases, const PostTrainWork& work) {
    const c10::InferenceMode guard;
    TargetPass real(network.floats);
    Random random(work.settings.seed);
    std::map<int, NormMoments> moments;
    std::vector<Moments> missing(biases ? network.layers.size() : 0);
    for (int batch = 0; batch < images.count(); ++batch) {
        const at::Tensor x = images[batch];
        const Targets targets = real.of(x);
        for (const BitConfiguration& mix : mixesOf(network, random)) {
            work.tell("norms", batch, images.count());
            FittingPass(network, mix, moments, missing, targets).run(x);
        }
    }
    correctBiases(network, missing);
}

}  // namespace bitdesk
