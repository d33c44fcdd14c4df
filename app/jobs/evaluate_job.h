// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <vector>

#include "app/jobs/executors.h"
#include "app/jobs/job_context.h"
#include "core/evaluate/evaluator.h"
#include "core/results/results.h"
#include "core/statistics/verdicts.h"

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
EvaluateResult evaluateMix(const EvaluateRequest& request, Executor& executor, const JobContext& context,
                           const PartialSink& onBatch = {});

/// What the store keeps of a finished evaluation.
Evaluation describeEvaluation(const EvaluateRequest& request, const Executor& executor, EvaluationOutcome outcome);

EvaluationKey keyOf(const EvaluateRequest& request);
/// The stored evaluation of this request, if there is a store, one in it, and `reuseStored`. Throws Error (BadInput)
/// when it holds classes that the model has not.
std::optional<Evaluation> findStored(const EvaluateRequest& request, const JobContext& context);

/// An evaluation and how it compares with another one on the same images, where there is one.
struct ComparedEvaluation {
    EvaluateResult result;
    std::optional<AccuracyComparison> comparison;
};

/// Evaluates a mix only as far as it takes to settle how it compares with `baseline` (of the same data): better, worse,
/// or the same within the margin. It is looked at after geometrically growing numbers of images, each look with its
/// share of the 5 %. What was seen is saved as an evaluation of so many images. A stored evaluation of all images is
/// the answer at once.
ComparedEvaluation evaluateUntilSettled(const EvaluateRequest& request, const Evaluation& baseline, double margin,
                                        Executor& executor, const JobContext& context, const PartialSink& onBatch = {});

/// Several mixes on the same images, each after the first compared with it.
struct MixesRequest {
    EvaluateRequest common;  ///< but for the mix
    std::vector<BitConfiguration> mixes;
    double margin = AccuracyLimits().margin;
    bool untilSettled = false;  ///< each mix after the first only as far as that takes
};

/// By mixes, each but the first compared with that; ends early after one that cannot be saved: nor would the next be.
/// Throws as evaluateMix() does.
std::vector<ComparedEvaluation> evaluateMixes(
    const MixesRequest& request, Executor& executor, const JobContext& context,
    const std::function<void(const BitConfiguration&, const PartialEvaluation&)>& onBatch = {});

struct PredictResult {
    std::vector<std::uint16_t> predictions;  ///< class per image, in the data set's own order
    std::int64_t evaluationId = 0;           ///< the stored evaluation that they belong to, 0: none
    bool fromStore = false;
    std::exception_ptr notStored = {};  ///< as in EvaluateResult
};

/// Class per image. All images are an evaluation like any other: looked up, else run and saved. `options.limit` > 0
/// means the first images of the file, not of the visiting order; these come from a stored evaluation of all images
/// where there is one, and are not saved. Throws as evaluateMix does.
PredictResult predictMix(const EvaluateRequest& request, Executor& executor, const JobContext& context,
                         const PartialSink& onBatch = {});

struct RankedClass {
    int number = 0;
    double score = 0;  ///< its share of the softmax, 0 … 1
};

/// What a mix says of images, in the data set's own order.
struct PredictedLogits {
    std::vector<std::uint16_t> predictions;
    std::vector<float> logits;  ///< [images, classes]
    std::size_t classes = 0;

    /// The likeliest classes of an image, the best first; of equal ones the lowest first.
    std::vector<RankedClass> top(std::size_t image, std::size_t count) const;
};

/// Classes and logits of the first `options.limit` images, 0: all. Nothing is looked up or saved, and the data need
/// have no classes (openPictures). Throws as evaluateMix does.
PredictedLogits predictLogits(const EvaluateRequest& request, Executor& executor, const JobContext& context,
                              const PartialSink& onBatch = {});

}  // namespace bitdesk::jobs
