// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/network/graph.h"

namespace bitdesk {

/// Output shape of a node, by the rules of PyTorch: ⌊(size + 2·padding − kernel)/stride⌋ + 1. Checks its attributes
/// against its inputs; throws Error (BadInput) naming network and node.
Shape inferShape(const std::string& network, const Node& node, std::span<const Shape> inputs);

/// Multiply-accumulates of a layer. Refuses what no machine of today runs (2^28 weights, 2^44 MACs), so that products
/// and sums over the layers, times their bits, stay below 2^63.
std::int64_t checkedMacs(const std::string& network, const Node& node, std::int64_t weights, const Shape& output);

}  // namespace bitdesk
