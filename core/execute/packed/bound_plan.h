// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/execute/packed/folded_codes.h"
#include "core/execute/packed/packed_layers.h"
#include "core/execute/plan/execution_plan.h"

namespace bitdesk::packed {

/// A step with everything decided: its packed weights, and its epilogue but for the addresses of buffers.
struct BoundStep {
    const Step* step = nullptr;
    const PackedConv* conv = nullptr;  ///< of Conv2d and Linear
    PoolProblem pool;                  ///< of pools
    bool codesCut = false;             ///< its codes are the same without its activation
    int channels = 1;                  ///< that the epilogue counts in; more than the step's where few are repeated
    std::vector<float> scale, offset;  ///< padded or repeated copies; empty where the plan's own do
    const float* scaleData = nullptr;
    const float* offsetData = nullptr;
    const float* codeScale = nullptr;  ///< folded, where the step writes codes alone and the fold was proven
    const float* codeOffset = nullptr;

    int input() const { return step->inputs.front(); }
    std::int64_t elements() const { return step->outputShape.elements(); }
};

/// Binds a plan's steps to packed layers. `bound` is reused from plan to plan; it points into `plan` and `folds`.
void bindPlan(const ExecutionPlan& plan, PackedLayers& layers, FoldCache& folds, std::vector<BoundStep>& bound);

}  // namespace bitdesk::packed
