// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <ATen/core/Tensor.h>

#include "core/execute/plan/execution_plan.h"

namespace bitdesk {

/// Floats hold every integer up to 2^24, doubles up to 2^53: the type in which Σ |code·weight| of a layer cannot round.
at::ScalarType exactType(std::int64_t largestAccumulator);

/// Σ code · weight as real numbers without any rounding, whatever algorithm a library would pick: on a GPU the products
/// go through a matrix product of gathered windows, since Winograd and FFT kernels round.
/// codes: [N, C, H, W] (channels last), weights: [O, C/groups, KH, KW], both of exactType.
at::Tensor exactConvolution(const at::Tensor& codes, const at::Tensor& weights, const Conv2dAttributes& geometry);

}  // namespace bitdesk
