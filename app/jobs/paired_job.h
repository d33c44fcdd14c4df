// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/evaluate_job.h"
#include "core/statistics/accuracy_verdict.h"

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

}  // namespace bitdesk::jobs
