// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/execute/packed/kernels/conv_problem.h"
#include "core/model/meta_model.h"

namespace bitdesk::packed {

/// The convolution that a layer is for input codes of a bit-width; a linear layer is a 1×1 convolution of a 1×1 map.
ConvProblem layerProblem(const MetaModel& model, int layerIndex, int inputBits);

/// The largest magnitude of its sums that weights of these bits can give: depth · a_max · 2^bits.
std::int64_t largestSum(const ConvProblem& problem, int weightBits);

/// The bits of its activations.
int activationBits(const ConvProblem& problem);

/// Throws Error (BadInput) naming `layer` where an int32 sum could overflow for some input: Σ|odd code| · a_max ≥ 2³¹.
void checkDepth(const ConvProblem& problem, const std::vector<std::int8_t>& codes, const std::string& layer);

}  // namespace bitdesk::packed
