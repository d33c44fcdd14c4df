// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exchange/tensor_file.h"

namespace bitdesk {

/// Puts weights together that a state dict holds in parts, as PyTorch does it in eval mode; the parts go. With T a
/// tensor of a module, mostly its weight:
///   T_orig, T_mask                                       pruned: T_orig · T_mask
///   T_g, T_v; parametrizations.T.original0, original1    weight norm: g · v/‖v‖, the norm over all extents but the one
///                                                        that g has (Salimans and Kingma 2016)
///   T_orig, T_u, T_v; parametrizations.T.original,       spectral norm: T_orig/σ, σ = uᵀ·W·v, W the weight as a matrix
///   parametrizations.T.0._u, ._v                         (Miyato et al. 2018)
/// What was done is noted. Throws Error (BadInput) naming the tensor: parts that do not fit, parts that are missing,
/// other parametrizations.
void resolveEffectiveWeights(TensorFile& file);

}  // namespace bitdesk
