// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

#include "core/execute/plan/execution_plan.h"

namespace bitdesk {

/// y = x·scale + offset per channel, in double: folded step by step and rounded once, when it enters the plan.
struct Affine {
    std::vector<double> scale, offset;
};

/// What a code of the layer's input is worth.
float actScale(const MetaModel& model, int layerIndex, const BitConfiguration& bits);
/// Where a norm's tables have this side of a transition: 0 for a fixed layer or an empty name.
int transitionIndex(const MetaModel& model, const std::string& layerName, const BitConfiguration& bits);

/// Pixels 0…255 to normalized values.
Affine imageAffine(const MetaModel& model);
/// Integer accumulator to real value: s_a·s_w·2^(top−b)/2, and the bias.
Affine layerAffine(const MetaModel& model, int layerIndex, const BitConfiguration& bits);
/// The norm's table for this configuration's transition.
Affine normAffine(const MetaModel& model, int node, const BitConfiguration& bits);
/// x ↦ second(first(x)).
Affine compose(const Affine& first, const Affine& second);
/// Scale and offset of a step: of its pixels or layer, then of its norm. Empty where it has neither.
void storeConstants(const MetaModel& model, const BitConfiguration& bits, Step& step);

/// Bit for bit: 0 and −0 give different values, and a NaN the same.
bool sameConstants(const std::vector<float>& a, const std::vector<float>& b);

/// Scale and range of the codes that `layer` reads, as an epilogue with this activation writes them.
CodeOutput codeOutput(const MetaModel& model, int layerIndex, const BitConfiguration& bits,
                      const Activation& activation);

}  // namespace bitdesk
