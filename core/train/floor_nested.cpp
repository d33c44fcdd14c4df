// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <cmath>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/train/fake_quantizer.h"

namespace bitdesk {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kNarrowestStep = 0.1;  // of a filter's standard deviation at 4 bits; the widest is 1

///   ŵ = s·2^k·((clip(⌊w/s⌋, −m, m) >> k) + ½),  k = topBits − bits, m = 2^(topBits−1) − 1.
/// Straight through for w where ⌊w/s⌋ is not clipped; for s the gradient of ŵ with the code held (LSQ's form).
class WeightFunction : public torch::autograd::Function<WeightFunction> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& weight, const at::Tensor& scale,
                              std::int64_t topBits, std::int64_t bits) {
        const double highest = std::ldexp(1.0, static_cast<int>(topBits) - 1) - 1;
        const double step = std::ldexp(1.0, static_cast<int>(topBits - bits));
        std::vector<std::int64_t> broadcast(static_cast<std::size_t>(weight.dim()), 1);
        broadcast[0] = -1;
        const at::Tensor s = scale.view(broadcast);
        const at::Tensor floored = weight.div(s).floor_();
        const at::Tensor clipped = floored.clamp(-highest, highest);
        // An arithmetic shift of an integer is the floor of its quotient.
        const at::Tensor unit = clipped.div(step).floor_().add_(0.5).mul_(step);
        const at::Tensor value = unit.mul(s);
        const at::Tensor inside = floored.eq(clipped);
        context->save_for_backward({weight, s, unit, inside});
        context->saved_data["gain"] =
            1.0 / std::sqrt(static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0)) * highest);
        return value;
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto saved = context->get_saved_variables();
        const at::Tensor slope = saved[2] - saved[0].div(saved[1]).mul_(saved[3]);
        const at::Tensor perFilter = (grads[0] * slope).flatten(1).sum(1);
        return {grads[0].mul(saved[3]), perFilter.mul(context->saved_data["gain"].toDouble()), {}, {}};
    }
};

at::Tensor quantize(const at::Tensor& weight, const at::Tensor& scale, int topBits, int bits) {
    return WeightFunction::apply(weight, scale, static_cast<std::int64_t>(topBits), static_cast<std::int64_t>(bits));
}

/// Few bits: a step of 0.3 standard deviations, between what is best for 4 and for 2 bits of a normal distribution
/// (0.335 and 0.25); many bits: the whole range.
at::Tensor firstScale(const at::Tensor& filters, int topBits) {
    const at::Tensor scale = topBits >= 8 ? filters.abs().amax(1) / (std::ldexp(1.0, topBits - 1) - 1)
                                          : filters.std(1) * (0.3 * std::ldexp(1.0, 4 - topBits));
    return scale.clamp_min(kSmallestScale);
}

at::Tensor boundedScale(const at::Tensor& filters, const at::Tensor& scale, int topBits) {
    const at::Tensor widest = filters.std(1).mul_(std::ldexp(1.0, 4 - topBits));
    const at::Tensor lowest = widest.mul(kNarrowestStep).clamp_min_(kSmallestScale);
    return at::minimum(at::maximum(scale, lowest), widest.clamp_min_(kSmallestScale));
}

}  // namespace

FakeQuantizer floorNestedFakeQuantizer() {
    return {.name = "floor-nested", .quantize = quantize, .firstScale = firstScale, .boundedScale = boundedScale};
}

}  // namespace bitdesk
