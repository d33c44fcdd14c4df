// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/input_covariance.h"

#include <algorithm>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include "core/base/to_index.h"
#include "core/execute/torch/tensor_operations.h"

namespace bitdesk {
namespace {

/// Samples of a layer's inputs: enough for a matrix of a run's weights.
std::int64_t samplesFor(std::int64_t weights) {
    constexpr std::int64_t kEachWeight = 16, kLeast = 4096;
    return std::max(kEachWeight * weights, kLeast);
}

Conv2dAttributes windowOf(const Network& network, const Layer& layer) {
    const Node& node = network.nodes()[toIndex(layer.node)];
    const auto* conv = node.as<Conv2dAttributes>();
    return conv == nullptr ? node.as<LinearAttributes>()->convolution() : *conv;
}

/// The largest part of a filter's weights that divides them and is no longer than a run may be.
std::int64_t runLength(std::int64_t weights) {
    std::int64_t runs = (weights + InputCovariance::kLongestRun - 1) / InputCovariance::kLongestRun;
    while (weights % runs != 0) ++runs;
    return weights / runs;
}

}  // namespace

InputCovariance::InputCovariance(const Network& network, const Layer& layer, std::int64_t images)
    : m_layer(layer), m_window(windowOf(network, layer)) {
    const std::int64_t weights = layer.weightCount / layer.output.channels;
    m_length = runLength(weights);
    m_runs = weights / m_length;
    const std::int64_t all = std::int64_t{layer.output.height} * layer.output.width;
    m_positions = std::clamp<std::int64_t>(samplesFor(m_length) / std::max<std::int64_t>(images, 1), 1, all);
}

/// [groups · runs, K, samples].
at::Tensor InputCovariance::patches(const at::Tensor& input) {
    const at::Tensor map = m_layer.isLinear ? input.reshape({input.size(0), -1, 1, 1}) : input;
    const at::Tensor wide = padded(map, m_window, 0);
    const std::int64_t width = wide.size(3), all = std::int64_t{m_layer.output.height} * m_layer.output.width;
    std::vector<std::int64_t> places;  // by tap and position
    const std::vector<std::int64_t> drawn = permutation(all, m_random.next());
    for (int y = 0; y < m_window.kernelHeight; ++y)
        for (int x = 0; x < m_window.kernelWidth; ++x)
            for (std::int64_t p = 0; p < m_positions; ++p) {
                const std::int64_t position = drawn[toIndex(p)];
                const std::int64_t row =
                    position / m_layer.output.width * m_window.strideHeight + std::int64_t{y} * m_window.dilationHeight;
                const std::int64_t column =
                    position % m_layer.output.width * m_window.strideWidth + std::int64_t{x} * m_window.dilationWidth;
                places.push_back(row * width + column);
            }
    const std::int64_t taps = std::int64_t{m_window.kernelHeight} * m_window.kernelWidth;
    const at::Tensor flat = wide.flatten(2);
    return flat.gather(2, at::tensor(places).expand({flat.size(0), flat.size(1), -1}))
        .view({wide.size(0), wide.size(1), taps, m_positions})
        .permute({1, 2, 0, 3})
        .reshape({m_layer.groups * m_runs, m_length, wide.size(0) * m_positions});
}

void InputCovariance::add(const at::Tensor& input) {
    const at::Tensor x = patches(input);
    const at::Tensor products = x.bmm(x.transpose(1, 2)), sum = x.sum(2);
    m_products = m_count > 0 ? m_products.add_(products) : products;
    m_sum = m_count > 0 ? m_sum.add_(sum) : sum;
    m_count += x.size(2);
}

at::Tensor InputCovariance::matrix(bool centred) const {
    const at::Tensor second = m_products.div(m_count);
    if (!centred) return second;
    const at::Tensor mean = m_sum.div(m_count);
    return second - mean.unsqueeze(2) * mean.unsqueeze(1);
}

at::Tensor InputCovariance::toRuns(const at::Tensor& weight) const {
    return weight.reshape({m_layer.groups, -1, m_runs, m_length})
        .transpose(1, 2)
        .reshape({m_layer.groups * m_runs, -1, m_length});
}

at::Tensor InputCovariance::fromRuns(const at::Tensor& runs, const at::Tensor& like) const {
    return runs.view({m_layer.groups, m_runs, -1, m_length}).transpose(1, 2).reshape(like.sizes());
}

at::Tensor InputCovariance::filtersToRuns(const at::Tensor& filters) const {
    return filters.view({m_layer.groups, 1, -1, 1})
        .expand({-1, m_runs, -1, -1})
        .reshape({m_layer.groups * m_runs, -1, 1});
}

}  // namespace bitdesk
