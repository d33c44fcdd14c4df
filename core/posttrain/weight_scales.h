// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/posttrain/input_covariance.h"
#include "core/posttrain/simulated_network.h"

namespace bitdesk {

/// [N]: for each filter the scale with the smallest Σ importance·(w − s·code)² at `bits`, found by search. weight: real
/// weights; importance: undefined, or what broadcasts over them, such as the second moment of what each weight
/// multiplies, which makes it the error of the filter's sum as far as inputs are uncorrelated.
at::Tensor bestWeightScale(const at::Tensor& weight, int bits, const at::Tensor& importance);

enum class Rounding {
    Nearest,  ///< each weight for itself
    ByError   ///< so that errors cancel in the sums (weight_rounding.h)
};

/// Scales and codes of all layers at all widths. inputs: what each layer reads, by which a weight's error counts. What
/// the means make of it does not where a norm follows, which takes it back.
void setWeights(SimulatedNetwork& network, const std::vector<InputCovariance>& inputs, Rounding rounding);

}  // namespace bitdesk
