// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/report/drawing.h"
#include "core/report/report.h"

// The plots of a report. Each is 520 points wide, so that it fits a page.
namespace bitdesk {

/// Accuracy against a cost: all points, 95 % intervals of the subjects, the front, the subjects by their letters.
/// Nothing where no point has such a cost.
std::optional<Drawing> tradeOffChart(const Report& report, CostOf cost);

/// A row a subject, a column a quantizable layer, the bits in it. Long networks are broken into several strips.
Drawing bitsChart(const Report& report);

/// Median time of each layer, a bar for each of (at most four) measured subjects of one network. Nothing without.
std::optional<Drawing> layerTimeChart(const Report& report);

/// BitOPs of each layer, the same. Nothing where the layers are not known.
std::optional<Drawing> layerBitopsChart(const Report& report);

/// Images lost and gained against the baseline, by true class.
Drawing flipsChart(const Report& report, std::size_t subject);

/// How the samples of each measured subject are spread, on one axis; up to the 99th percentile. Nothing without.
std::optional<Drawing> samplesChart(const Report& report);

}  // namespace bitdesk
