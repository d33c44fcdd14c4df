// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <ATen/core/Tensor.h>

namespace bitdesk {

/// Activations through their codes, differentiable: y = s · round(clip(x/s, lowest, highest)), with LSQ's gradients
/// (Esser et al. 2020): straight through inside the range for x; for s the rounding error inside, the bound outside,
/// times 1/√(n·highest), n the number of elements of one image. `scale`: one element.
at::Tensor fakeQuantizeActivation(const at::Tensor& x, const at::Tensor& scale, int lowest, int highest);

/// Weights through the floor-nested codes at `bits` of `topBits`, differentiable. weight: [N, …], scale: [N], > 0.
///   ŵ = s·2^k·((clip(⌊w/s⌋, −m, m) >> k) + ½),  k = topBits − bits, m = 2^(topBits−1) − 1.
/// Straight through for w where ⌊w/s⌋ is not clipped; for s the gradient of ŵ with the code held (LSQ's form).
at::Tensor fakeQuantizeWeight(const at::Tensor& weight, const at::Tensor& scale, int topBits, int bits);

}  // namespace bitdesk
