// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/statistics/intervals.h"

namespace bitdesk {

/// Bins of equal width that several samples share, so that their shapes can be compared.
struct Binning {
    double low = 0, width = 1;
    int bins = 1;
    double high() const { return low + width * bins; }
    double centre(int bin) const { return low + width * (bin + 0.5); }
};

/// Covers what lies within five interquartile ranges of each sample's quartiles (of the 1 – 99 % span where half of a
/// sample is one value): a single run that something disturbed must not squeeze all others into one bin.
Binning commonBinning(std::span<const double> first, std::span<const double> second);

/// How many samples fall into each bin. Those outside of all bins are counted as well: nothing is dropped.
struct Histogram {
    std::vector<std::int64_t> counts;
    std::int64_t below = 0, above = 0;  ///< above: also what is no number
    std::int64_t total() const;
};
Histogram histogram(std::span<const double> samples, const Binning& binning);

}  // namespace bitdesk
