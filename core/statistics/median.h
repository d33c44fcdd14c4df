// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>

#include "core/statistics/intervals.h"

namespace bitdesk {

/// Percentile bootstrap interval of the median, exact: the limit of infinitely many resamples. A resample's median is
/// an order statistic of the sample, with P(median ≤ x₍k₎) = P(Binomial(n, k/n) ≥ m), m its rank (Efron 1979,
/// "Bootstrap methods: another look at the jackknife", section 3). For an even n the lower limit is taken of the lower
/// and the upper limit of the upper of the two middle ranks. No samples give zeros.
Interval medianInterval(std::span<const double> samples, double confidence = 0.95);

/// Interval of the median that inverts the sign test: covers it with at least this confidence for every distribution
/// (Conover, "Practical Nonparametric Statistics", section 3.2). Nothing where there are too few samples for the
/// confidence: fewer than 6 for 95 %.
std::optional<Interval> signInterval(std::span<const double> samples, double confidence = 0.95);

}  // namespace bitdesk
