// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/aligned_bytes.h"
#include "core/execute/packed/kernels/value_kernels.h"

namespace bitdesk::packed {

/// A map on its way from a convolution to the pool behind it: only the rows that are in work have memory, which is used
/// again and again and so stays in the cache.
class RollingMap {
public:
    /// For bands of `rows` rows of one image, or of all rows of `images` images. `memory` grows as needed.
    RollingMap(AlignedBytes& memory, const PoolProblem& pool, int rows, int images);

    /// Where value [0][0][0] of a batch would stand whose image `image` begins at row 0; only rows in work are there.
    float* origin(int image) const;
    /// Forgets rows before `row` of the image; those up to `end` are kept.
    void drop(int row, int end);
    /// Forgets everything: another image begins.
    void restart() { m_first = 0; }

private:
    float* m_rows;
    std::size_t m_rowFloats;
    int m_height;
    int m_first = 0;  // row of the image that stands first
};

}  // namespace bitdesk::packed
