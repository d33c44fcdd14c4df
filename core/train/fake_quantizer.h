// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

#include <ATen/core/Tensor.h>

namespace bitdesk {

/// A quantizer of weights as training sees it: the twin of the WeightQuantizer (core/quant/quantizer.h) of that name,
/// whose codes the finished model keeps. Its codes nest.
struct FakeQuantizer {
    const char* name;
    /// Weights through their codes at `bits` of `topBits`, with gradients for both. weight: [N, …], scale: [N], > 0.
    at::Tensor (*quantize)(const at::Tensor& weight, const at::Tensor& scale, int topBits, int bits);
    /// [N]: the scales that training begins with, of filters [N, weights].
    at::Tensor (*firstScale)(const at::Tensor& filters, int topBits);
    /// [N]: scales after an optimizer's step, brought to where they may be. The norm behind a layer makes the loss
    /// blind to a filter's size, so nothing else holds them back.
    at::Tensor (*boundedScale)(const at::Tensor& filters, const at::Tensor& scale, int topBits);
};

/// Scales are never below.
inline constexpr float kSmallestScale = 1e-6F;

std::span<const FakeQuantizer> fakeQuantizers();
/// Throws Error (BadInput) that lists the known names.
const FakeQuantizer& findFakeQuantizer(std::string_view name);

// Each in the file of its name.
FakeQuantizer floorNestedFakeQuantizer();

/// Activations through their codes, differentiable: y = s · round(clip(x/s, lowest, highest)), with LSQ's gradients
/// (Esser et al. 2020): straight through inside the range for x; for s the rounding error inside, the bound outside,
/// times 1/√(n·highest), n the number of elements of one image. `scale`: one element.
at::Tensor fakeQuantizeActivation(const at::Tensor& x, const at::Tensor& scale, int lowest, int highest);

}  // namespace bitdesk
