// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/fake_quantizer.h"

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/base/error.h"

namespace bitdesk {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kGrain = 16384;

/// Round half to even for |x| < 2^22, in two additions that every vector unit has: std::nearbyint is a call without
/// SSE4.1.
inline float roundHalfEven(float x) {
    constexpr float kMagic = 12582912.0F;  // 1.5 · 2^23
    return (x + kMagic) - kMagic;
}

/// Calls body(begin, end) over 0 … size on LibTorch's pool and returns the sum of what it returns, added in a fixed
/// order so that a run can be repeated.
template <typename Body>
double parallelSum(std::int64_t size, const Body& body) {
    const std::int64_t blocks = (size + kGrain - 1) / kGrain;
    std::vector<double> partial(static_cast<std::size_t>(blocks), 0.0);
    at::parallel_for(0, blocks, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t b = first; b < last; ++b)
            partial[static_cast<std::size_t>(b)] = body(b * kGrain, std::min(size, (b + 1) * kGrain));
    });
    double sum = 0;
    for (const double p : partial) sum += p;
    return sum;
}

bool isPlain(const at::Tensor& t) {
    return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.is_non_overlapping_and_dense();
}

/// One pass instead of four on the CPU: training is bound by memory here.
at::Tensor roundTrip(const at::Tensor& x, float scale, float lowest, float highest) {
    const float inverse = 1.0F / scale;
    if (!isPlain(x)) return x.mul(inverse).clamp_(lowest, highest).round_().mul_(scale);
    at::Tensor y = at::empty_like(x);
    const float* in = x.const_data_ptr<float>();
    float* out = y.mutable_data_ptr<float>();
    at::parallel_for(0, x.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            out[i] = roundHalfEven(std::min(std::max(in[i] * inverse, lowest), highest)) * scale;
    });
    return y;
}

struct ActivationGradients {
    at::Tensor x;
    double scale = 0;
};

ActivationGradients activationGradients(const at::Tensor& x, const at::Tensor& grad, float scale, float lowest,
                                        float highest) {
    const float inverse = 1.0F / scale;
    if (!isPlain(x) || !isPlain(grad) || grad.strides() != x.strides()) {
        const at::Tensor ratio = x.mul(inverse);
        const at::Tensor inside = ratio.ge(lowest).logical_and_(ratio.le(highest));
        const at::Tensor clipped = ratio.clamp(lowest, highest);
        const at::Tensor slope = at::where(inside, clipped.round() - ratio, clipped);
        return {grad.mul(inside), (grad * slope).sum(at::kDouble).item<double>()};
    }
    ActivationGradients result{at::empty_like(x)};
    const float* in = x.const_data_ptr<float>();
    const float* g = grad.const_data_ptr<float>();
    float* out = result.x.mutable_data_ptr<float>();
    result.scale = parallelSum(x.numel(), [&](std::int64_t begin, std::int64_t end) {
        // Independent partial sums, so that the loop can be vectorized without reordering anything.
        constexpr std::int64_t kLanes = 16;
        float sums[kLanes] = {};
        const auto element = [&](std::int64_t i, float& sum) {
            const float ratio = in[i] * inverse;
            const float clipped = std::min(std::max(ratio, lowest), highest);
            const bool inside = clipped == ratio;
            sum += g[i] * (roundHalfEven(clipped) - (inside ? ratio : 0.0F));
            out[i] = inside ? g[i] : 0.0F;
        };
        std::int64_t i = begin;
        for (; i + kLanes <= end; i += kLanes)
            for (std::int64_t lane = 0; lane < kLanes; ++lane) element(i + lane, sums[lane]);
        for (; i < end; ++i) element(i, sums[0]);
        double sum = 0;
        for (const float part : sums) sum += static_cast<double>(part);
        return sum;
    });
    return result;
}

class ActivationFunction : public torch::autograd::Function<ActivationFunction> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& scale, double lowest,
                              double highest) {
        context->save_for_backward({x, scale});
        context->saved_data["lowest"] = lowest;
        context->saved_data["highest"] = highest;
        return roundTrip(x, scale.item<float>(), static_cast<float>(lowest), static_cast<float>(highest));
    }

    static variable_list backward(AutogradContext* context, variable_list grads) {
        const auto saved = context->get_saved_variables();
        const at::Tensor& x = saved[0];
        const auto lowest = static_cast<float>(context->saved_data["lowest"].toDouble());
        const auto highest = static_cast<float>(context->saved_data["highest"].toDouble());
        const auto result = activationGradients(x, grads[0], saved[1].item<float>(), lowest, highest);
        const double elements = static_cast<double>(x.numel()) / static_cast<double>(x.size(0));
        const double gain = 1.0 / std::sqrt(elements * highest);
        return {result.x, at::full_like(saved[1], result.scale * gain), {}, {}};
    }
};

}  // namespace

std::span<const FakeQuantizer> fakeQuantizers() {
    static const std::array kCatalogue{floorNestedFakeQuantizer()};
    return kCatalogue;
}

const FakeQuantizer& findFakeQuantizer(std::string_view name) {
    std::string known;
    for (const FakeQuantizer& quantizer : fakeQuantizers()) {
        if (name == quantizer.name) return quantizer;
        known += (known.empty() ? "" : ", ") + std::string(quantizer.name);
    }
    throw Error(ErrorKind::BadInput, "quantizer", "'" + std::string(name) + "' cannot be trained", "Known: " + known);
}

at::Tensor fakeQuantizeActivation(const at::Tensor& x, const at::Tensor& scale, int lowest, int highest) {
    return ActivationFunction::apply(x, scale, static_cast<double>(lowest), static_cast<double>(highest));
}

}  // namespace bitdesk
