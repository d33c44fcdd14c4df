// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/quant/magnitude_histogram.h"

#include <algorithm>
#include <cmath>

#include "core/quant/quantizer.h"

namespace bitdesk {
namespace {

constexpr std::size_t kBins = 4096;
constexpr float kNothing = 1e-20F;

}  // namespace

MagnitudeHistogram::MagnitudeHistogram(bool isSigned) : m_isSigned(isSigned), m_counts(kBins, 0) {}

void MagnitudeHistogram::add(std::span<const float> values) {
    float largest = 0;
    for (const float value : values) {
        const float magnitude = m_isSigned ? std::abs(value) : value;
        if (magnitude > largest && std::isfinite(magnitude)) largest = magnitude;
    }
    if (!(largest > kNothing)) return;
    m_largest = std::max(m_largest, largest);
    if (largest >= m_limit) widen(largest);
    const float perBin = static_cast<float>(kBins) / m_limit;
    for (const float value : values) {
        const float magnitude = m_isSigned ? std::abs(value) : value;
        if (magnitude > 0 && magnitude <= largest) ++m_counts[static_cast<std::size_t>(magnitude * perBin)];
    }
}

/// Bins of twice the width, until the last ends above.
void MagnitudeHistogram::widen(float magnitude) {
    if (m_limit == 0) m_limit = std::exp2(std::floor(std::log2(magnitude)));
    while (!(magnitude < m_limit)) {
        for (std::size_t i = 0; i < kBins / 2; ++i) m_counts[i] = m_counts[2 * i] + m_counts[2 * i + 1];
        std::fill(m_counts.begin() + kBins / 2, m_counts.end(), 0);
        m_limit *= 2;
    }
}

/// Of the values at their bins' middles.
double MagnitudeHistogram::error(double scale, double highest) const {
    const double binWidth = double{m_limit} / kBins;
    double sum = 0;
    for (std::size_t i = 0; i < kBins; ++i) {
        if (m_counts[i] == 0) continue;
        const double value = (static_cast<double>(i) + 0.5) * binWidth;
        const double missed = value - scale * std::min(std::nearbyint(value / scale), highest);
        sum += static_cast<double>(m_counts[i]) * missed * missed;
    }
    return sum;
}

float MagnitudeHistogram::bestScale(int bits) const {
    if (m_limit == 0) return 1;
    constexpr int kSteps = 200;
    const double highest = activationHighest(bits, m_isSigned), covering = double{m_largest} / highest;
    double best = covering, least = error(best, highest);
    for (int i = 1; i < kSteps; ++i) {
        const double scale = covering * i / kSteps;
        const double found = error(scale, highest);
        if (found < least) {
            least = found;
            best = scale;
        }
    }
    return static_cast<float>(best);
}

}  // namespace bitdesk
