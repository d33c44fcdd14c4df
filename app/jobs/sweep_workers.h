// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "app/jobs/job_context.h"
#include "app/jobs/workbench_types.h"
#include "core/evaluate/evaluator.h"

namespace bitdesk::jobs {

/// Most configurations that are held back together until they are stored.
inline constexpr std::size_t kLargestSubtree = 128;

struct WorkersRequest {
    std::shared_ptr<const MetaModel> model;
    std::shared_ptr<const DataSet> data;
    DeviceChoice device;
    EvaluationOptions options;
};

struct WorkersResult {
    double seconds = 0;
    std::int64_t images = 0;  ///< configurations · images
    int workers = 0;
};

/// Called with the executor that ran them, indices of the configurations, and their outcomes; by one thread at a time.
using FinishedSink =
    std::function<void(const Executor&, const std::vector<std::size_t>&, std::vector<EvaluationOutcome>)>;

/// Evaluates configurations through the trie, subtree by subtree, each handed over as soon as it is finished. Where the
/// packed runtime runs, every thread of the budget has an executor of its own: whole networks side by side lose no time
/// waiting for each other, as the threads of one small network do. Yields to higher priorities between mini-batches.
/// The first failure of a worker, or of `finished`, ends all and is thrown; Cancelled likewise.
WorkersResult evaluateInParallel(const WorkersRequest& request, const std::vector<BitConfiguration>& configurations,
                                 JobContext& context, const FinishedSink& finished);

}  // namespace bitdesk::jobs
