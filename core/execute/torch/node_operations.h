// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/network/network.h"

namespace bitdesk {

/// The value of a node that has no parameters of its own (not: input, conv2d, linear, norm, quantize) in real numbers,
/// as LibTorch computes it; autograd follows. Values are [N, C, H, W], flat ones too.
at::Tensor floatOperation(const Node& node, std::span<const at::Tensor> inputs);

/// A layer's weights, as a model has them ([N, KH, KW, C/groups] or [N, C]), in LibTorch's order: [N, C/groups, KH, KW]
/// or [N, C].
at::Tensor weightTensor(const std::vector<float>& weights, const Layer& layer);

/// The sum of a layer of `network` in real numbers, [N, C, H, W]. weight: as weightTensor() has it; bias: [N] or
/// undefined.
at::Tensor floatSum(const Network& network, const Layer& layer, const at::Tensor& input, const at::Tensor& weight,
                    const at::Tensor& bias);

}  // namespace bitdesk
