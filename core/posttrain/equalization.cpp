// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/equalization.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <ATen/TensorOperators.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <c10/core/InferenceMode.h>

#include "core/base/to_index.h"
#include "core/posttrain/float_pass.h"

namespace bitdesk {
namespace {

/// Whether the node gives k·y for k·x, k > 0, a channel.
bool passesFactors(const Network& network, int node) {
    const Node& what = network.nodes()[toIndex(node)];
    if (const auto* activation = what.as<ActivationAttributes>())
        return activation->kind == ActivationKind::Relu && std::isinf(activation->first);
    if (what.as<FlattenAttributes>()) {
        const Shape& shape = network.shape(network.inputs(node).front());
        return shape.height == 1 && shape.width == 1;
    }
    return what.as<AddAttributes>() != nullptr || what.as<MaxPoolAttributes>() != nullptr ||
           what.as<AvgPoolAttributes>() != nullptr || what.as<QuantizeAttributes>() != nullptr;
}

/// Nodes whose values have to be scaled alike, as the first of each such set.
std::vector<int> tiedNodes(const Network& network) {
    std::vector<int> root(network.nodes().size());
    std::iota(root.begin(), root.end(), 0);
    const auto find = [&](int node) {
        while (root[toIndex(node)] != node) node = root[toIndex(node)];
        return node;
    };
    for (int n = 0; n < static_cast<int>(root.size()); ++n)
        if (passesFactors(network, n))
            for (const int input : network.inputs(n)) root[toIndex(find(n))] = find(input);
    for (int n = 0; n < static_cast<int>(root.size()); ++n) root[toIndex(n)] = find(n);
    return root;
}

bool scalesInput(const Layer& layer) {
    return layer.groups == 1 || (layer.groups == layer.input.channels && layer.output.channels == layer.input.channels);
}

/// [C] of a layer's input: the largest share that a channel's weight has of its filter's largest.
at::Tensor weightRange(const Layer& layer, const at::Tensor& weight) {
    const at::Tensor size = weight.abs().flatten(1);
    if (layer.groups > 1) return at::ones({layer.input.channels});
    const at::Tensor share = size / size.amax({1}, true).clamp_min(1e-12);
    return share.view({layer.output.channels, layer.input.channels, -1}).amax({0, 2});
}

/// The float network, with the largest magnitude of each channel that a layer reads.
class RangePass final : public FloatPass {
public:
    using FloatPass::FloatPass;
    const at::Tensor& range(int layerIndex) const { return m_ranges.at(layerIndex); }

private:
    at::Tensor quantize(int layerIndex, const at::Tensor& input) override {
        m_ranges[layerIndex] = input.abs().amax({0, 2, 3});
        return input;
    }
    std::map<int, at::Tensor> m_ranges;  // by layer
};

/// [C]: what a stream's values are divided by.
at::Tensor factors(const ScalableStream& stream, const RangePass& pass) {
    constexpr double kNothing = 1e-6, kMost = 8;
    at::Tensor values, weights;
    for (const int index : stream.layers) {
        const Layer& layer = pass.network().layers()[toIndex(index)];
        const at::Tensor& range = pass.range(index);
        const at::Tensor share = weightRange(layer, pass.tensors(index).weight);
        values = values.defined() ? at::maximum(values, range) : range;
        weights = weights.defined() ? at::maximum(weights, share) : share;
    }
    const at::Tensor ratio = (values.clamp_min(kNothing) / weights.clamp_min(kNothing)).sqrt();
    const at::Tensor used = at::where(values > kNothing, ratio, at::ones_like(ratio));
    return (used / used.log().mean().exp()).clamp(1 / kMost, kMost);
}

void scale(FloatModel& model, const ScalableStream& stream, const at::Tensor& by) {
    const float* factor = by.const_data_ptr<float>();
    for (const int node : stream.norms) {
        FloatModel::Norm& norm = model.norms.at(node);
        for (std::size_t c = 0; c < norm.gamma.size(); ++c) {
            norm.gamma[c] /= factor[c];
            norm.beta[c] /= factor[c];
        }
    }
    for (const int index : stream.layers) {
        const Layer& layer = model.network.layers()[toIndex(index)];
        std::vector<float>& weight = model.layers[toIndex(index)].weight;
        const std::size_t channels = toIndex(layer.input.channels),
                          filter = weight.size() / toIndex(layer.output.channels);
        for (std::size_t i = 0; i < weight.size(); ++i)
            weight[i] *= factor[layer.groups > 1 ? i / filter : i % channels];
    }
}

}  // namespace

std::vector<ScalableStream> scalableStreams(const Network& network) {
    const std::vector<int> tied = tiedNodes(network);
    std::map<int, ScalableStream> streams;
    std::map<int, bool> broken;
    for (int n = 0; n < static_cast<int>(tied.size()); ++n) {
        const Node& node = network.nodes()[toIndex(n)];
        const int stream = tied[toIndex(n)];
        if (node.as<NormAttributes>()) streams[stream].norms.push_back(n);
        else if (!passesFactors(network, n)) broken[stream] = true;
        if (network.consumers(n).empty()) broken[stream] = true;
        const bool isCodes = node.as<QuantizeAttributes>() != nullptr;
        for (const int reader : network.consumers(n)) broken[stream] |= !isCodes && tied[toIndex(reader)] != stream;
    }
    for (std::size_t l = 0; l < network.layers().size(); ++l) {
        const Layer& layer = network.layers()[l];
        const int stream = tied[toIndex(network.findNode(layer.quantizeNode))];
        streams[stream].layers.push_back(static_cast<int>(l));
        broken[stream] |= !scalesInput(layer);
    }
    std::vector<ScalableStream> found;
    for (auto& [stream, parts] : streams)
        if (!broken[stream] && !parts.norms.empty() && !parts.layers.empty()) found.push_back(std::move(parts));
    return found;
}

FloatModel equalized(const FloatModel& model, const ImageBatches& images) {
    const c10::InferenceMode guard;
    FloatModel scaled = model;
    RangePass pass(model);
    pass.run(images[0]);
    for (const ScalableStream& stream : scalableStreams(model.network)) scale(scaled, stream, factors(stream, pass));
    return scaled;
}

}  // namespace bitdesk
