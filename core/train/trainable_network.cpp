// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/trainable_network.h"

#include <algorithm>
#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>

#include "core/base/index.h"
#include "core/network/cost.h"
#include "core/quant/quantizer.h"
#include "core/train/fake_quantize.h"

namespace bitdesk {
namespace {

constexpr float kSmallestScale = 1e-6F;
constexpr float kLargestScaleStep = 1.1F;  // factor by which one optimizer step may move an activation scale
constexpr double kNarrowestStep = 0.1;     // of a filter's standard deviation at 4 bits; the widest is 1

at::Tensor parameter(at::Tensor value, at::Device device) { return value.to(device).detach().set_requires_grad(true); }

/// He et al. 2015: variance 2 / fan-in, for layers that a ReLU follows.
at::Tensor heNormal(const Layer& layer, Random& random) {
    const std::int64_t fanIn = layer.weightCount / layer.output.channels;
    at::Tensor weight =
        layer.isLinear
            ? at::empty({layer.output.channels, fanIn})
            : at::empty({layer.output.channels, layer.kernelHeight, layer.kernelWidth, layer.inputChannelsPerGroup()});
    const double deviation = std::sqrt(2.0 / static_cast<double>(fanIn));
    float* values = weight.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < weight.numel(); ++i) values[i] = static_cast<float>(random.normal() * deviation);
    return layer.isLinear ? weight : weight.permute({0, 3, 1, 2});
}

at::Tensor rectified(const at::Tensor& value, const ReluAttributes& relu) {
    return std::isfinite(relu.maximum) ? at::clamp(value, 0, relu.maximum) : at::relu(value);
}

}  // namespace

TrainableNetwork::TrainableNetwork(const Network& network, std::vector<int> bits, Random& random, at::Device device)
    : m_network(network), m_bits(std::move(bits)) {
    const int widths = static_cast<int>(m_bits.size());
    for (const Layer& layer : m_network.layers()) {
        LayerTensors tensors;
        tensors.weight = parameter(heNormal(layer, random), device);
        if (layer.hasBias) tensors.bias = parameter(at::zeros({layer.output.channels}), device);
        tensors.weightScale = parameter(at::ones({layer.output.channels}), device);
        for (int b = 0; b < (layer.quantizable() ? widths : 1); ++b)
            tensors.actScale.push_back(parameter(at::ones({1}), device));
        m_layers.push_back(std::move(tensors));
    }
    for (int n = 0; n < static_cast<int>(m_network.nodes().size()); ++n) {
        const auto* norm = m_network.nodes()[at(n)].as<NormAttributes>();
        if (norm == nullptr) continue;
        const TransitionCount count = transitionCount(m_network, *norm, widths);
        NormTensors tensors{
            .from = count.from, .to = count.to, .gamma = {}, .beta = {}, .mean = {}, .var = {}, .visits = {}};
        const std::int64_t channels = m_network.shape(n).channels;
        for (int entry = 0; entry < count.from * count.to; ++entry) {
            tensors.gamma.push_back(parameter(at::ones({channels}), device));
            tensors.beta.push_back(parameter(at::zeros({channels}), device));
            tensors.visits.push_back(0);
            tensors.mean.push_back(at::zeros({channels}).to(device));
            tensors.var.push_back(at::ones({channels}).to(device));
        }
        m_norms.emplace(n, std::move(tensors));
    }
}

int TrainableNetwork::bitIndex(const Layer& layer, const ForwardMode& mode) const {
    if (!layer.quantizable() || mode.bits.bits.empty()) return 0;
    const int width = layerBits(layer, mode.bits);
    return static_cast<int>(std::find(m_bits.begin(), m_bits.end(), width) - m_bits.begin());
}

int TrainableNetwork::transitionIndex(const std::string& name, const ForwardMode& mode) const {
    const Layer* layer = m_network.findLayer(name);
    return layer == nullptr ? 0 : bitIndex(*layer, mode);
}

at::Tensor TrainableNetwork::convolve(int layerIndex, const at::Tensor& input, const ForwardMode& mode) {
    const Layer& layer = m_network.layers()[at(layerIndex)];
    const LayerTensors& tensors = m_layers[at(layerIndex)];
    at::Tensor weight = tensors.weight;
    if (mode.quantizeWeights) {
        const int top = layer.quantizable() ? m_bits.back() : layer.fixedBits;
        const int width = layer.quantizable() ? layerBits(layer, mode.bits) : layer.fixedBits;
        weight = fakeQuantizeWeight(weight, tensors.weightScale, top, width);
    }
    if (layer.isLinear) return at::linear(input.flatten(1), weight, tensors.bias);
    const auto& g = *m_network.nodes()[at(layer.node)].as<Conv2dAttributes>();
    const std::vector<std::int64_t> stride{g.strideHeight, g.strideWidth}, padding{g.paddingHeight, g.paddingWidth};
    const std::vector<std::int64_t> dilation{1, 1};
    return at::conv2d(input, weight, tensors.bias, stride, at::IntArrayRef(padding), dilation, g.groups);
}

