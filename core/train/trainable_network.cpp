// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/trainable_network.h"

#include <algorithm>
#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>

#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/execute/torch/node_operations.h"
#include "core/execute/torch/tensor_operations.h"
#include "core/network/activations.h"
#include "core/network/cost.h"
#include "core/quant/quantizer.h"
#include "core/train/fake_quantizer.h"

namespace bitdesk {
namespace {
constexpr float kLargestScaleStep = 1.1F;  // factor by which one optimizer step may move an activation scale

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

}  // namespace

TrainableNetwork::TrainableNetwork(const Network& network, std::vector<int> bits, Random& random, at::Device device,
                                   const FakeQuantizer& quantizer)
    : m_network(network), m_bits(std::move(bits)), m_quantizer(quantizer) {
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
        const auto* norm = m_network.nodes()[toIndex(n)].as<NormAttributes>();
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
    const int width = weightBits(layer, mode.bits);
    return static_cast<int>(std::find(m_bits.begin(), m_bits.end(), width) - m_bits.begin());
}

int TrainableNetwork::topBits(const Layer& layer) const {
    return layer.quantizable() ? m_bits.back() : layer.fixedBits;
}

int TrainableNetwork::transitionIndex(const std::string& name, const ForwardMode& mode) const {
    const Layer* layer = m_network.findLayer(name);
    return layer == nullptr ? 0 : bitIndex(*layer, mode);
}

at::Tensor TrainableNetwork::convolve(int layerIndex, const at::Tensor& input, const ForwardMode& mode) {
    const Layer& layer = m_network.layers()[toIndex(layerIndex)];
    const LayerTensors& tensors = m_layers[toIndex(layerIndex)];
    at::Tensor weight = tensors.weight;
    if (mode.quantizeWeights) {
        weight = m_quantizer.quantize(weight, tensors.weightScale, topBits(layer), weightBits(layer, mode.bits));
    }
    return floatSum(m_network, layer, input, weight, tensors.bias);
}

at::Tensor TrainableNetwork::quantize(const QuantizeAttributes& node, const at::Tensor& input,
                                      const ForwardMode& mode) {
    if (m_fillScales) fillScales(node, input);
    if (!mode.quantizeActivations) return input;
    const Layer& layer = *m_network.findLayer(node.layer);
    const auto index = toIndex(&layer - m_network.layers().data());
    const int width = inputBits(layer, mode.bits);
    return fakeQuantizeActivation(input, m_layers[index].actScale[toIndex(bitIndex(layer, mode))],
                                  activationLowest(width, node.isSigned), activationHighest(width, node.isSigned));
}

at::Tensor TrainableNetwork::normalize(int node, const NormAttributes& norm, const at::Tensor& input,
                                       const ForwardMode& mode) {
    NormTensors& table = m_norms.at(node);
    const auto entry =
        toIndex(std::int64_t{transitionIndex(norm.from, mode)} * table.to + transitionIndex(norm.to, mode));
    double momentum = mode.momentum;
    if (mode.training && momentum == ForwardMode::kCumulative)
        momentum = 1.0 / static_cast<double>(++table.visits[entry]);
    return at::batch_norm(input, table.gamma[entry], table.beta[entry], table.mean[entry], table.var[entry],
                          mode.training, momentum, norm.epsilon, false);
}

at::Tensor TrainableNetwork::activate(int node, const at::Tensor& input, const ForwardMode& mode) const {
    const Activation activation = m_network.nodes()[toIndex(node)].as<ActivationAttributes>()->inFloat();
    return clipsAnyway(node, activation, mode) ? input : activated(activation, input, TensorOperations());
}

/// An unsigned quantizer clips at 0 itself: a function without an end that nothing else reads is a pass over memory for
/// nothing.
bool TrainableNetwork::clipsAnyway(int node, const Activation& activation, const ForwardMode& mode) const {
    if (!mode.quantizeActivations || m_fillScales || !isCutByCodes(activation) || std::isfinite(largestOf(activation)))
        return false;
    const auto& consumers = m_network.consumers(node);  // none: it is the output
    return !consumers.empty() && std::ranges::all_of(consumers, [&](int consumer) {
        const auto* quantizer = m_network.nodes()[toIndex(consumer)].as<QuantizeAttributes>();
        return quantizer != nullptr && !quantizer->isSigned;
    });
}

at::Tensor TrainableNetwork::forward(const at::Tensor& images, const ForwardMode& mode) {
    std::vector<at::Tensor> values(m_network.nodes().size());
    int layerIndex = 0;
    for (int n = 0; n < static_cast<int>(values.size()); ++n) {
        const auto& inputs = m_network.inputs(n);
        std::vector<at::Tensor> given;
        for (const int from : inputs) given.push_back(values[toIndex(from)]);
        values[toIndex(n)] =
            std::visit(Overloads{[&](const InputAttributes&) { return images; },
                                 [&](const OneOf<Conv2dAttributes, LinearAttributes> auto&) {
                                     return convolve(layerIndex++, given.front(), mode);
                                 },
                                 [&](const NormAttributes& norm) { return normalize(n, norm, given.front(), mode); },
                                 [&](const ActivationAttributes&) { return activate(n, given.front(), mode); },
                                 [&](const QuantizeAttributes& node) { return quantize(node, given.front(), mode); },
                                 [&](const auto&) { return floatOperation(m_network.nodes()[toIndex(n)], given); }},
                       m_network.nodes()[toIndex(n)].attributes);
    }
    return values.back().flatten(1);
}

void TrainableNetwork::fillScales(const QuantizeAttributes& node, const at::Tensor& input) {
    const Layer& layer = *m_network.findLayer(node.layer);
    LayerTensors& tensors = m_layers[toIndex(&layer - m_network.layers().data())];
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
        tensors.weightScale.copy_(m_quantizer.firstScale(tensors.weight.flatten(1), topBits(m_network.layers()[i])));
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
                table.copyEntry(toIndex(std::int64_t{b} * table.to + b), toIndex(std::int64_t{a} * table.to + b));
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
        tensors.weightScale.copy_(m_quantizer.boundedScale(tensors.weight.detach().flatten(1), tensors.weightScale,
                                                           topBits(m_network.layers()[i])));
    }
}

}  // namespace bitdesk
