// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/results/layer_table.h"

namespace bitdesk {

/// Every layer and pair of neighbouring widths where time falls by less than 3 % as BitOPs fall, with the measured
/// cause, looked for in this order:
///   noise: the intervals would allow a fall of 3 %;  fallback: both widths run the same width's arithmetic;
///   memory-bound, epilogue-bound: its bytes, or its outputs, take at least half its time at the roofline's rate;
///   kernel: none of these; the narrower width's kernel does not reach a higher rate in this layer.
std::vector<LayerFinding> findSlowLayers(const LayerTable& table);

}  // namespace bitdesk
