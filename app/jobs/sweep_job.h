// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/jobs/evaluate_job.h"
#include "app/jobs/profile_job.h"
#include "app/jobs/rank.h"

namespace bitdesk::jobs {

/// Whose latency a sweep measures once the accuracies are known.
enum class LatencyOf {
    None,
    Front,  ///< the mixes on the front of accuracy and BitOPs
    All
};
const char* toText(LatencyOf of);

/// Which latencies a sweep measures, and how well: kLatencySettings.
struct SweepLatency {
    LatencyOf latency = LatencyOf::None;
    int latencyBatch = 1;
    LatencyEffort effort;
    double margin = LatencyLimits().margin;
};

struct SweepRequest : SweepLatency {
    std::shared_ptr<const MetaModel> model;
    std::shared_ptr<const DataSet> data;
    std::vector<BitConfiguration> configurations;  ///< at least one, each once
    DeviceChoice device;
    EvaluationOptions options{.limit = 0, .batch = 32};
    Rank rank;  ///< a shared sweep evaluates its part alone and measures nothing
    /// Goes on with the newest job of the same content: what it has measured is not measured again. Evaluations that
    /// are stored are never repeated, with or without.
    bool resume = false;
};

/// How evaluations were run.
struct WorkersResult {
    double seconds = 0;       ///< wall time
    std::int64_t images = 0;  ///< (configurations · images) that were run
    int workers = 0;          ///< executors that ran side by side
    std::string workersNote;  ///< why they were fewer than threads, for the user; empty: they were not
};

struct SweepResult : WorkersResult {
    std::int64_t job = 0;
    std::vector<JobItem> items;  ///< of the rank's part, by position: all evaluated, some measured
    std::int64_t evaluated = 0, fromStore = 0;
    double trieBound = 1;            ///< what the trie saves at most, counted in MACs
    BitConfiguration baseline;       ///< all layers at the most bits, else the first
    std::vector<std::size_t> front;  ///< indices into items: of accuracy and BitOPs, by ascending BitOPs
    std::int64_t measured = 0, measuredBefore = 0;
};

/// Evaluates every configuration through the trie, in parallel on single threads where the executor allows, and stores
/// each subtree as soon as it is finished; then measures latencies in groups, each in turns with the baseline. Needs a
/// store. Throws Cancelled or Error; what is finished is stored then.
SweepResult runSweep(const SweepRequest& request, const JobContext& context);

/// What the evaluations of so many mixes on so many images add to a database, in bytes.
std::int64_t storedBytes(std::int64_t configurations, std::int64_t images);

/// One of a sweep's mixes as an evaluation of its own.
EvaluateRequest evaluationOf(const SweepRequest& request, const BitConfiguration& bits);

/// What makes two sweeps the same work: the same images, weights and mixes, whatever their files are called.
std::string contentHash(const SweepRequest& request);

/// The positions of a rank: neighbours in the trie's order, so that the parts share as little as possible.
std::vector<std::size_t> partOf(const std::vector<BitConfiguration>& configurations, const Rank& rank);

}  // namespace bitdesk::jobs
