// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/weight_rounding.h"

#include <algorithm>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cholesky_inverse.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_cholesky_ex.h>

#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

/// The upper Cholesky factor of the inverse, [R, K, K]: row i says how those behind take over an error of weight i.
/// Undefined where the moments have none.
at::Tensor inverseFactor(const at::Tensor& moments) {
    // Inputs that were seen too seldom, or always together, must not make the others take over wild amounts.
    constexpr double kDamping = 0.01, kNothing = 1e-12;
    at::Tensor damped = moments.to(at::kDouble).clone();
    at::Tensor diagonal = damped.diagonal(0, 1, 2);
    diagonal.add_(diagonal.mean(1, true).mul(kDamping).clamp_min(kNothing));
    const auto [lower, failed] = at::linalg_cholesky_ex(damped);
    if (failed.any().item<bool>()) return {};
    const auto [upper, failedToo] = at::linalg_cholesky_ex(at::cholesky_inverse(lower), true);
    if (failedToo.any().item<bool>()) return {};
    return upper.to(at::kFloat);
}

/// Some weights, from first on: their codes, and what the errors do to those behind.
void roundRun(at::Tensor rest, at::Tensor codes, at::Tensor errors, const at::Tensor& factor, const at::Tensor& scale,
              int bits) {
    const std::int64_t count = rest.size(2);
    for (std::int64_t i = 0; i < count; ++i) {
        const at::Tensor w = rest.narrow(2, i, 1), code = nearestCodes(w, scale, bits);
        codes.narrow(2, i, 1).copy_(code);
        const at::Tensor row = factor.narrow(1, i, 1);
        const at::Tensor error = (w - code * scale) / row.narrow(2, i, 1);
        errors.narrow(2, i, 1).copy_(error);
        if (const std::int64_t behind = count - i - 1; behind > 0)
            rest.narrow(2, i + 1, behind).sub_(error * row.narrow(2, i + 1, behind));
    }
}

}  // namespace

at::Tensor nearestCodes(const at::Tensor& weight, const at::Tensor& scale, int bits) {
    const WeightQuantizer& quantizer = findWeightQuantizer("rounded");
    return weight.div(scale).round_().clamp_(quantizer.lowest(bits, bits), quantizer.highest(bits, bits));
}

ErrorRounding::ErrorRounding(const at::Tensor& moments)
    // Where inputs are large there is least to choose: those weights first.
    : m_order(moments.diagonal(0, 1, 2).mean(0).argsort(-1, true)),
      m_factor(inverseFactor(moments.index_select(1, m_order).index_select(2, m_order))) {}

at::Tensor ErrorRounding::codes(const at::Tensor& weight, const at::Tensor& scale, int bits) const {
    if (!m_factor.defined()) return nearestCodes(weight, scale, bits);

    // Weights far behind take over the errors of many at once, by one matrix product.
    constexpr std::int64_t kAtOnce = 64;
    at::Tensor rest = weight.index_select(2, m_order).contiguous();
    const at::Tensor codes = at::empty_like(rest), errors = at::empty_like(rest);
    for (std::int64_t first = 0; first < weight.size(2); first += kAtOnce) {
        const std::int64_t count = std::min(kAtOnce, weight.size(2) - first), end = first + count;
        const at::Tensor rows = m_factor.narrow(1, first, count), made = errors.narrow(2, first, count);
        roundRun(rest.narrow(2, first, count), codes.narrow(2, first, count), made, rows.narrow(2, first, count), scale,
                 bits);
        if (const std::int64_t behind = weight.size(2) - end; behind > 0)
            rest.narrow(2, end, behind).sub_(made.bmm(rows.narrow(2, end, behind)));
    }
    return at::empty_like(codes).index_copy_(2, m_order, codes);
}

}  // namespace bitdesk
