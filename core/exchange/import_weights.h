// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/exchange/import_mapping.h"

namespace bitdesk {

/// Codes of one layer at one width, and their scales.
struct QuantizedWeights {
    std::vector<std::int8_t> codes;
    std::vector<float> scales;  ///< one per filter
};

/// The quantizer of this program that can hold what a rule makes; nullptr for Float, which any can.
const WeightQuantizer* quantizerFor(WeightRule rule);

/// Quantizes the weights of a layer, filter after filter, at `bits` by a rule. `scales` are those of the mapping, one
/// per filter (for Dorefa the multiplier m; ignored for Float).
QuantizedWeights quantizeWeights(std::span<const float> weights, std::size_t filters, WeightRule rule,
                                 const WeightQuantizer& quantizer, int bits, std::span<const float> scales);

}  // namespace bitdesk
