// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/predict_job.h"

#include "core/base/random.h"

namespace bitdesk::jobs {
namespace {

/// From the order in which an evaluation visits images to the order in which they lie in the file.
std::vector<std::uint16_t> inFileOrder(const Evaluation& evaluation) {
    const auto& visited = evaluation.predictions;
    const auto order = permutation(static_cast<std::int64_t>(visited.size()), evaluation.orderSeed);
    std::vector<std::uint16_t> classes(visited.size());
    for (std::size_t i = 0; i < order.size(); ++i) classes[static_cast<std::size_t>(order[i])] = visited[i];
    return classes;
}

}  // namespace

PredictResult predictMix(const EvaluateRequest& request, Executor& executor, JobContext& context,
                         const PartialSink& onBatch) {
    const std::int64_t limit = request.options.limit, size = request.data->size();
    EvaluateRequest whole = request;
    whole.options.limit = 0;
    if (limit <= 0 || limit >= size) {
        const EvaluateResult result = evaluateMix(whole, executor, context, onBatch);
        return {inFileOrder(result.evaluation), result.evaluation.id, result.fromStore, result.notStored};
    }
    checkDataFitsModel(*request.data, *request.model);
    checkBits(request.bits, request.model->network, request.model->bits);
    if (const auto stored = findStored(whole, context)) {
        auto classes = inFileOrder(*stored);
        classes.resize(static_cast<std::size_t>(limit));
        return {std::move(classes), stored->id, true};
    }
    std::optional<ComputeArbiter::Lease> lease;
    if (context.arbiter != nullptr) lease.emplace(context.arbiter->acquire(request.priority, context.stop));
    return {predict(executor, lower(*request.model, request.bits), *request.data, limit, request.options.batch,
                    context.stop, onBatch),
            0, false};
}

}  // namespace bitdesk::jobs
