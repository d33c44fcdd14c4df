// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/execute/plan/executor.h"
#include "core/results/results.h"

namespace bitdesk {

/// One run of a mix with all its spans.
struct TracedRun {
    BitConfiguration bits;
    std::int64_t begin = 0, end = 0;  ///< nanoseconds of the steady clock
    std::vector<StepSpan> spans;
    std::vector<LayerTime> steps;  ///< names, bits and kernels, in plan order; their times are not used
};

/// Chrome's Trace Event Format (the JSON object form; complete events "X", metadata "M"), as chrome://tracing and
/// Perfetto open it. One process; a track a thread. On the caller's track a run holds its steps, and a step that was
/// divided among threads the caller's part of it; every other track holds that thread's parts. Times are microseconds
/// since the first run began.
std::string traceJson(const std::string& process, const std::vector<TracedRun>& runs, const Conditions& conditions);

}  // namespace bitdesk
