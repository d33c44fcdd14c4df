// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <optional>

#include "app/jobs/job_context.h"
#include "app/jobs/workbench_types.h"
#include "core/evaluate/evaluator.h"
#include "core/results/results.h"

namespace bitdesk::jobs {

struct EvaluateRequest {
    std::shared_ptr<const MetaModel> model;
    std::shared_ptr<const DataSet> data;
    BitConfiguration bits;
    DeviceChoice device;
    EvaluationOptions options;
    ComputePriority priority = ComputePriority::Background;
    bool reuseStored = true;  ///< a stored evaluation of the same key is the answer
};

/// Evaluation plus where it came from.
struct EvaluateResult {
    Evaluation evaluation;
    bool fromStore = false;
    std::exception_ptr notStored = {};  ///< why it could not be saved: to be rethrown once the result is told
};

/// Looks the key up in the store; else evaluates, yielding to higher priorities between mini-batches, and saves.
/// Throws Cancelled (nothing is saved) or Error; but what was evaluated is returned even where it cannot be saved.
EvaluateResult evaluateMix(const EvaluateRequest& request, JobContext& context, const PartialSink& onBatch = {});

/// Same, with an executor that the caller keeps between calls (the live session).
EvaluateResult evaluateMix(const EvaluateRequest& request, Executor& executor, JobContext& context,
                           const PartialSink& onBatch = {});

/// What the store keeps of a finished evaluation.
Evaluation describeEvaluation(const EvaluateRequest& request, const Executor& executor, EvaluationOutcome outcome);

EvaluationKey keyOf(const EvaluateRequest& request);
/// The stored evaluation of this request, if there is a store, one in it, and `reuseStored`. Throws Error (BadInput)
/// when it holds classes that the model has not.
std::optional<Evaluation> findStored(const EvaluateRequest& request, JobContext& context);

}  // namespace bitdesk::jobs
