// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/graph_builder.h"

namespace bitdesk {
namespace {

constexpr int kEndBits = 8;

}  // namespace

std::string GraphBuilder::input(const Shape& shape) { return add("input", {}, InputAttributes{shape}); }

std::string GraphBuilder::convNorm(const std::string& name, const std::string& from, int channels,
                                   const LayerForm& form) {
    const std::string codes = quantize(name, from, form.signedInput);
    Conv2dAttributes conv;
    conv.outChannels = channels;
    conv.kernelHeight = conv.kernelWidth = form.kernel;
    conv.strideHeight = conv.strideWidth = form.stride;
    conv.paddingHeight = conv.paddingWidth = form.kernel / 2;
    conv.groups = form.groups;
    if (form.fixed) conv.fixedBits = kEndBits;
    add(name, {codes}, conv);
    return norm(name);
}

std::string GraphBuilder::linearNorm(const std::string& name, const std::string& from, int features,
                                     const LayerForm& form) {
    LinearAttributes linear;
    linear.outFeatures = features;
    if (form.fixed) linear.fixedBits = kEndBits;
    const std::string codes = quantize(name, from, form.signedInput);
    add(name, {codes}, linear);
    return norm(name);
}

std::string GraphBuilder::activation(const std::string& name, const std::string& from,
                                     const ActivationAttributes& form) {
    return add(name, {from}, form);
}

std::string GraphBuilder::sum(const std::string& name, const std::string& residual, const std::string& shortcut) {
    return add(name, {residual, shortcut}, AddAttributes{});
}

std::string GraphBuilder::maxPool(const std::string& name, const std::string& from, int kernel, int stride,
                                  int padding) {
    MaxPoolAttributes pool;
    pool.kernelHeight = pool.kernelWidth = kernel;
    pool.strideHeight = pool.strideWidth = stride;
    pool.paddingHeight = pool.paddingWidth = padding;
    return add(name, {from}, pool);
}

std::string GraphBuilder::flatten(const std::string& name, const std::string& from) {
    return add(name, {from}, FlattenAttributes{});
}

std::string GraphBuilder::stem(const Shape& shape, int channels, int kernel, int stride,
                               const ActivationAttributes& rectifier) {
    const LayerForm form{.kernel = kernel, .stride = stride, .fixed = true, .signedInput = true};
    return activation("stem.relu", convNorm("stem", input(shape), channels, form), rectifier);
}

void GraphBuilder::pooledClassifier(const std::string& from, int classes) {
    AvgPoolAttributes pool;
    pool.global = true;
    add("pool", {from}, pool);
    classifier(flatten("flatten", "pool"), classes);
}

void GraphBuilder::classifier(const std::string& from, int classes) {
    LinearAttributes linear;
    linear.outFeatures = classes;
    linear.fixedBits = kEndBits;
    linear.hasBias = true;
    const std::string codes = quantize("classifier", from, false);
    add("classifier", {codes}, linear);
}

std::string GraphBuilder::add(const std::string& name, std::vector<std::string> inputs, Attributes attributes) {
    m_nodes.push_back({name, std::move(inputs), std::move(attributes)});
    return name;
}

std::string GraphBuilder::quantize(const std::string& layer, const std::string& from, bool isSigned) {
    return add(layer + ".input", {from}, QuantizeAttributes{layer, isSigned});
}

std::string GraphBuilder::norm(const std::string& layer) {
    return add(layer + ".norm", {layer}, NormAttributes{transitionSource(m_nodes, layer), layer, 1e-5});
}

}  // namespace bitdesk
