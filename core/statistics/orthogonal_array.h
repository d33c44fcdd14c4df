// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace bitdesk {

/// Rows of levels 0 … levels − 1 in which every two columns show every pair of levels: equally often where `levels` is
/// a prime, else as nearly as folding the next prime's array allows. The linear construction of Rao (1947) and Bush
/// (1952): p^k rows for up to (p^k − 1)/(p − 1) columns, so 27 rows for 13 columns of 3 levels, 81 for 40, 243 for 121.
/// levels ≥ 1, columns ≥ 1.
std::vector<std::vector<int>> orthogonalArray(int levels, int columns);

}  // namespace bitdesk
