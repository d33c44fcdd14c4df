// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/weight_scales.h"

#include <optional>

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>

#include "core/base/to_index.h"
#include "core/posttrain/weight_rounding.h"
#include "core/quant/quantizer.h"

namespace bitdesk {

at::Tensor bestWeightScale(const at::Tensor& weight, int bits, const at::Tensor& importance) {
    constexpr double kScaleOfNothing = 1e-12;  // of a filter that is all zeros
    constexpr int kSteps = 100;
    const int highest = findWeightQuantizer("rounded").highest(bits, bits);
    const at::Tensor rows = weight.flatten(1);
    const at::Tensor counts = importance.defined() ? importance.expand_as(weight).flatten(1) : at::Tensor();
    const at::Tensor covering = at::amax(rows.abs(), {1}, true).div(highest).clamp_(kScaleOfNothing);
    at::Tensor best = covering, least = at::full_like(covering, 1e30);
    // With few bits the largest weight is worth less than the spacing of all others: far below what covers it.
    for (int i = kSteps; i > kSteps / 8; --i) {
        const at::Tensor scale = covering * (static_cast<double>(i) / kSteps);
        at::Tensor error = nearestCodes(rows, scale, bits).mul_(scale).sub_(rows).square_();
        if (counts.defined()) error = error * counts;
        error = error.sum(1, true);
        const at::Tensor better = error < least;
        best = at::where(better, scale, best);
        least = at::where(better, error, least);
    }
    return best.flatten().clamp_(kScaleOfNothing);
}

void setWeights(SimulatedNetwork& network, const std::vector<InputCovariance>& inputs, Rounding rounding) {
    for (std::size_t l = 0; l < network.layers.size(); ++l) {
        const int layer = static_cast<int>(l);
        const at::Tensor& weight = network.floatPass.tensors(layer).weight;
        const InputCovariance& input = inputs[l];
        const at::Tensor moments = input.matrix(network.normOf(layer) >= 0), rows = input.toRuns(weight);
        const at::Tensor diagonal = moments.diagonal(0, 1, 2).unsqueeze(1);
        // Dead channels still count a little.
        const at::Tensor counts = input.fromRuns((diagonal + diagonal.mean() * 1e-3 + 1e-12).expand_as(rows), weight);
        const auto byError = rounding == Rounding::ByError ? std::optional<ErrorRounding>(moments) : std::nullopt;
        for (SimulatedNetwork::Width& width : network.layers[l]) {
            width.weightScale = bestWeightScale(weight, width.bits, counts);
            const at::Tensor scale = input.filtersToRuns(width.weightScale);
            const at::Tensor codes =
                byError ? byError->codes(rows, scale, width.bits) : nearestCodes(rows, scale, width.bits);
            width.setCodes(input.fromRuns(codes, weight));
        }
    }
}

}  // namespace bitdesk
