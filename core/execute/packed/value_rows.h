// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/execute/plan/execution_plan.h"

namespace bitdesk::packed {

/// Whether a step's raw values are rows that writeRawRow() gives: products, concatenations, channel selections, layer
/// norms, upsampling.
bool hasRawRows(const Step& step);

/// The raw values of row `y` of one image, [W, C] of the step's output. `inputs` stand at the image's first value, one
/// for each of the step's inputs.
void writeRawRow(const Step& step, std::span<const float* const> inputs, int y, float* raw);

}  // namespace bitdesk::packed
