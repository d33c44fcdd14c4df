// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/statistics/verdicts.h"
#include "profiling/measure.h"

namespace bitdesk {

/// Several configurations, measured fairly.
struct Compared {
    std::vector<Samples> samples;  ///< by configuration
    int looks = 1;
    double seconds = 0;
    /// What a configuration shows against itself (A/A) in these very rounds; nothing: too few of them.
    std::optional<double> noiseFloor;
    std::vector<LatencyComparison> againstFirst;  ///< by configuration; the first one's is against itself
};

/// measureInterleaved() with the first configuration twice in every round: its second run is the A/A control, whose
/// differences from the first are noise by construction. Goes on until every verdict against the first is settled, or
/// the stop rule's last look or time limit. A single configuration is its own control: neighbouring runs are the pairs.
/// Ratios within the margin do not matter.
Compared measureAndCompare(std::span<const std::function<void()>> configurations, const MeasureOptions& options,
                           double margin, Stopwatch& stopwatch, const std::stop_token& stop = {});

}  // namespace bitdesk
