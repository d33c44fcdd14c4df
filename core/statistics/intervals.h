// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace bitdesk {

/// P(Binomial(trials, p) ≥ successes).
double binomialUpperTail(std::int64_t successes, std::int64_t trials, double p);

/// z with P(|Z| ≤ z) = confidence for a standard normal Z; 0 < confidence < 1.
double normalTwoSided(double confidence);

/// A closed interval of the quantity it was made for (fractions 0…1 for accuracies).
struct Interval {
    double low = 0;
    double high = 0;
    double half() const { return (high - low) / 2; }
};

/// Wilson score interval of a proportion (Wilson 1927), 95 % by default. total = 0 gives [0, 1].
Interval wilson(std::int64_t successes, std::int64_t total, double z = 1.959963984540054);

/// Difference of two accuracies on the same images. onlyA: images that only A gets right, onlyB: only B.
struct PairedDifference {
    double delta = 0;          ///< accuracy(B) − accuracy(A), fraction: as it was found
    Interval interval{-1, 1};  ///< of it, at the confidence asked for; its middle lies nearer to 0 than `delta`
    std::int64_t onlyA = 0, onlyB = 0, total = 0;
};
/// The interval is Wald's after half an image more in each of the four cells, within [−1, 1] (Agresti & Min 2005,
/// "Simple improved confidence intervals for comparing matched proportions", section 3). total = 0 gives [−1, 1].
PairedDifference pairedDifference(std::int64_t onlyA, std::int64_t onlyB, std::int64_t total, double confidence = 0.95);

/// Median and quartiles (linear interpolation between order statistics, Hyndman & Fan type 7, as NumPy's default).
struct Quartiles {
    double median = 0, q1 = 0, q3 = 0;
    std::int64_t n = 0;
};
/// The q-quantile (0 … 1), interpolated in the same way; of nothing: 0.
double quantile(std::span<const double> samples, double q);
/// n = 0 gives zeros.
Quartiles quartiles(std::span<const double> samples);

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
