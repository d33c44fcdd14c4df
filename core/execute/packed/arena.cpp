// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/arena.h"

#include <algorithm>
#include <numeric>

#include "core/base/to_index.h"
#include "core/execute/packed/kernels/kernel.h"

namespace bitdesk::packed {
namespace {

/// A buffer and what becomes of it.
struct Wanted {
    std::size_t bytes = 0;
    int firstStep = 0, lastStep = 0;
    int over = -1;  // the buffer that it is written over
    bool nowhere = false;

    bool livesWith(const Wanted& other) const { return other.lastStep >= firstStep && other.firstStep <= lastStep; }
};

Wanted wantedOf(const Buffer& buffer, int images) {
    const std::size_t element = buffer.type == ElementType::F32 ? sizeof(float) : 1;
    return {.bytes = (toIndex(buffer.shape.elements()) * toIndex(images) * element + kSlack + 63) / 64 * 64,
            .firstStep = buffer.firstStep,
            .lastStep = buffer.lastStep};
}

/// What steps s and s + 1 need, run as one.
void joinWithPool(const Step& conv, int s, std::vector<Wanted>& wanted) {
    wanted[toIndex(conv.epilogue.floatOutput)].nowhere = true;
    // Read until the pool has written its last.
    for (const int read : {conv.inputs.front(), conv.epilogue.residual})
        if (read >= 0) wanted[toIndex(read)].lastStep = std::max(wanted[toIndex(read)].lastStep, s + 1);
}

/// Groups write beyond their own channels, what others of them have still to read.
bool mayWriteOverResidual(const Step& step) {
    const Epilogue& epilogue = step.epilogue;
    const auto* conv = step.as<Conv2dAttributes>();
    return epilogue.residual >= 0 && epilogue.floatOutput >= 0 &&
           std::ranges::find(step.inputs, epilogue.residual) == step.inputs.end() &&
           (conv == nullptr || conv->groups == 1);
}

std::vector<Wanted> wantedBy(const ExecutionPlan& plan, int images, StepOrder order) {
    std::vector<Wanted> wanted;
    for (const Buffer& buffer : plan.buffers) wanted.push_back(wantedOf(buffer, images));
    for (std::size_t s = 0; s < plan.steps.size(); ++s) {
        const Epilogue& epilogue = plan.steps[s].epilogue;
        if (order == StepOrder::PooledAtOnce && isPooledAtOnce(plan, s)) {
            joinWithPool(plan.steps[s], static_cast<int>(s), wanted);
        } else if (mayWriteOverResidual(plan.steps[s])) {
            const Wanted& residual = wanted[toIndex(epilogue.residual)];
            Wanted& sum = wanted[toIndex(epilogue.floatOutput)];
            if (residual.lastStep == static_cast<int>(s) && residual.bytes == sum.bytes) sum.over = epilogue.residual;
        }
    }
    return wanted;
}

}  // namespace

bool isPooledAtOnce(const ExecutionPlan& plan, std::size_t s) {
    if (s + 1 >= plan.steps.size()) return false;
    const Step& conv = plan.steps[s];
    const Step& pool = plan.steps[s + 1];
    const auto* windows = pool.as<PoolWindows>();
    if (conv.as<Conv2dAttributes>() == nullptr || windows == nullptr || windows->rows.size() == 1) return false;
    // One that adds its own input reads the map a second time, as a residual.
    const int map = pool.inputs.front();
    return map >= 0 && pool.epilogue.residual != map && map == conv.epilogue.floatOutput &&
           plan.buffers[toIndex(map)].lastStep == static_cast<int>(s) + 1;
}

ArenaLayout layOut(const ExecutionPlan& plan, int images, StepOrder order) {
    const auto wanted = wantedBy(plan, images, order);
    std::vector<std::size_t> byTime(wanted.size());
    std::iota(byTime.begin(), byTime.end(), std::size_t{0});
    std::ranges::stable_sort(byTime, {}, [&](std::size_t b) { return wanted[b].firstStep; });
    ArenaLayout layout;
    layout.offsets.assign(wanted.size(), 0);
    std::vector<std::size_t> placed;  // by place
    const auto place = [&](std::size_t b) { return layout.offsets[b]; };
    for (const std::size_t b : byTime) {
        const Wanted& mine = wanted[b];
        if (mine.nowhere) continue;
        std::size_t start = 0;
        if (mine.over >= 0) {
            start = layout.offsets[toIndex(mine.over)];
        } else {
            for (const std::size_t other : placed)
                if (mine.livesWith(wanted[other]) && place(other) < start + mine.bytes)
                    start = std::max(start, place(other) + wanted[other].bytes);
        }
        layout.offsets[b] = start;
        layout.bytes = std::max(layout.bytes, start + mine.bytes);
        placed.insert(std::ranges::upper_bound(placed, start, {}, place), b);
    }
    return layout;
}

}  // namespace bitdesk::packed
