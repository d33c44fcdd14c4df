// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/posttrain/simulated_network.h"

namespace bitdesk {

/// [N]: for each filter the scale with the smallest Σ importance·(w − s·code)² at `bits`, found by search. weight: real
/// weights; importance: undefined, or what broadcasts over them, such as the second moment of what each weight
/// multiplies, which makes it the error of the filter's sum as far as inputs are uncorrelated.
at::Tensor bestWeightScale(const at::Tensor& weight, int bits, const at::Tensor& importance);

/// Scales and codes of all layers at all widths. inputVariances: for each layer that of each channel it reads, [C], by
/// which a weight's error counts: the norm behind takes back what the channels' means make of it.
void setWeightScales(SimulatedNetwork& network, const std::vector<at::Tensor>& inputVariances);

}  // namespace bitdesk
