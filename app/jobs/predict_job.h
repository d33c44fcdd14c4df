// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "app/jobs/evaluate_job.h"

namespace bitdesk::jobs {

struct PredictResult {
    std::vector<std::uint16_t> predictions;  ///< class per image, in the data set's own order
    std::int64_t evaluationId = 0;           ///< the stored evaluation that they belong to, 0: none
    bool fromStore = false;
    std::exception_ptr notStored = {};  ///< as in EvaluateResult
};

/// Class per image. All images are an evaluation like any other: looked up, else run and saved. `options.limit` > 0
/// means the first images of the file, not of the visiting order; these come from a stored evaluation of all images
/// where there is one, and are not saved. Throws as evaluateMix does.
PredictResult predictMix(const EvaluateRequest& request, Executor& executor, JobContext& context,
                         const PartialSink& onBatch = {});

}  // namespace bitdesk::jobs
