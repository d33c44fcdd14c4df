// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/execute/packed/kernels/kernel.h"

namespace bitdesk::packed {

/// Scratch memory and output codes that one call of a kernel aims at: a part of a core's second-level cache.
inline constexpr std::size_t kBandScratch = 192 * 1024;

/// Splits a layer over `images` images into calls of its kernel: rows of one image where a map is large, several images
/// where it is small, and at least `parts` bands where the shape allows it (rows first, then blocks of outputs).
std::vector<Band> splitIntoBands(const PackedConv& conv, int images, int parts);

/// The most scratch memory that any of the bands takes.
std::size_t scratchBytes(const PackedConv& conv, const std::vector<Band>& bands);

}  // namespace bitdesk::packed
