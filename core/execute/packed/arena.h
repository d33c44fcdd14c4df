// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/execute/plan/execution_plan.h"

namespace bitdesk::packed {

/// Where the buffers of a plan lie in one piece of memory: buffers that never live at the same time share bytes.
struct ArenaLayout {
    std::vector<std::size_t> offsets;  ///< by buffer, multiples of 64
    std::size_t bytes = 0;             ///< in all, kernels' slack included
};

/// How the steps of a plan are run, as far as memory is concerned.
enum class StepOrder {
    OneByOne,     ///< each to its end
    PooledAtOnce  ///< but those that isPooledAtOnce: with the pool behind them, and the map between them needs no place
};

/// Whether step s + 1 is a pool that alone reads what convolution `s` gives.
bool isPooledAtOnce(const ExecutionPlan& plan, std::size_t s);

/// Lays out the buffers for `images` images at once: first fit, in the order in which they are written. A sum that is
/// the last to read its residual is written over it.
ArenaLayout layOut(const ExecutionPlan& plan, int images, StepOrder order);

}  // namespace bitdesk::packed
