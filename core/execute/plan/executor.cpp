// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/plan/executor.h"

#include <set>

#include "core/base/error.h"

namespace bitdesk {

void checkSpans(const MetaModel& model, const ExecutionPlan& plan, std::size_t imageBytes, int batch,
                std::size_t logits) {
    const auto count = static_cast<std::size_t>(batch);
    if (batch < 1 || imageBytes != count * static_cast<std::size_t>(model.network.inputShape().elements()) ||
        logits != count * static_cast<std::size_t>(plan.classes))
        throw Error(ErrorKind::Internal, "executor",
                    "images or logits do not have the size of " + std::to_string(batch) + " images of this plan");
}

void Executor::runFrom(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch,
                       std::span<float> logits, const PrefixCheckpoint* from, std::span<PrefixCheckpoint> keep) {
    if (from != nullptr || !keep.empty()) throw Error(ErrorKind::Internal, backend(), "keeps no checkpoints");
    run(plan, images, batch, logits);
}

std::vector<double> stepMilliseconds(std::span<const StepSpan> spans, std::size_t steps) {
    std::vector<double> shared(steps, 0.0), whole(steps, 0.0);
    std::set<int> threads;
    for (const StepSpan& span : spans) {
        const bool isWhole = span.thread == StepSpan::kWholeStep;
        (isWhole ? whole : shared).at(static_cast<std::size_t>(span.step)) += span.milliseconds();
        if (!isWhole) threads.insert(span.thread);
    }
    for (std::size_t s = 0; s < steps; ++s)
        if (whole[s] == 0 && !threads.empty()) whole[s] = shared[s] / static_cast<double>(threads.size());
    return whole;
}

}  // namespace bitdesk
