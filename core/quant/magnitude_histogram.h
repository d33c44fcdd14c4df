// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bitdesk {

/// How often which magnitude was seen, over as many batches as come, and the best step of a quantizer for them.
class MagnitudeHistogram {
public:
    /// Values below 0 do not count where `isSigned` is false. NaN and infinity are passed over.
    explicit MagnitudeHistogram(bool isSigned);

    void add(std::span<const float> values);
    /// The step of codes 0 … 2^b−1 (or ± (2^(b−1)−1)) with the smallest squared error. 1 where there is nothing to go
    /// by.
    float bestScale(int bits) const;

private:
    void widen(float magnitude);
    double error(double scale, double highest) const;

    bool m_isSigned;
    float m_limit = 0;  // where the last bin ends: a power of two above all magnitudes seen, or 0
    float m_largest = 0;
    std::vector<std::int64_t> m_counts;
};

}  // namespace bitdesk
