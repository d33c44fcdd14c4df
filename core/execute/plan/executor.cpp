// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/plan/executor.h"

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

}  // namespace bitdesk
