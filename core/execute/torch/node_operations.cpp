// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/torch/node_operations.h"

#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_max_pool2d.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/var_mean.h>

#include "core/base/error.h"
#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/execute/torch/tensor_operations.h"
#include "core/network/activations.h"

namespace bitdesk {
namespace {

std::vector<std::int64_t> kernelOf(const WindowAttributes& w) { return {w.kernelHeight, w.kernelWidth}; }
std::vector<std::int64_t> strideOf(const WindowAttributes& w) { return {w.strideHeight, w.strideWidth}; }

/// LibTorch pads a pool alike on both sides, and by half of its window at most.
bool poolsAsTorchDoes(const PoolAttributes& p) {
    return p.isPaddedAlike() && 2 * p.paddingTop <= p.kernelHeight && 2 * p.paddingLeft <= p.kernelWidth;
}

at::Tensor maxPool(const at::Tensor& input, const PoolAttributes& p) {
    if (p.global) return at::amax(input, {2, 3}, true);
    if (p.outHeight > 0) return std::get<0>(at::adaptive_max_pool2d(input, {p.outHeight, p.outWidth}));
    const std::vector<std::int64_t> dilation{1, 1}, none{0, 0};
    if (!poolsAsTorchDoes(p)) {
        const auto wide = padded(input, p, -std::numeric_limits<double>::infinity());
        return at::max_pool2d(wide, kernelOf(p), strideOf(p), none, dilation, p.ceilMode);
    }
    const std::vector<std::int64_t> padding{p.paddingTop, p.paddingLeft};
    return at::max_pool2d(input, kernelOf(p), strideOf(p), padding, dilation, p.ceilMode);
}

/// For each window along a side, what an average counts.
at::Tensor countsOf(const std::vector<PoolSpan>& spans, const at::Tensor& like) {
    std::vector<float> counts;
    for (const PoolSpan& span : spans) counts.push_back(static_cast<float>(span.counted));
    return at::tensor(counts).to(like.device());
}

at::Tensor averagePool(const at::Tensor& input, const PoolAttributes& p) {
    if (p.global) return input.mean({2, 3}, true);
    if (p.outHeight > 0) return at::adaptive_avg_pool2d(input, {p.outHeight, p.outWidth});
    const std::vector<std::int64_t> padding{p.paddingTop, p.paddingLeft}, none{0, 0};
    if (poolsAsTorchDoes(p))
        return at::avg_pool2d(input, kernelOf(p), strideOf(p), padding, p.ceilMode, p.countPadding);
    const auto rows = poolRows(p, static_cast<int>(input.size(2)));
    const auto columns = poolColumns(p, static_cast<int>(input.size(3)));
    const auto sums = at::avg_pool2d(padded(input, p, 0), kernelOf(p), strideOf(p), none, p.ceilMode, true, 1);
    return sums.div(countsOf(rows, input).view({-1, 1}) * countsOf(columns, input));
}

at::Tensor channelShuffle(const at::Tensor& input, int groups) {
    auto sizes = input.sizes().vec();
    const std::int64_t channels = sizes[1];
    sizes.erase(sizes.begin() + 1);
    sizes.insert(sizes.begin() + 1, {groups, channels / groups});
    return input.reshape(sizes).transpose(1, 2).reshape(input.sizes());
}

at::Tensor layerNorm(const at::Tensor& input, double epsilon) {
    const auto [variance, mean] = at::var_mean(input, at::IntArrayRef({1}), /*correction=*/0, /*keepdim=*/true);
    return (input - mean) * at::rsqrt(variance + epsilon);
}

}  // namespace

at::Tensor floatOperation(const Node& node, std::span<const at::Tensor> inputs) {
    const at::Tensor& input = inputs.front();
    return std::visit(
        Overloads{[&](const ActivationAttributes& a) { return activated(a.inFloat(), input, TensorOperations()); },
                  [&](const AddAttributes&) { return input + inputs[1]; },
                  [&](const MultiplyAttributes&) { return input * inputs[1]; },
                  [&](const ConcatAttributes&) { return at::cat(at::TensorList(inputs.data(), inputs.size()), 1); },
                  [&](const SliceAttributes& a) { return input.narrow(1, a.first, a.count); },
                  [&](const ChannelShuffleAttributes& a) { return channelShuffle(input, a.groups); },
                  [&](const LayerNormAttributes& a) { return layerNorm(input, a.epsilon); },
                  [&](const UpsampleAttributes& a) {
                      return input.repeat_interleave(a.height, 2).repeat_interleave(a.width, 3);
                  },
                  [&](const MaxPoolAttributes& pool) { return maxPool(input, pool); },
                  [&](const AvgPoolAttributes& pool) { return averagePool(input, pool); },
                  [&](const FlattenAttributes&) {
                      return input.permute({0, 2, 3, 1}).reshape({input.size(0), -1, 1, 1});
                  },
                  [&](const OneOf<InputAttributes, Conv2dAttributes, LinearAttributes, NormAttributes,
                                  QuantizeAttributes> auto&) -> at::Tensor {
                      throw Error(ErrorKind::Internal, "node '" + node.name + "'", "has parameters of its own");
                  }},
        node.attributes);
}

at::Tensor weightTensor(const std::vector<float>& weights, const Layer& layer) {
    const at::Tensor flat = at::tensor(weights);
    if (layer.isLinear) return flat.view({layer.output.channels, -1});
    return flat.view({layer.output.channels, layer.kernelHeight, layer.kernelWidth, layer.inputChannelsPerGroup()})
        .permute({0, 3, 1, 2});
}

at::Tensor floatSum(const Network& network, const Layer& layer, const at::Tensor& input, const at::Tensor& weight,
                    const at::Tensor& bias) {
    if (layer.isLinear) return at::linear(input.flatten(1), weight, bias).unsqueeze(-1).unsqueeze(-1);
    const auto& g = *network.nodes()[toIndex(layer.node)].as<Conv2dAttributes>();
    const bool alike = g.isPaddedAlike();
    const std::vector<std::int64_t> dilation{g.dilationHeight, g.dilationWidth};
    const std::vector<std::int64_t> padding{alike ? g.paddingTop : 0, alike ? g.paddingLeft : 0};
    return at::conv2d(alike ? input : padded(input, g, 0), weight, bias, strideOf(g), at::IntArrayRef(padding),
                      dilation, g.groups);
}

}  // namespace bitdesk
