// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include <ATen/core/Tensor.h>

#include "core/network/network.h"

namespace bitdesk {

/// The value of a node that has no parameters of its own (not: input, conv2d, linear, norm, quantize) in real numbers,
/// as LibTorch computes it; autograd follows. Values are [N, C, H, W], flat ones too.
at::Tensor floatOperation(const Node& node, std::span<const at::Tensor> inputs);

/// A linear layer's sum, [N, features, 1, 1]. weight: [features, C]; bias: [features] or undefined.
at::Tensor floatLinear(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias);

/// A convolution's sum in real numbers. weight: [N, C/groups, KH, KW]; bias: [N] or undefined.
at::Tensor floatConvolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const Conv2dAttributes& geometry);

}  // namespace bitdesk
