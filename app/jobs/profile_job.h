// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "app/jobs/job_context.h"
#include "app/jobs/workbench_types.h"
#include "core/results/results.h"
#include "profiling/environment.h"
#include "profiling/interleaved.h"

namespace bitdesk::jobs {

struct ProfileRequest {
    std::shared_ptr<const MetaModel> model;
    std::vector<BitConfiguration> configurations;
    DeviceChoice device;
    int batch = 1;
    MeasureOptions options;
};

struct ProfileResult {
    std::vector<Measurement> runs;  ///< one per configuration, interleaved in one run
    Environment environment;
};

/// Measures whole-run latency of all configurations, randomly interleaved, and the time per layer inside the run.
/// Takes an exclusive measurement lease. On the reference executor every Measurement is marked `simulated`.
ProfileResult profileMixes(const ProfileRequest& request, JobContext& context);

/// Same, with an executor that the caller keeps between calls (the live session).
ProfileResult profileMixes(const ProfileRequest& request, Executor& executor, JobContext& context);

}  // namespace bitdesk::jobs
