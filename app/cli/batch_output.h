// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

#include "app/cli/options.h"
#include "app/jobs/batch_job.h"

// What `sweep` and `batch` say and how they run: the first is a batch of one sweep.
namespace bitdesk::cli {

struct NightOptions {
    StoreOptions store;
    OutputOptions output;
    std::string part;  ///< "2/5"; empty: as the launcher says
    bool resume = false, dryRun = false;
};
void addNight(CLI::App& command, NightOptions& options);

/// Prepares, runs and tells; `single`: the JSON is that of one sweep. `inputs`: what no result may replace.
int runNight(jobs::Batch batch, const NightOptions& options, bool single, const Inputs& inputs, Terminal& terminal);

/// Says which limits are broken on standard error; whether any is.
bool tellBroken(const std::vector<ReportLimit>& limits, Terminal& terminal);

}  // namespace bitdesk::cli