at::Tensor TrainableNetwork::quantize(const QuantizeAttributes& node, const at::Tensor& input,
                                      const ForwardMode& mode) {
    if (m_fillScales) fillScales(node, input);
    if (!mode.quantizeActivations) return input;
    const Layer& layer = *m_network.findLayer(node.layer);
    const auto index = at(&layer - m_network.layers().data());
    const int width = layer.quantizable() ? layerBits(layer, mode.bits) : layer.fixedBits;
    return fakeQuantizeActivation(input, m_layers[index].actScale[at(bitIndex(layer, mode))],
                                  activationLowest(width, node.isSigned), activationHighest(width, node.isSigned));
}

at::Tensor TrainableNetwork::normalize(int node, const NormAttributes& norm, const at::Tensor& input,
                                       const ForwardMode& mode) {
    NormTensors& table = m_norms.at(node);
    const auto entry = at(std::int64_t{transitionIndex(norm.from, mode)} * table.to + transitionIndex(norm.to, mode));
    double momentum = mode.momentum;
    if (mode.training && momentum == ForwardMode::kCumulative)
        momentum = 1.0 / static_cast<double>(++table.visits[entry]);
    return at::batch_norm(input, table.gamma[entry], table.beta[entry], table.mean[entry], table.var[entry],
                          mode.training, momentum, norm.epsilon, false);
}

/// An unsigned quantizer clips at 0 itself: a relu without an end that nothing else reads is a pass over memory for
/// nothing.
bool TrainableNetwork::clipsAnyway(int relu, const ForwardMode& mode) const {
    const auto& attributes = *m_network.nodes()[at(relu)].as<ReluAttributes>();
    if (!mode.quantizeActivations || m_fillScales || std::isfinite(attributes.maximum)) return false;
    const auto& consumers = m_network.consumers(relu);  // none: it is the output
    return !consumers.empty() && std::ranges::all_of(consumers, [&](int consumer) {
        const auto* quantizer = m_network.nodes()[at(consumer)].as<QuantizeAttributes>();
        return quantizer != nullptr && !quantizer->isSigned;
    });
}

at::Tensor TrainableNetwork::forward(const at::Tensor& images, const ForwardMode& mode) {
    std::vector<at::Tensor> values(m_network.nodes().size());
    int layerIndex = 0;
    for (int n = 0; n < static_cast<int>(values.size()); ++n) {
        const Node& node = m_network.nodes()[at(n)];
        const auto& inputs = m_network.inputs(n);
        const auto input = [&](std::size_t i) -> const at::Tensor& { return values[at(inputs[i])]; };
        at::Tensor& value = values[at(n)];
        if (node.as<InputAttributes>()) value = images;
        else if (node.as<Conv2dAttributes>() || node.as<LinearAttributes>())
            value = convolve(layerIndex++, input(0), mode);
        else if (const auto* norm = node.as<NormAttributes>()) value = normalize(n, *norm, input(0), mode);
        else if (const auto* relu = node.as<ReluAttributes>())
            value = clipsAnyway(n, mode) ? input(0) : rectified(input(0), *relu);
        else if (node.as<AddAttributes>()) value = input(0) + input(1);
        else if (const auto* quantizeNode = node.as<QuantizeAttributes>())
            value = quantize(*quantizeNode, input(0), mode);
        else if (node.as<FlattenAttributes>()) value = input(0).permute({0, 2, 3, 1}).flatten(1);
        else if (const auto* maxPool = node.as<MaxPoolAttributes>())
            value = maxPool->global ? at::amax(input(0), {2, 3}, true)
                                    : at::max_pool2d(input(0), {maxPool->kernelHeight, maxPool->kernelWidth},
                                                     {maxPool->strideHeight, maxPool->strideWidth},
                                                     {maxPool->paddingHeight, maxPool->paddingWidth});
        else if (const auto* avgPool = node.as<AvgPoolAttributes>())
            value = avgPool->global ? input(0).mean({2, 3}, true)
                                    : at::avg_pool2d(input(0), {avgPool->kernelHeight, avgPool->kernelWidth},
                                                     {avgPool->strideHeight, avgPool->strideWidth},
                                                     {avgPool->paddingHeight, avgPool->paddingWidth});
    }
    return values.back().flatten(1);
}

