// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "app/jobs/sweep_job.h"
#include "core/evaluate/evaluator.h"

namespace bitdesk::jobs {

/// Most configurations that are held back together until they are stored.
inline constexpr std::size_t kLargestSubtree = 128;

/// Called with the executor that ran them, indices of the configurations, and their outcomes; by one thread at a time.
using FinishedSink =
    std::function<void(const Executor&, const std::vector<std::size_t>&, std::vector<EvaluationOutcome>)>;

/// Evaluates some of a sweep's configurations through the trie, subtree by subtree, each handed over as soon as it is
/// finished. Where the packed runtime runs, every thread of the budget has an executor of its own: whole networks side
/// by side lose no time waiting for each other, as the threads of one small network do. Where the memory that this
/// process may use does not hold as many, there are fewer, on more threads each; where a limit does not hold one,
/// throws Error (Resource) before the work. Yields to higher priorities between mini-batches.
/// The first failure of a worker, or of `finished`, ends all and is thrown; Cancelled likewise.
WorkersResult evaluateInParallel(const SweepRequest& request, const std::vector<BitConfiguration>& configurations,
                                 const JobContext& context, const FinishedSink& finished);

}  // namespace bitdesk::jobs
