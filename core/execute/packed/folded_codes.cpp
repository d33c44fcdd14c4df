// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/folded_codes.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/plan/constants.h"
#include "core/quant/quantizer.h"

namespace bitdesk::packed {
namespace {

constexpr int kMostNudges = 4;
constexpr std::int64_t kExactFloats = 1 << 24;  // integers up to here are floats

/// One channel's constants, as the plan has them.
struct Channel {
    float scale, offset, inverseScale;
    int highest;
    double bound;
};

int planned(const Channel& c, float sum) {
    const float scaled = sum * c.scale;
    return quantizeActivation(scaled + c.offset, c.inverseScale, 0, c.highest);
}

int folded(const Channel& c, float scale, float offset, float sum) {
    return static_cast<int>(
        std::nearbyint(std::clamp(std::fma(sum, scale, offset), 0.0F, static_cast<float>(c.highest))));
}

double nearestInteger(double x) {
    constexpr double kMagic = 6755399441055744.0;  // 1.5 · 2⁵²: its last bit is worth 1
    return (x + kMagic) - kMagic;
}

/// Both ways are monotone in the sum and near (sum·scale + offset)·inverseScale, so that they can only differ for an
/// integer at the root of a code's lower edge. There both are computed.
bool agree(const Channel& c, float scale, float offset) {
    const double slope = double{c.scale} * double{c.inverseScale};
    const double start = double{c.offset} * double{c.inverseScale};
    constexpr double kUnit = 0x1p-24;
    // Near the edge of a code the plan's three roundings move it by at most unit·(3·(highest + 1) + |start|), the
    // folded constants', the operation's and kMostNudges by unit·(2·(highest + 1) + 10·|start|).
    const double error = 1.01 * kUnit * (3.0 * (c.highest + 1) + 10.0 * std::abs(start));
    if (c.scale == 0) return planned(c, 0) == folded(c, scale, offset, 0);
    const double reach = std::abs(slope) * c.bound + error;
    const bool atMostOne = std::abs(slope) > 2 * error;  // sum within the error of an edge
    const double step = 1.0 / slope;
    for (int code = 1; code <= c.highest; ++code) {
        const double edge = code - 0.5 - start;
        if (std::abs(edge) > reach) continue;
        if (!atMostOne) return false;
        const double root = edge * step;
        const double sum = nearestInteger(root);
        if (std::abs(root - sum) * std::abs(slope) > error) continue;
        if (planned(c, static_cast<float>(sum)) != folded(c, scale, offset, static_cast<float>(sum))) return false;
    }
    return true;
}

/// Finite, and far from what would overflow an int32 or a denormal.
bool isTame(const Channel& c) {
    constexpr double kSmallest = 1e-15, kLargest = 1e15, kLargestCode = 1 << 30;
    const double slope = std::abs(double{c.scale} * double{c.inverseScale});
    const double start = std::abs(double{c.offset} * double{c.inverseScale});
    return c.inverseScale > kSmallest && c.inverseScale < kLargest && (c.scale == 0 || std::abs(c.scale) > kSmallest) &&
           slope * c.bound + start < kLargestCode;
}

/// The folded offset that agrees, the nearest first; NaN where none does.
float offsetThatAgrees(const Channel& c, float scale) {
    const float nearest = static_cast<float>(double{c.offset} * double{c.inverseScale});
    float up = nearest, down = nearest;
    for (int nudge = 0; nudge <= kMostNudges; ++nudge) {
        if (agree(c, scale, up)) return up;
        if (agree(c, scale, down)) return down;
        up = std::nextafter(up, INFINITY);
        down = std::nextafter(down, -INFINITY);
    }
    return NAN;
}

}  // namespace

std::int64_t largestSum(const ConvProblem& p, int weightBits) {
    return p.depth() * std::max(-p.activationLowest, p.activationHighest) * (std::int64_t{1} << weightBits);
}

int activationBits(const ConvProblem& p) {
    const int magnitude = std::bit_width(static_cast<unsigned>(p.activationHighest));
    return p.activationLowest < 0 ? magnitude + 1 : magnitude;
}

FoldedCodes foldCodes(std::span<const float> scale, std::span<const float> offset, const CodeOutput& codes,
                      std::int64_t bound) {
    if (codes.lowest != 0 || codes.highest > 255 || bound >= kExactFloats) return {};
    FoldedCodes result;
    const std::size_t padded = scale.size() + 2 * std::size_t{kBlock};
    result.scale.reserve(padded);
    result.offset.reserve(padded);
    for (std::size_t i = 0; i < scale.size(); ++i) {
        const Channel channel{scale[i], offset[i], codes.inverseScale, codes.highest, static_cast<double>(bound)};
        if (!isTame(channel)) return {};
        const float slope = static_cast<float>(double{channel.scale} * double{channel.inverseScale});
        const float start = offsetThatAgrees(channel, slope);
        if (std::isnan(start)) return {};
        result.scale.push_back(slope);
        result.offset.push_back(start);
    }
    result.scale.resize(padded);
    result.offset.resize(padded);
    return result;
}

const FoldedCodes& FoldCache::at(std::size_t step, const Epilogue& epilogue, std::int64_t bound) {
    // More than any model's widths make; constants that change without end do not fill the memory.
    constexpr std::size_t kMostEntries = 256;
    if (m_steps.size() <= step) m_steps.resize(step + 1);
    auto& entries = m_steps[step];
    const CodeOutput& codes = epilogue.codeOutputs.front();
    const auto known = std::ranges::find_if(entries, [&](const Entry& entry) {
        return entry.inverseScale == codes.inverseScale && entry.highest == codes.highest && entry.bound == bound &&
               sameConstants(entry.scale, epilogue.scale) && sameConstants(entry.offset, epilogue.offset);
    });
    if (known != entries.end()) return known->folded;
    if (entries.size() == kMostEntries) entries.clear();
    entries.push_back({epilogue.scale, epilogue.offset, codes.inverseScale, codes.highest, bound,
                       foldCodes(epilogue.scale, epilogue.offset, codes, bound)});
    return entries.back().folded;
}

}  // namespace bitdesk::packed
