// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Kernels of every instruction set include this: it includes nothing and makes no symbol of its own.

namespace bitdesk {

/// Where a pool's window lies along one side of a map: positions [begin, end) inside the map, and how many an average
/// counts.
struct PoolSpan {
    int begin = 0, end = 1, counted = 1;
    bool operator==(const PoolSpan&) const = default;
};

}  // namespace bitdesk