void TrainableNetwork::fillScales(const QuantizeAttributes& node, const at::Tensor& input) {
    const Layer& layer = *m_network.findLayer(node.layer);
    LayerTensors& tensors = m_layers[at(&layer - m_network.layers().data())];
    for (std::size_t b = 0; b < tensors.actScale.size(); ++b) {
        const int width = layer.quantizable() ? m_bits[b] : layer.fixedBits;
        const double highest = activationHighest(width, node.isSigned);
        // Eight bits can cover the whole range; few bits start at LSQ's 2·mean|x|/√q_max.
        const double scale = width >= 8 ? input.abs().max().item<double>() / highest
                                        : 2 * input.abs().mean().item<double>() / std::sqrt(highest);
        tensors.actScale[b].fill_(std::max(static_cast<float>(scale), kSmallestScale));
    }
}

void TrainableNetwork::initializeScales(const at::Tensor& images) {
    const at::NoGradGuard guard;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        LayerTensors& tensors = m_layers[i];
        const Layer& layer = m_network.layers()[i];
        const int top = layer.quantizable() ? m_bits.back() : layer.fixedBits;
        const at::Tensor flat = tensors.weight.flatten(1);
        // Few bits: a step of 0.3 standard deviations, between what is best for 4 and for 2 bits of a normal
        // distribution (0.335 and 0.25); many bits: the whole range.
        const at::Tensor scale = top >= 8 ? flat.abs().amax(1) / (std::ldexp(1.0, top - 1) - 1)
                                          : flat.std(1) * (0.3 * std::ldexp(1.0, 4 - top));
        tensors.weightScale.copy_(scale.clamp_min(kSmallestScale));
    }
    m_fillScales = true;
    ForwardMode mode;
    mode.quantizeActivations = mode.quantizeWeights = mode.training = false;
    forward(images, mode);
    m_fillScales = false;
}

void TrainableNetwork::NormTensors::copyEntry(std::size_t source, std::size_t target) {
    if (source == target) return;
    for (auto* table : {&gamma, &beta, &mean, &var}) (*table)[target].copy_((*table)[source]);
}

void TrainableNetwork::spreadFirstNorms() {
    const at::NoGradGuard guard;
    for (auto& [node, table] : m_norms)
        for (std::size_t entry = 1; entry < table.mean.size(); ++entry) table.copyEntry(0, entry);
}

void TrainableNetwork::spreadDiagonalNorms() {
    const at::NoGradGuard guard;
    for (auto& [node, table] : m_norms) {
        if (table.from == 1 || table.to == 1) continue;  // every entry was a network-wide one
        for (int a = 0; a < table.from; ++a)
            for (int b = 0; b < table.to; ++b)
                table.copyEntry(at(std::int64_t{b} * table.to + b), at(std::int64_t{a} * table.to + b));
    }
}

void TrainableNetwork::resetRunningStatistics() {
    for (auto& [node, table] : m_norms)
        for (std::size_t e = 0; e < table.mean.size(); ++e) {
            table.mean[e].zero_();
            table.var[e].fill_(1.0);
            table.visits[e] = 0;
        }
}

std::vector<float> TrainableNetwork::activationScales() const {
    std::vector<float> all;
    for (const LayerTensors& tensors : m_layers)
        for (const at::Tensor& scale : tensors.actScale) all.push_back(scale.item<float>());
    return all;
}

void TrainableNetwork::boundScales(const std::vector<float>& activationScalesBefore) {
    const at::NoGradGuard guard;
    auto before = activationScalesBefore.begin();
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        LayerTensors& tensors = m_layers[i];
        // One clipped element pulls an 8-bit scale with 255 times its own gradient: unbounded, it would leap past 0.
        for (at::Tensor& scale : tensors.actScale) {
            const float last = *before++;
            scale.clamp_(std::max(last / kLargestScaleStep, kSmallestScale), last * kLargestScaleStep);
        }
        // The norm behind a layer makes the loss blind to a filter's size, so nothing else holds its scale back.
        const Layer& layer = m_network.layers()[i];
        const int top = layer.quantizable() ? m_bits.back() : layer.fixedBits;
        const at::Tensor widest = tensors.weight.detach().flatten(1).std(1).mul_(std::ldexp(1.0, 4 - top));
        const at::Tensor lowest = widest.mul(kNarrowestStep).clamp_min_(kSmallestScale);
        tensors.weightScale.copy_(
            at::minimum(at::maximum(tensors.weightScale, lowest), widest.clamp_min_(kSmallestScale)));
    }
}

}  // namespace bitdesk
