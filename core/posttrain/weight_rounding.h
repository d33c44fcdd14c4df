// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

namespace bitdesk {

/// The nearest codes of the quantizer "rounded", whole floats. scale: as it broadcasts over the real weights.
at::Tensor nearestCodes(const at::Tensor& weight, const at::Tensor& scale, int bits);

/// Codes whose errors cancel in the sums: one weight after another is rounded, and those not yet rounded take over what
/// its error does to the sum, as far as their inputs go together (GPTQ, Frantar et al. 2023, after Optimal Brain
/// Surgeon).
class ErrorRounding {
public:
    /// moments: [R, K, K], E[x·xᵀ] of the inputs of K weights, or their covariance where means do not count. Where they
    /// say nothing, codes are the nearest.
    explicit ErrorRounding(const at::Tensor& moments);

    /// weight: [R, N, K], real; scale: [R, N, 1]. Codes are whole floats of the quantizer "rounded", [R, N, K].
    at::Tensor codes(const at::Tensor& weight, const at::Tensor& scale, int bits) const;

private:
    at::Tensor m_order;   // of the weights, [K]
    at::Tensor m_factor;  // [R, K, K], or undefined
};

}  // namespace bitdesk
