// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <ATen/core/Tensor.h>

namespace bitdesk {

/// Activations through their codes, differentiable: y = s · round(clip(x/s, lowest, highest)), with LSQ's gradients
/// (Esser et al. 2020): straight through inside the range for x; for s the rounding error inside, the bound outside,
/// times 1/√(n·highest), n the number of elements of one image. `scale`: one element.
at::Tensor fakeQuantizeActivation(const at::Tensor& x, const at::Tensor& scale, int lowest, int highest);

}  // namespace bitdesk
