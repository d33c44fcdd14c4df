// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/jobs/job_context.h"
#include "core/exchange/export_format.h"

namespace bitdesk::jobs {

struct ExportRequest {
    std::shared_ptr<const MetaModel> model;
    BitConfiguration bits;
    std::string file;
    std::string format;            ///< of exportFormats(); empty: by the file's ending
    std::string metric;            ///< of nodeDataMetrics(); empty: the first
    std::int64_t measurement = 0;  ///< a stored one, 0: the newest of this model and mix
};

struct ExportResult {
    const ExportFormat* format = nullptr;
    ExportedMix mix;               ///< `bytes` as they are in the file
    std::int64_t measurement = 0;  ///< the one that was read, 0: none
};

/// Writes one mix to a file, aside and renamed. Measurements are looked up in the context's store, which may be null.
/// Throws Error: Usage for a format or metric that does not exist; BadInput for bits that the model lacks, a
/// measurement that is not there or not of this mix, or none where the format needs one; Resource where the file cannot
/// be written or would be too large. Throws Cancelled.
ExportResult exportMix(const ExportRequest& request, const JobContext& context);

}  // namespace bitdesk::jobs
