// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/bound_plan.h"

#include <algorithm>

#include "core/execute/packed/packed_layers.h"
#include "core/network/activations.h"

namespace bitdesk::packed {
namespace {

PoolProblem poolProblem(const Step& step, const PoolWindows& p) {
    return {.height = step.inputShape.height,
            .width = step.inputShape.width,
            .channels = step.inputShape.channels,
            .outHeight = step.outputShape.height,
            .outWidth = step.outputShape.width,
            .rows = p.rows.data(),
            .columns = p.columns.data(),
            .average = p.average};
}

/// Element-wise steps see a map as rows of whole blocks: few channels are repeated until they fill some.
bool isElementWise(const Step& step) {
    return step.as<InputAttributes>() != nullptr || step.as<Pointwise>() != nullptr;
}

void bindScale(BoundStep& bound) {
    const Epilogue& epilogue = bound.step->epilogue;
    const auto channels = static_cast<std::size_t>(bound.step->outputShape.channels);
    bound.channels = static_cast<int>(channels);
    if (isElementWise(*bound.step) && channels % kBlock != 0) bound.channels *= kBlock;
    bound.scaleData = epilogue.scale.empty() ? nullptr : epilogue.scale.data();
    bound.offsetData = epilogue.offset.empty() ? nullptr : epilogue.offset.data();
    // Blocks are read whole, and those of a group may begin anywhere.
    const bool aligned = channels % kBlock == 0 && (bound.conv == nullptr || bound.conv->problem.groups == 1);
    if (epilogue.scale.empty() || aligned) return;
    const bool repeats = isElementWise(*bound.step);
    const std::size_t padded = (static_cast<std::size_t>(bound.channels) + kBlock - 1) / kBlock * kBlock + kBlock;
    bound.scale.assign(padded, 0.0F);
    bound.offset.assign(padded, 0.0F);
    for (std::size_t c = 0; c < (repeats ? padded : channels); ++c) {
        bound.scale[c] = epilogue.scale[c % channels];
        bound.offset[c] = epilogue.offset[c % channels];
    }
    bound.scaleData = bound.scale.data();
    bound.offsetData = bound.offset.data();
}

/// What of the epilogue need not be computed. The fold is of layers that write one set of unsigned codes and nothing
/// else, as most do, and whose activation changes none of them.
void bindFold(BoundStep& bound, std::size_t s, FoldCache& folds) {
    bound.codeScale = bound.codeOffset = nullptr;
    const Epilogue& epilogue = bound.step->epilogue;
    bound.codesCut = isCutByCodes(epilogue.activation) &&
                     std::ranges::all_of(epilogue.codeOutputs, [](const CodeOutput& o) { return o.lowest == 0; });
    if (bound.conv == nullptr || epilogue.residual >= 0 || epilogue.floatOutput >= 0 ||
        epilogue.codeOutputs.size() != 1 || !bound.codesCut)
        return;
    const FoldedCodes& fold = folds.at(s, epilogue, largestSum(bound.conv->problem, bound.step->weightBits));
    bound.codeScale = fold.scaleData();
    bound.codeOffset = fold.offsetData();
}

}  // namespace

void bindPlan(const ExecutionPlan& plan, PackedLayers& layers, FoldCache& folds, std::vector<BoundStep>& bound) {
    bound.resize(plan.steps.size());
    for (std::size_t s = 0; s < plan.steps.size(); ++s) {
        const Step& step = plan.steps[s];
        bound[s].step = &step;
        bound[s].conv = step.layer >= 0 ? &layers.at(step) : nullptr;
        if (const auto* pool = step.as<PoolWindows>()) bound[s].pool = poolProblem(step, *pool);
        bindScale(bound[s]);
        bindFold(bound[s], s, folds);
    }
}

}  // namespace bitdesk::packed
