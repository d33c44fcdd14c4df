// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/evaluate/evaluator.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/data/read_ahead.h"

namespace bitdesk {
namespace {

/// Runs mini-batches over `order` and keeps class and verdict of each image.
EvaluationOutcome classify(Executor& executor, const ExecutionPlan& plan, const DataSet& data,
                           std::span<const std::int64_t> order, const EvaluationOptions& options,
                           const std::stop_token& stop, const PartialSink& onBatch, PrefixCache* prefixes) {
    executor.prepare(plan, stop);
    const auto begin = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    EvaluationOutcome outcome;
    outcome.total = static_cast<std::int64_t>(order.size());
    std::vector<float> logits;
    ReadAhead batches(data, order, options.batch, options.firstBatch);
    std::size_t done = 0, number = 0;
    while (const auto batch = batches.next()) {
        if (stop.stop_requested()) throw Cancelled();
        const auto indices = batch->indices;
        logits.resize(indices.size() * toIndex(plan.classes));
        const auto count = static_cast<int>(indices.size());
        if (prefixes != nullptr) prefixes->run(executor, plan, number++, batch->images, count, logits);
        else executor.run(plan, batch->images, count, logits);
        if (options.onLogits) options.onLogits(indices, logits);
        appendPredictions(logits, plan.classes, data, indices, outcome);
        done += indices.size();
        const PartialEvaluation partial{.correct = outcome.correct,
                                        .seen = static_cast<std::int64_t>(done),
                                        .total = outcome.total,
                                        .predictions = outcome.predictions,
                                        .correctMask = outcome.correctMask,
                                        .seconds = elapsed()};
        if (onBatch) onBatch(partial);
        if (options.enough && options.enough(partial)) break;
    }
    outcome.total = static_cast<std::int64_t>(outcome.predictions.size());
    outcome.seconds = elapsed();
    return outcome;
}

}  // namespace

ImageShape imageShapeOf(const Shape& input) { return {input.height, input.width, input.channels}; }

ImageShape inputShapeOf(const MetaModel& model) { return imageShapeOf(model.network.inputShape()); }

DataRequest requestOf(const MetaModel& model, const DataChoices& choices) {
    DataRequest request{.shape = inputShapeOf(model), .choices = choices, .modelClasses = model.classNames};
    if (choices.resize == 0) request.choices.resize = model.preparation.resize;
    if (choices.interpolation == Interpolation::Auto && model.preparation.bicubic)
        request.choices.interpolation = Interpolation::Bicubic;
    return request;
}

void checkImagesFitModel(const DataSet& data, const MetaModel& model) {
    if (data.shape() != inputShapeOf(model))
        throw Error(ErrorKind::BadInput, "data set '" + data.name() + "'",
                    "its images are " + toText(data.shape()) + ", model '" + model.name + "' needs " +
                        toText(inputShapeOf(model)));
}

void checkDataFitsModel(const DataSet& data, const MetaModel& model) {
    checkImagesFitModel(data, model);
    const std::string where = "data set '" + data.name() + "'";
    if (static_cast<int>(data.classNames().size()) != model.network.classes())
        throw Error(ErrorKind::BadInput, where,
                    "it has " + std::to_string(data.classNames().size()) + " classes, model '" + model.name + "' has " +
                        std::to_string(model.network.classes()));
    if (data.classNames() != model.classNames)
        throw Error(ErrorKind::BadInput, where, "its classes are not those of model '" + model.name + "'");
}

void appendPredictions(std::span<const float> logits, int classes, const DataSet& data,
                       std::span<const std::int64_t> indices, EvaluationOutcome& outcome) {
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const auto row = logits.subspan(i * toIndex(classes), toIndex(classes));
        const auto best = std::ranges::max_element(row) - row.begin();
        const bool right = best == data.label(indices[i]);
        outcome.predictions.push_back(static_cast<std::uint16_t>(best));
        outcome.correctMask.push_back(right ? 1 : 0);
        outcome.correct += right ? 1 : 0;
    }
}

EvaluationOutcome evaluate(Executor& executor, const ExecutionPlan& plan, const DataSet& data,
                           const EvaluationOptions& options, std::stop_token stop, const PartialSink& onBatch,
                           PrefixCache* prefixes) {
    auto order = permutation(data.size(), options.orderSeed);
    if (options.limit > 0 && options.limit < data.size()) order.resize(toIndex(options.limit));
    if (!executor.traits().keepsCheckpoints) prefixes = nullptr;
    if (prefixes != nullptr)
        prefixes->begin(plan, data.hash() + '/' + splitName(data.split()) + '/' + std::to_string(options.orderSeed) +
                                  '/' + std::to_string(order.size()) + '/' + std::to_string(options.firstBatch) + '/' +
                                  std::to_string(options.batch));
    return classify(executor, plan, data, order, options, stop, onBatch, prefixes);
}

std::vector<std::uint16_t> predict(Executor& executor, const ExecutionPlan& plan, const DataSet& data,
                                   const EvaluationOptions& options, std::stop_token stop, const PartialSink& onBatch) {
    std::vector<std::int64_t> order(toIndex(options.limit > 0 ? std::min(options.limit, data.size()) : data.size()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    EvaluationOptions fileOrder = options;
    fileOrder.firstBatch = 0;
    fileOrder.enough = nullptr;
    return classify(executor, plan, data, order, fileOrder, stop, onBatch, nullptr).predictions;
}

}  // namespace bitdesk
