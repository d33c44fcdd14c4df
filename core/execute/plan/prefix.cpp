// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/plan/prefix.h"

#include <algorithm>

#include "core/base/to_index.h"
#include "core/execute/plan/constants.h"

namespace bitdesk {
namespace {

/// Codes that a step reads, as the two plans write them.
bool sameCodes(const ExecutionPlan& a, const ExecutionPlan& b, const Step& reader) {
    for (std::size_t s = 0; s < a.steps.size(); ++s) {
        const auto& mine = a.steps[s].epilogue.codeOutputs;
        const auto& other = b.steps[s].epilogue.codeOutputs;
        for (std::size_t i = 0; i < mine.size(); ++i)
            if (std::ranges::find(reader.inputs, mine[i].buffer) != reader.inputs.end() &&
                (mine[i].inverseScale != other[i].inverseScale || mine[i].lowest != other[i].lowest ||
                 mine[i].highest != other[i].highest))
                return false;
    }
    return true;
}

bool sameStep(const ExecutionPlan& a, const ExecutionPlan& b, std::size_t s) {
    const Step& mine = a.steps[s];
    const Step& other = b.steps[s];
    return mine.weightBits == other.weightBits && mine.inputBits == other.inputBits &&
           sameConstants(mine.epilogue.scale, other.epilogue.scale) &&
           sameConstants(mine.epilogue.offset, other.epilogue.offset) && sameCodes(a, b, mine);
}

bool isReadAfter(const ExecutionPlan& plan, int buffer, int step) {
    return buffer >= 0 && plan.buffers[toIndex(buffer)].lastStep > step;
}

}  // namespace

int commonPrefix(const ExecutionPlan& a, const ExecutionPlan& b) {
    int same = 0;
    while (same < static_cast<int>(a.steps.size()) && sameStep(a, b, toIndex(same))) ++same;
    return same - 1;
}

std::vector<int> liveValues(const ExecutionPlan& plan, int step) {
    std::vector<int> live;
    for (int s = 0; s <= step; ++s) {
        const Epilogue& epilogue = plan.steps[toIndex(s)].epilogue;
        const bool read = isReadAfter(plan, epilogue.floatOutput, step) ||
                          std::ranges::any_of(epilogue.codeOutputs, [&](const CodeOutput& output) {
                              return isReadAfter(plan, output.buffer, step);
                          });
        if (read) live.push_back(s);
    }
    return live;
}

std::int64_t liveElements(const ExecutionPlan& plan, int step) {
    std::int64_t elements = 0;
    for (const int s : liveValues(plan, step)) elements += plan.steps[toIndex(s)].outputShape.elements();
    return elements;
}

}  // namespace bitdesk
