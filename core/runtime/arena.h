// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/plan/execution_plan.h"

namespace bitdesk::runtime {

/// Where the buffers of a plan lie in one piece of memory: buffers that never live at the same time share bytes.
struct ArenaLayout {
    std::vector<std::size_t> offsets;  ///< by buffer, multiples of 64
    std::size_t bytes = 0;             ///< in all, kernels' slack included
};

/// Lays out the buffers for `images` images at once: first fit, in the order in which they are written.
ArenaLayout layOut(const std::vector<Buffer>& buffers, int images);

}  // namespace bitdesk::runtime
