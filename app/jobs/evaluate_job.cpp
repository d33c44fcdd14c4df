// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/evaluate_job.h"

#include "app/jobs/storing.h"
#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/network/cost.h"

namespace bitdesk::jobs {
namespace {

/// A database is a file like any other.
void checkClasses(const Evaluation& evaluation, const MetaModel& model) {
    for (const int predicted : evaluation.predictions)
        if (predicted >= model.network.classes())
            throw Error(ErrorKind::BadInput, "results database",
                        "evaluation " + std::to_string(evaluation.id) + " holds the class " +
                            std::to_string(predicted) + ", but the model has " +
                            std::to_string(model.network.classes()),
                        "Choose another with " + settingName("db") + ", or give " + settingName("no-store"));
}

DataFacts factsOf(const DataSet& data) {
    return {.preparation = data.description().preprocessing, .skipped = data.description().skipped};
}

EvaluateResult evaluateNew(const EvaluateRequest& request, Executor& executor, JobContext& context,
                           const PartialSink& onBatch) {
    const ExecutionPlan plan = lower(*request.model, request.bits);
    std::optional<ComputeArbiter::Lease> lease;
    if (context.arbiter != nullptr) lease.emplace(context.arbiter->acquire(request.priority, context.stop));
    const auto afterBatch = [&](const PartialEvaluation& partial) {
        if (onBatch) onBatch(partial);
        if (context.progress)
            context.progress({.activity = "evaluating",
                              .fraction = static_cast<double>(partial.seen) / static_cast<double>(partial.total),
                              .remainingSeconds = partial.seconds / static_cast<double>(partial.seen) *
                                                  static_cast<double>(partial.total - partial.seen)});
        if (lease && lease->shouldYield()) lease->yield(context.stop);
    };
    auto outcome = evaluate(executor, plan, *request.data, request.options, context.stop, afterBatch, context.prefixes);
    lease.reset();
    EvaluateResult result{.evaluation = describeEvaluation(request, executor, std::move(outcome))};
    // A request cancelled during its last mini-batch is cancelled: nobody waits for it any more.
    if (context.stop.stop_requested()) throw Cancelled();
    try {
        result.evaluation.id =
            stored(context, [e = result.evaluation](Store& store) { return store.save(e); }).value_or(0);
    } catch (...) {
        result.notStored = std::current_exception();
    }
    return result;
}

}  // namespace

Evaluation describeEvaluation(const EvaluateRequest& request, const Executor& executor, EvaluationOutcome outcome) {
    const Network& network = request.model->network;
    Evaluation e;
    e.setKey(keyOf(request));
    if (request.options.enough && outcome.total < e.subset) {  // it ended early
        e.subset = outcome.total;
        e.looks = request.options.looks;
    }
    e.modelName = request.model->name;
    e.dataName = request.data->name();
    e.facts = factsOf(*request.data);
    e.correct = outcome.correct;
    e.total = outcome.total;
    e.predictions = std::move(outcome.predictions);
    e.correctMask = std::move(outcome.correctMask);
    e.seconds = outcome.seconds;
    e.bitops = bitOps(network, request.bits);
    e.weightBytes = weightBytes(network, request.bits);
    e.normBytes = normBytes(network, static_cast<int>(request.model->bits.size()));
    e.device = executor.device();
    e.backend = executor.backend();
    return e;
}

EvaluationKey keyOf(const EvaluateRequest& request) {
    const std::int64_t size = request.data->size();
    const std::int64_t limit = request.options.limit;
    return {.modelHash = request.model->hash,
            .dataHash = request.data->hash(),
            .split = splitName(request.data->split()),
            .subset = limit > 0 && limit < size ? limit : size,
            .orderSeed = request.options.orderSeed,
            .bits = request.bits,
            .numericsVersion = kNumericsVersion};
}

std::optional<Evaluation> findStored(const EvaluateRequest& request, JobContext& context) {
    if (!request.reuseStored) return std::nullopt;
    auto found = lookedUp(context, [key = keyOf(request)](Store& store) { return store.find(key); });
    if (!found) return found;
    checkClasses(*found, *request.model);
    found->modelName = request.model->name;
    found->dataName = request.data->name();
    if (found->facts.preparation.empty()) found->facts = factsOf(*request.data);  // of an older schema
    return found;
}

EvaluateResult evaluateMix(const EvaluateRequest& request, Executor& executor, JobContext& context,
                           const PartialSink& onBatch) {
    checkDataFitsModel(*request.data, *request.model);
    checkBits(request.bits, request.model->network, request.model->bits);
    if (auto found = findStored(request, context)) return {.evaluation = std::move(*found), .fromStore = true};
    return evaluateNew(request, executor, context, onBatch);
}

EvaluateResult evaluateMix(const EvaluateRequest& request, JobContext& context, const PartialSink& onBatch) {
    const int threads = context.arbiter != nullptr ? context.arbiter->threads() : 0;
    const auto executor = makeExecutor(*request.model, request.device, threads);
    return evaluateMix(request, *executor, context, onBatch);
}

}  // namespace bitdesk::jobs
