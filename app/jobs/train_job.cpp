// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/train_job.h"

#include <optional>

#include "core/base/machine_limits.h"

namespace bitdesk::jobs {

MetaModel trainModel(const TrainRequest& request, JobContext& context, const TrainSink& onProgress) {
    std::optional<ComputeArbiter::Lease> lease;
    if (context.arbiter != nullptr) lease.emplace(context.arbiter->acquire(ComputePriority::Background, context.stop));
    TrainRequest local = request;
    if (local.threads == 0) local.threads = context.arbiter != nullptr ? context.arbiter->threads() : usableThreads();
    return train(local, onProgress, context.stop);
}

}  // namespace bitdesk::jobs
