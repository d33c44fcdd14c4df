// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/rolling_map.h"

#include <cstring>

namespace bitdesk::packed {

RollingMap::RollingMap(AlignedBytes& memory, const PoolProblem& pool, int rows, int images)
    : m_rowFloats(static_cast<std::size_t>(pool.width) * static_cast<std::size_t>(pool.channels)),
      m_height(pool.height) {
    // A pool's window may begin in the band before, and a stride may skip the first rows of the next.
    const int most = images > 1 ? images * pool.height : rows + pool.kernelHeight + pool.strideHeight;
    const std::size_t bytes = static_cast<std::size_t>(most) * m_rowFloats * sizeof(float);
    if (memory.size() < bytes) memory.resize(bytes);
    m_rows = reinterpret_cast<float*>(memory.data());
}

float* RollingMap::origin(int image) const {
    // Of an address alone: a pointer must not leave its array.
    const std::size_t before =
        (static_cast<std::size_t>(image) * static_cast<std::size_t>(m_height) + static_cast<std::size_t>(m_first)) *
        m_rowFloats * sizeof(float);
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    return reinterpret_cast<float*>(reinterpret_cast<std::uintptr_t>(m_rows) - before);
}

void RollingMap::drop(int row, int end) {
    if (row <= m_first) return;
    if (row < end)
        std::memmove(m_rows, m_rows + static_cast<std::size_t>(row - m_first) * m_rowFloats,
                     static_cast<std::size_t>(end - row) * m_rowFloats * sizeof(float));
    m_first = row;
}

}  // namespace bitdesk::packed
