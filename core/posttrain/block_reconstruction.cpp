// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/block_reconstruction.h"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/optim/adam.h>

#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/posttrain/block_pass.h"
#include "core/posttrain/refinement_state.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kBatch = 16;

/// What all images give at a place of the network, batch by batch.
using Values = std::vector<at::Tensor>;

void advance(GraphPass& pass, const GraphBlock& block, Values& values) {
    const at::NoGradGuard guard;
    for (at::Tensor& value : values) value = pass.run(value, block.first, block.last);
}

/// How far a block of the quantized network is from the float network's values behind it.
double blockError(const SimulatedNetwork& network, const BitConfiguration& mix, const GraphBlock& block,
                  const Values& inputs, const Values& targets) {
    const at::NoGradGuard guard;
    SimulatedPass pass(network, mix);
    double sum = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        sum += (pass.run(inputs[i], block.first, block.last) - targets[i]).square().sum().item<double>();
    return sum;
}

/// Takes over what was learnt where it comes closer than what is there.
void keepBetter(SimulatedNetwork& network, const std::map<std::string, at::Tensor>& learnt, const BitConfiguration& mix,
                const GraphBlock& block, const Values& inputs, const Values& targets) {
    const double before = blockError(network, mix, block, inputs, targets);
    const auto layers = network.layers;
    const auto norms = network.norms;
    BlockPass::apply(learnt, block, mix, network);
    if (blockError(network, mix, block, inputs, targets) < before) return;
    network.layers = layers;
    network.norms = norms;
}

/// Some images of the values, drawn.
class Sampler {
public:
    Sampler(const Values& inputs, const Values& targets, std::uint64_t seed)
        : m_inputs(inputs), m_targets(targets), m_random(seed) {}

    std::pair<at::Tensor, at::Tensor> draw() {
        const std::size_t batch = m_random.below(m_inputs.size());
        const std::int64_t size = m_inputs[batch].size(0), count = std::min(size, kBatch);
        const auto first = static_cast<std::int64_t>(m_random.below(static_cast<std::uint64_t>(size - count + 1)));
        return {m_inputs[batch].narrow(0, first, count), m_targets[batch].narrow(0, first, count)};
    }

private:
    const Values& m_inputs;
    const Values& m_targets;
    Random m_random;
};

std::unique_ptr<torch::optim::Adam> makeOptimizer(const BlockPass& pass) {
    using torch::optim::AdamOptions;
    constexpr double kRoundingRate = 0.03, kScaleRate = 1e-4, kNormRate = 1e-3;
    std::vector<torch::optim::OptimizerParamGroup> groups;
    const auto add = [&](std::vector<at::Tensor> parameters, double rate) {
        if (!parameters.empty()) groups.emplace_back(std::move(parameters), std::make_unique<AdamOptions>(rate));
    };
    add(pass.roundings(), kRoundingRate);
    add(pass.scales(), kScaleRate);
    add(pass.norms(), kNormRate);
    return std::make_unique<torch::optim::Adam>(std::move(groups), AdamOptions(kRoundingRate));
}

/// The power of AdaRound's regularizer: none at first, then from 20 down to 2, which forces every decision.
double powerAt(double progress) {
    constexpr double kFree = 0.2, kFirst = 20, kLast = 2;
    return kLast + (kFirst - kLast) * std::max(0.0, 1 - (progress - kFree) / (1 - kFree));
}

void learn(BlockPass& pass, const GraphBlock& block, Sampler sampler, const PostTrainWork& work,
           const std::string& activity, double share) {
    // A decision is worth some of the error that is there, whatever the size of weights and outputs.
    constexpr double kFree = 0.2, kIndecision = 5;
    const auto optimizer = makeOptimizer(pass);
    const int iterations = work.settings.iterations;
    for (int i = 0; i < iterations; ++i) {
        const double progress = static_cast<double>(i) / iterations;
        if (work.stop.stop_requested()) throw Cancelled();
        if (work.progress && i % 16 == 0) work.progress({activity, share, -1});
        const auto [input, target] = sampler.draw();
        optimizer->zero_grad();
        at::Tensor loss = (pass.run(input, block.first, block.last) - target).square().mean();
        if (progress >= kFree) loss = loss + pass.indecision(powerAt(progress)) * loss.detach() * kIndecision;
        loss.backward();
        optimizer->step();
    }
}

}  // namespace

void reconstructBlocks(SimulatedNetwork& network, const ImageBatches& images, const PostTrainWork& work) {
    RefinementState state(network, images, work.settings);
    const std::vector<GraphBlock> blocks = blocksOf(network.network());
    Values pixels;
    for (int batch = 0; batch < images.count(); ++batch) pixels.push_back(images[batch]);
    double done = 0;
    constexpr int kLossless = 8;  // bits that leave nothing to win
    std::vector<int> widths = network.bits;
    std::erase_if(widths, [](int bits) { return bits >= kLossless; });
    const double all = static_cast<double>(blocks.size() * widths.size());
    for (const int bits : widths) {
        const BitConfiguration mix = uniformBits(network.network(), bits);
        Values inputs = pixels, targets = pixels;
        for (const GraphBlock& block : blocks) {
            const std::string name = network.network().nodes()[toIndex(block.last)].name;
            const std::string activity = "rounding at " + std::to_string(bits) + " bits, up to " + name;
            work.tell(activity, static_cast<std::int64_t>(done), static_cast<std::int64_t>(all));
            advance(network.floatPass, block, targets);
            BlockPass pass(network, mix, block);
            if (!pass.roundings().empty()) {
                const std::string key = std::to_string(bits) + "/" + name;
                if (!state.has(key)) {
                    // A seed of its own, so that a run that goes on comes to the same end.
                    const auto seed = work.settings.seed + static_cast<std::uint64_t>(done);
                    learn(pass, block, {inputs, targets, seed}, work, activity, done / all);
                    state.keep(key, pass.learnt());
                }
                keepBetter(network, state.of(key), mix, block, inputs, targets);
            }
            SimulatedPass now(network, mix);
            advance(now, block, inputs);
            ++done;
        }
    }
}

}  // namespace bitdesk
