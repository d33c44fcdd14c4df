// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/network/bit_configuration.h"

namespace bitdesk {

/// How a job ended; Running is also what one says that was killed.
enum class JobState { Running, Done, Failed, Cancelled };
const char* toText(JobState state);

/// Long work that the store keeps a record of, so that it can go on after a crash.
struct StoredJob {
    std::int64_t id = 0;
    std::string kind;     ///< "sweep"
    std::string request;  ///< JSON; equal texts are the same work
    JobState state = JobState::Running;
    std::int64_t evaluated = 0, measured = 0;  ///< items with such a result
    std::string createdAt, finishedAt;         ///< ISO 8601, UTC; finishedAt empty: not finished
};

/// One configuration of a job, and what it came to so far.
struct JobItem {
    std::int64_t position = 0;  ///< of the job's configurations, from 0
    BitConfiguration bits;
    std::int64_t evaluation = 0, measurement = 0;  ///< ids; 0: none yet
};

/// The items of a job that rows belong to, one for each row. job 0: of no job.
struct JobRows {
    std::int64_t job = 0;
    std::vector<std::int64_t> positions;  ///< −1: a row of no item
};

/// What merging one store into another came to.
struct MergeResult {
    std::int64_t evaluations = 0, measurements = 0, layerTables = 0;  ///< added
    std::int64_t known = 0;                                           ///< there already
    std::vector<std::string> conflicts;  ///< evaluations of one key with other answers: ours was kept
};

}  // namespace bitdesk
