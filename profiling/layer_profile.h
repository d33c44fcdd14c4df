// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/execute/plan/executor.h"
#include "core/results/layer_table.h"

namespace bitdesk {

struct LayerProfileOptions {
    int checks = 30;       ///< random mixes measured beside, to know the table's error
    double noise = 0.003;  ///< wanted: noise of a predicted whole run, as a share of it
    int fewestRounds = 5;
    int mostRounds = 60;
    double minSeconds = 0.7;  ///< lasts at least so long: a short one may lie wholly inside a disturbance
    double maxSeconds = 30;   ///< ends earlier, but not before 3 rounds
    std::uint64_t seed = 1;
};

/// Mixes in which every two layers meet at every pair of widths equally often.
std::vector<BitConfiguration> orthogonalMixes(const MetaModel& model);

/// Times of every step by width, fitted from whole runs of the orthogonal mixes, and the checks that tell the fit's
/// error: all in the same rounds, in random order. key and environment are the caller's to fill. Throws Cancelled
/// between runs.
LayerTable measureLayers(const MetaModel& model, Executor& executor, int batch, const LayerProfileOptions& options,
                         const std::stop_token& stop = {}, const ProgressSink& progress = {});

}  // namespace bitdesk
