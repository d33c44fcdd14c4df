// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/model/meta_model.h"
#include "core/report/limits.h"
#include "core/report/report.h"
#include "core/store/store.h"

namespace bitdesk::jobs {

/// One model on one set of images: what a trade-off is of.
struct ReportScope {
    std::string modelHash, dataHash, split;
    std::int64_t total = 0;  ///< images; 0: as many as the most
    bool operator==(const ReportScope&) const = default;
};

struct ReportRequest : ReportWishes {
    std::vector<std::int64_t> ids;  ///< of evaluations or measurements: the subjects, the first the baseline
    std::vector<ReportScope>
        scopes;  ///< of the trade-off; empty: those of the ids, else that of the (model's) newest evaluation
    /// Where there are no ids: the mix that all are compared with; nothing: all layers at the most bits.
    std::optional<BitConfiguration> baseline;
    std::vector<StatedLimit> limits;
    std::shared_ptr<const MetaModel> model;  ///< names of layers and classes; may be null
};

/// The evaluation or measurement that an id names. Throws Error (BadInput) for one that is not there.
ReportSubject storedSubject(Store& store, std::int64_t id);

/// Gathers what the store holds: without ids the baseline and the mixes of the front (at most some twelve, evenly
/// along it); each with the measurement that was interleaved with the baseline's, where there is one. Throws Error
/// (BadInput): an id that is not there, or a store without results.
Report reportOf(Store& store, const ReportRequest& request);

/// Writes the report in the format that each file's ending names, each aside and renamed. `csvBom`: CSV begins with a
/// byte order mark. Returns what is to be told of the files. Throws the first Error when all that can be are written.
std::vector<std::string> writeReport(const Report& report, const std::vector<std::string>& files, bool csvBom = false);

}  // namespace bitdesk::jobs
