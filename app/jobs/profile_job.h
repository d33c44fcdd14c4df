// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "app/jobs/executors.h"
#include "app/jobs/job_context.h"
#include "core/results/layer_table.h"
#include "core/results/results.h"
#include "profiling/conditions.h"
#include "profiling/measure.h"

namespace bitdesk::jobs {

struct ProfileRequest {
    std::shared_ptr<const MetaModel> model;
    std::vector<BitConfiguration> configurations;  ///< at least one; the others are compared with the first
    DeviceChoice device;
    int batch = 1;
    MeasureOptions options;
    double margin = LatencyLimits().margin;
    bool energy = true;  ///< where it is readable: some tenths of a second more for each mix
    int traceRuns = 0;   ///< runs of each mix that the trace shows
    JobRows rows = {};   ///< of which job's items the measurements are
};

/// How often a median is asked for, in the words of a user.
struct LatencyEffort {
    double noise = StopOptions().noise;            ///< stop when each median is known to this share
    double maxSeconds = StopOptions().maxSeconds;  ///< and by then at the latest
    std::int64_t samples = 0;                      ///< 0: as many as that takes; else exactly so many
    std::uint64_t seed = 0;
};
MeasureOptions measureOptions(const LatencyEffort& effort);

struct ProfileResult {
    std::vector<Measurement> runs;                ///< one per configuration, interleaved in one run
    std::vector<LatencyComparison> againstFirst;  ///< by configuration
    Conditions conditions;
    std::optional<LayerTable> table;  ///< a stored one of this model, machine and threads: where predictions come from
    std::string trace;                ///< traceJson(), where asked for
    std::exception_ptr notStored = {};  ///< why it could not be saved: to be rethrown once the result is told
};

/// Measures whole-run latency of all configurations, randomly interleaved, with an A/A control, and the time per layer
/// inside the run. Takes an exclusive measurement lease. What disturbed it is told in every Measurement's warnings; on
/// the reference executor each is marked `simulated`.
ProfileResult profileMixes(const ProfileRequest& request, Executor& executor, const JobContext& context);

}  // namespace bitdesk::jobs
