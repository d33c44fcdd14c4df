// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "app/jobs/import_job.h"
#include "core/model/float_model.h"

namespace bitdesk::jobs {

/// Makes an import's model of a network of floats: looks whether it can be believed, compares it with the request's
/// reference (see Verification), quantizes it for the widths of the request's kind and fills the result: model, notes,
/// provenance, check, verification. `data` may be null, which is an error that says what is missing. `bits`: the
/// model's widths. Throws Error, Cancelled.
void quantizeFloats(const ImportRequest& request, const std::vector<int>& bits, const DataSet* data,
                    const FloatModel& floats, ImportResult& result, const JobContext& context);

/// What Refinement::Blocks keeps beside the model until that is written.
std::filesystem::path refinementCheckpoint(const ImportRequest& request);

}  // namespace bitdesk::jobs
