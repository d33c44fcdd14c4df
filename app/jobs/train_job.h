// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job_context.h"
#include "core/train/train.h"

namespace bitdesk::jobs {

/// Opens the data, trains, writes the model file: see core/train/train.h. Returns the written model.
MetaModel trainModel(const TrainRequest& request, JobContext& context, const TrainSink& onProgress);

}  // namespace bitdesk::jobs
