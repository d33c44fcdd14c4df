// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/jobs/batch_file.h"
#include "app/jobs/report_job.h"
#include "app/jobs/sweep_job.h"

namespace bitdesk::jobs {

/// A batch whose every name was looked up, so that nothing is found missing in the middle of the night.
struct PreparedBatch {
    Batch batch;
    std::vector<SweepRequest> sweeps;                   ///< by batch.sweeps
    std::vector<std::vector<StatedLimit>> limits;       ///< by batch.reports
    std::vector<std::vector<std::string>> reportFiles;  ///< resolved, by batch.reports
};

/// Opens models and data, reads the configurations and limits. Throws the first Error, and Cancelled; of a batch that
/// was read from a file, an Error names that file and the place in it.
PreparedBatch openBatch(Batch batch, const std::stop_token& stop = {}, const ProgressSink& progress = {});

/// What makes two batches the same work: all their sweeps, by content. 64 hexadecimal digits.
std::string workOf(const PreparedBatch& prepared);

/// Says which part is to be done, whether earlier work goes on, and where the results go; makes sure that the reports
/// can be written and replace no input, or throws Error.
void assign(PreparedBatch& prepared, const Rank& rank, bool resume, const std::string& database);

/// Both.
PreparedBatch prepareBatch(Batch batch, const Rank& rank, bool resume, const std::string& database,
                           const std::stop_token& stop = {}, const ProgressSink& progress = {});

struct SweepOutcome {
    std::optional<SweepResult> result;
    std::string failure;                   ///< why there is none
    ErrorKind kind = ErrorKind::Internal;  ///< of that failure
};

struct WrittenReport {
    std::vector<std::string> files;
    std::vector<ReportLimit> limits;
    std::string summary;
    std::vector<std::string> notes;  ///< what is to be told of the files
};

struct BatchResult {
    std::vector<SweepOutcome> sweeps;
    std::vector<WrittenReport> reports;  ///< none where the batch is shared among ranks
};

/// Runs sweep after sweep, then writes the reports. A sweep that fails does not keep the next from running. A rank of
/// several evaluates its part only. Throws Cancelled, or the Error of a report. `command` is what repeats it.
BatchResult runBatch(const PreparedBatch& prepared, const std::string& command, const JobContext& context);

}  // namespace bitdesk::jobs
