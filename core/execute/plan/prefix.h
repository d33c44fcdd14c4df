// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/execute/plan/execution_plan.h"

namespace bitdesk {

/// The float32 value of one step, before it is quantized: [image][element].
struct PrefixValue {
    int producer = -1;  ///< step
    std::shared_ptr<float[]> data;
};

/// What a run leaves behind after a step: the values that later steps read, before they are quantized, since the bits
/// of a later layer also change the form in which its input is written. From it every plan goes on whose steps up to
/// `step` compute the same values (commonPrefix). Checkpoints of one run share the values that they have in common.
struct PrefixCheckpoint {
    int step = -1;
    int batch = 0;
    std::vector<PrefixValue> values;  ///< of liveValues(plan, step)

    const PrefixValue* find(int producer) const;
};

/// The last step up to which two plans of one model compute the same values, −1 where already the first differs. What
/// they write for later steps (codes at other bits) may differ.
int commonPrefix(const ExecutionPlan& a, const ExecutionPlan& b);

/// The steps up to `step` whose values later steps read, ascending.
std::vector<int> liveValues(const ExecutionPlan& plan, int step);

/// Floats of a checkpoint after `step`, for one image.
std::int64_t checkpointElements(const ExecutionPlan& plan, int step);

}  // namespace bitdesk
