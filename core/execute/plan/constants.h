// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

#include "core/execute/plan/execution_plan.h"

namespace bitdesk {

/// What a code of the layer's input is worth.
float actScale(const MetaModel& model, int layerIndex, const BitConfiguration& bits);
/// Where a norm's tables have this side of a transition: 0 for a fixed layer or an empty name.
int transitionIndex(const MetaModel& model, const std::string& layerName, const BitConfiguration& bits);

/// Scale and offset of a step: of its pixels or layer, then of its norm. Empty where it has neither.
void storeConstants(const MetaModel& model, const BitConfiguration& bits, Step& step);

/// Bit for bit: 0 and −0 give different values, and a NaN the same.
bool sameConstants(const std::vector<float>& a, const std::vector<float>& b);

/// Scale and range of the codes that `layer` reads, as an epilogue with this activation writes them.
CodeOutput codeOutput(const MetaModel& model, int layerIndex, const BitConfiguration& bits,
                      const Activation& activation);

}  // namespace bitdesk
