// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>

#include <ATen/core/Tensor.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scalar_tensor.h>

#include "core/execute/plan/execution_plan.h"

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
    static at::Tensor scale(const at::Tensor& v, float number) { return v.mul(number); }
    static at::Tensor sum(const at::Tensor& v, const at::Tensor& w) { return v.add(w); }
    static at::Tensor invert(const at::Tensor& v) { return v.reciprocal(); }
    static at::Tensor exponential(const at::Tensor& v) {
        return v.requires_grad() ? v.exp() : exponentialSteps(v, TensorOperations());
    }
    static at::Tensor powerOfTwo(const at::Tensor& t) {
        constexpr int kMantissa = 23, kOne = 0x3F800000;  // of a float, and the bits of 1
        return t.view(at::kInt).bitwise_left_shift(kMantissa).add(kOne).view(at::kFloat);
    }
};

/// A map with a window's padding around it, filled with `value`.
at::Tensor padded(const at::Tensor& map, const WindowAttributes& window, double value);

/// A pool, window positions one after the other, in the order that the plan's contract fixes.
at::Tensor exactPool(const at::Tensor& input, const PoolWindows& pool);

/// A layer norm over channels, as the plan's contract fixes it.
at::Tensor exactLayerNorm(const at::Tensor& input, double epsilon);

/// Floats hold every integer up to 2^24, doubles up to 2^53: the type in which Σ |code·weight| of a layer cannot round.
at::ScalarType exactType(std::int64_t largestAccumulator);

/// Σ code · weight as real numbers without any rounding, whatever algorithm a library would pick: on a GPU the products
/// go through a matrix product of gathered windows, since Winograd and FFT kernels round.
/// codes: [N, C, H, W] (channels last), weights: [O, C/groups, KH, KW], both of exactType.
at::Tensor exactConvolution(const at::Tensor& codes, const at::Tensor& weights, const Conv2dAttributes& geometry);

}  // namespace bitdesk
