// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/evaluate_job.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/error.h"
#include "core/base/random.h"
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

EvaluateResult evaluateNew(const EvaluateRequest& request, Executor& executor, const JobContext& context,
                           const PartialSink& onBatch) {
    const ExecutionPlan plan = lower(*request.model, request.bits);
    auto lease = context.lease(request.priority);
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
    result.evaluation.id =
        stored(context, result.notStored, [e = result.evaluation](Store& store) { return store.save(e); }).value_or(0);
    return result;
}

/// Numbers of images at which a verdict is looked for; the last look is at all of them.
std::vector<std::int64_t> lookCounts(std::int64_t images) {
    constexpr std::int64_t kFirst = 200;
    std::vector<std::int64_t> counts;
    for (std::int64_t n = kFirst; n < images; n += n / 2) counts.push_back(n);
    counts.push_back(images);
    return counts;
}

/// From the order in which an evaluation visits images to the order in which they lie in the file.
std::vector<std::uint16_t> inFileOrder(const Evaluation& evaluation) {
    const auto& visited = evaluation.predictions;
    const auto order = permutation(static_cast<std::int64_t>(visited.size()), evaluation.orderSeed);
    std::vector<std::uint16_t> classes(visited.size());
    for (std::size_t i = 0; i < order.size(); ++i) classes[static_cast<std::size_t>(order[i])] = visited[i];
    return classes;
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
    e.normBytes = normBytes(*request.model);
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

std::optional<Evaluation> findStored(const EvaluateRequest& request, const JobContext& context) {
    if (!request.reuseStored) return std::nullopt;
    auto found = lookedUp(context, [key = keyOf(request)](Store& store) { return store.find(key); });
    if (!found) return found;
    checkClasses(*found, *request.model);
    found->modelName = request.model->name;
    found->dataName = request.data->name();
    if (found->facts.preparation.empty()) found->facts = factsOf(*request.data);  // of an older schema
    return found;
}

EvaluateResult evaluateMix(const EvaluateRequest& request, Executor& executor, const JobContext& context,
                           const PartialSink& onBatch) {
    checkDataFitsModel(*request.data, *request.model);
    checkBits(request.bits, request.model->network, request.model->bits);
    if (auto found = findStored(request, context)) return {.evaluation = std::move(*found), .fromStore = true};
    return evaluateNew(request, executor, context, onBatch);
}

ComparedEvaluation evaluateUntilSettled(const EvaluateRequest& request, const Evaluation& baseline, double margin,
                                        Executor& executor, const JobContext& context, const PartialSink& onBatch) {
    const auto looks = lookCounts(keyOf(request).subset);
    const AccuracyLimits limits{.margin = margin, .looks = static_cast<int>(looks.size())};
    if (auto stored = findStored(request, context)) {
        const auto comparison = compareAccuracy(baseline, *stored, margin);
        return {{.evaluation = std::move(*stored), .fromStore = true}, comparison};
    }
    EvaluateRequest early = request;
    early.options.looks = limits.looks;
    std::size_t next = 0;  // look
    early.options.enough = [&](const PartialEvaluation& partial) {
        if (partial.seen < looks[next]) return false;
        while (next + 1 < looks.size() && partial.seen >= looks[next]) ++next;
        return compareAccuracy(baseline.correctMask, partial.correctMask, limits).settled();
    };
    ComparedEvaluation found{evaluateMix(early, executor, context, onBatch), {}};
    found.comparison = compareAccuracy(baseline.correctMask, found.result.evaluation.correctMask, limits);
    return found;
}

std::vector<ComparedEvaluation> evaluateMixes(
    const MixesRequest& request, Executor& executor, const JobContext& context,
    const std::function<void(const BitConfiguration&, const PartialEvaluation&)>& onBatch) {
    std::vector<ComparedEvaluation> found;
    for (const BitConfiguration& bits : request.mixes) {
        if (!found.empty() && found.back().result.notStored) break;
        EvaluateRequest one = request.common;
        one.bits = bits;
        const auto show = [&](const PartialEvaluation& partial) {
            if (onBatch) onBatch(bits, partial);
        };
        if (found.empty() || !request.untilSettled) {
            found.push_back({evaluateMix(one, executor, context, show), {}});
            if (found.size() > 1)
                found.back().comparison =
                    compareAccuracy(found.front().result.evaluation, found.back().result.evaluation, request.margin);
        } else {
            found.push_back(
                evaluateUntilSettled(one, found.front().result.evaluation, request.margin, executor, context, show));
        }
    }
    return found;
}

PredictResult predictMix(const EvaluateRequest& request, Executor& executor, const JobContext& context,
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
    const auto lease = context.lease(request.priority);
    return {
        predict(executor, lower(*request.model, request.bits), *request.data, request.options, context.stop, onBatch),
        0, false};
}

PredictedLogits predictLogits(const EvaluateRequest& request, Executor& executor, const JobContext& context,
                              const PartialSink& onBatch) {
    checkImagesFitModel(*request.data, *request.model);
    checkBits(request.bits, request.model->network, request.model->bits);
    const auto classes = static_cast<std::size_t>(request.model->network.classes());
    PredictedLogits found;
    EvaluateRequest mine = request;
    mine.options.onLogits = [&](std::span<const std::int64_t>, std::span<const float> logits) {
        found.logits.insert(found.logits.end(), logits.begin(), logits.end());
    };
    const auto lease = context.lease(request.priority);
    found.predictions =
        predict(executor, lower(*request.model, request.bits), *request.data, mine.options, context.stop, onBatch);
    found.classes = classes;
    return found;
}

std::vector<RankedClass> PredictedLogits::top(std::size_t image, std::size_t count) const {
    const auto row = std::span(logits).subspan(image * classes, classes);
    const double largest = *std::ranges::max_element(row);
    double sum = 0;
    for (const float logit : row) sum += std::exp(logit - largest);
    std::vector<RankedClass> ranked;
    for (std::size_t c = 0; c < classes; ++c) ranked.push_back({static_cast<int>(c), std::exp(row[c] - largest) / sum});
    std::ranges::stable_sort(ranked, std::ranges::greater(), &RankedClass::score);
    ranked.resize(std::min(count, ranked.size()));
    return ranked;
}

}  // namespace bitdesk::jobs
