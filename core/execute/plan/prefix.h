// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/execute/plan/execution_plan.h"

namespace bitdesk {

/// What an executor keeps in a checkpoint, where and in which form is its own affair.
class PrefixState {
public:
    PrefixState() = default;
    PrefixState(const PrefixState&) = delete;
    PrefixState& operator=(const PrefixState&) = delete;
    virtual ~PrefixState() = default;
};

/// What a run leaves behind after a step: the values that later steps read, before they are quantized, since the bits
/// of a later layer also change the form in which its input is written. From it every plan goes on whose steps up to
/// `step` compute the same values (commonPrefix), on the executor that left it. Copies share one state.
struct PrefixCheckpoint {
    int step = -1;
    std::shared_ptr<const PrefixState> state;  ///< null where it is still to be filled
};

/// The last step up to which two plans of one model compute the same values, −1 where already the first differs. What
/// they write for later steps (codes at other bits) may differ.
int commonPrefix(const ExecutionPlan& a, const ExecutionPlan& b);

/// The steps up to `step` whose values later steps read, ascending.
std::vector<int> liveValues(const ExecutionPlan& plan, int step);

/// Elements of those values, for one image.
std::int64_t liveElements(const ExecutionPlan& plan, int step);

}  // namespace bitdesk
