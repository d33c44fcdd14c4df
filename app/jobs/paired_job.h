// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "app/jobs/evaluate_job.h"
#include "core/statistics/verdicts.h"

namespace bitdesk::jobs {

/// An evaluation and how it compares with another one on the same images.
struct PairedResult {
    EvaluateResult result;
    AccuracyComparison comparison;
};

/// Evaluates a mix only as far as it takes to settle how it compares with `baseline` (of the same data): better, worse,
/// or the same within the margin. It is looked at after geometrically growing numbers of images, each look with its
/// share of the 5 %. What was seen is saved as an evaluation of so many images. A stored evaluation of all images is
/// the answer at once.
PairedResult evaluateUntilSettled(const EvaluateRequest& request, const Evaluation& baseline, double margin,
                                  Executor& executor, JobContext& context, const PartialSink& onBatch = {});

/// Several mixes on the same images, each after the first compared with it.
struct MixesRequest {
    EvaluateRequest common;  ///< but for the mix
    std::vector<BitConfiguration> mixes;
    double margin = AccuracyLimits().margin;
    bool untilSettled = false;  ///< each mix after the first only as far as that takes
};

struct ComparedEvaluation {
    EvaluateResult result;
    std::optional<AccuracyComparison> againstFirst;
};

/// By mixes; ends early after one that cannot be saved: nor would the next be. Throws as evaluateMix() does.
std::vector<ComparedEvaluation> evaluateMixes(
    const MixesRequest& request, Executor& executor, JobContext& context,
    const std::function<void(const BitConfiguration&, const PartialEvaluation&)>& onBatch = {});

}  // namespace bitdesk::jobs
