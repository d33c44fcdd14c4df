// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace bitdesk {

/// A mix as a trade-off sees it: any cost (lower is better), in one unit for all, and an accuracy (higher is better).
struct TradeOff {
    double cost = 0, accuracy = 0;
};

/// Indices of the points that no other one beats: none is at most as costly and at least as accurate and better in one
/// of them (Pareto optimality). By ascending cost; of equal points the first.
std::vector<std::size_t> paretoFront(std::span<const TradeOff> points);

}  // namespace bitdesk
