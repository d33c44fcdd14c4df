// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/report/report.h"
#include "core/statistics/verdicts.h"
#include "core/store/store.h"

namespace bitdesk::jobs {

struct CompareRequest {
    std::int64_t a = 0, b = 0;  ///< ids of evaluations or measurements, in any combination
    double latencyMargin = LatencyLimits().margin;
    double accuracyMargin = AccuracyLimits().margin;
};

/// One side: what an id names, and what the store knows besides of the same model and mix.
struct ComparedSide : ReportSubject {
    std::int64_t id = 0;
};

struct CompareResult {
    ComparedSide a, b;
    AccuracyComparison accuracy;  ///< on the images that both have seen; unclear with a reason where there are none
    LatencyComparison latency;    ///< unclear with a reason unless both were measured interleaved in one run
    bool hasLatency = false;      ///< there were two to compare
};

/// Compares two rows of a store. Where an id names an evaluation, the newest measurement of its model and mix that was
/// interleaved with the other side's is taken, and the other way round. Throws Error (BadInput) for an id that is not
/// there.
CompareResult compareStored(Store& store, const CompareRequest& request);

}  // namespace bitdesk::jobs
