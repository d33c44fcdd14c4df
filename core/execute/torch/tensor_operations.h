// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>

#include <ATen/core/Tensor.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scalar_tensor.h>

namespace bitdesk {

/// activated() on a tensor, with gradients where they are wanted.
struct TensorOperations {
    static at::Tensor clip(at::Tensor v, float lowest, float highest) {
        if (v.requires_grad()) {
            // Without an end at::relu, whose gradient at 0 is 0.
            return lowest == 0 && std::isinf(highest) ? at::relu(v) : at::clamp(v, lowest, highest);
        }
        const bool isShared = v.use_count() > 1 || v.storage().use_count() > 1;
        return isShared ? v.clamp(lowest, highest) : v.clamp_(lowest, highest);
    }
    static at::Tensor add(const at::Tensor& v, float number) { return v.add(number); }
    /// By a tensor: GPUs multiply with the inverse of a plain number.
    static at::Tensor divide(const at::Tensor& v, float number) {
        return v.div(at::scalar_tensor(number, v.options().requires_grad(false)));
    }
    static at::Tensor multiply(const at::Tensor& v, const at::Tensor& w) { return v.mul(w); }
};

}  // namespace bitdesk
