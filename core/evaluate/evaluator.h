// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/data_set.h"
#include "core/evaluate/prefix_cache.h"
#include "core/execute/plan/executor.h"

namespace bitdesk {

/// Seed of the one permutation in which every evaluation visits images.
inline constexpr std::uint64_t kOrderSeed = 0x6269746465736bULL;

struct PartialEvaluation;

struct EvaluationOptions {
    std::int64_t limit = 0;  ///< images, 0: all
    int batch = 64;          ///< images a mini-batch
    int firstBatch = 0;      ///< size of the first mini-batch (a quick first estimate), 0: as `batch`
    std::uint64_t orderSeed = kOrderSeed;
    /// Asked after every mini-batch: true ends the evaluation with the images seen so far. May be empty.
    std::function<bool(const PartialEvaluation&)> enough = {};
    int looks = 1;  ///< how often `enough` may say yes
    /// Is given the logits [indices.size(), classes] of each mini-batch; `indices` are the data set's. May be empty.
    std::function<void(std::span<const std::int64_t> indices, std::span<const float> logits)> onLogits = {};
};

/// State of a running evaluation after a mini-batch: the images so far are an honest sample of the whole, since they
/// are visited in a fixed random order. The spans live until the callback returns.
struct PartialEvaluation {
    std::int64_t correct = 0, seen = 0, total = 0;
    std::span<const std::uint16_t> predictions;  ///< of the `seen` first images of the order
    std::span<const std::uint8_t> correctMask;
    double seconds = 0;
};

struct EvaluationOutcome {
    std::int64_t correct = 0, total = 0;
    std::vector<std::uint16_t> predictions;  ///< in visiting order
    std::vector<std::uint8_t> correctMask;
    double seconds = 0;
};

/// Called on the evaluating thread after every mini-batch.
using PartialSink = std::function<void(const PartialEvaluation&)>;

/// The images of a network's input.
ImageShape imageShapeOf(const Shape& input);

/// What a model's images are brought to.
ImageShape inputShapeOf(const MetaModel& model);

/// What a model asks of its data: images of its input, prepared as `choices` say or else as the model does, and labels
/// that are its classes.
DataRequest requestOf(const MetaModel& model, const DataChoices& choices = {});

/// Checks that a data set's images are of a model's input. Throws Error (BadInput) naming both.
void checkImagesFitModel(const DataSet& data, const MetaModel& model);
/// Checks that a data set is a model's: its images are of the model's input, its classes matched with the model's.
/// Throws Error (BadInput) naming both.
void checkDataFitsModel(const DataSet& data, const MetaModel& model);

/// Appends class and verdict of each image of a mini-batch. Ties between logits go to the lowest class.
void appendPredictions(std::span<const float> logits, int classes, const DataSet& data,
                       std::span<const std::int64_t> indices, EvaluationOutcome& outcome);

/// Runs the plan over the data set in the fixed order. Throws Cancelled between mini-batches when `stop` fires.
/// `prefixes` (of this executor, one that keeps checkpoints) spares what an earlier evaluation of the same images has
/// computed already; the answer is the same without.
EvaluationOutcome evaluate(Executor& executor, const ExecutionPlan& plan, const DataSet& data,
                           const EvaluationOptions& options, std::stop_token stop = {}, const PartialSink& onBatch = {},
                           PrefixCache* prefixes = nullptr);

/// Class per image in the data set's own order; of the options, limit, batch and onLogits hold.
std::vector<std::uint16_t> predict(Executor& executor, const ExecutionPlan& plan, const DataSet& data,
                                   const EvaluationOptions& options, std::stop_token stop = {},
                                   const PartialSink& onBatch = {});

}  // namespace bitdesk
