// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/to_index.h"
#include "core/execute/packed/kernels/winograd.h"

namespace bitdesk::packed {
namespace {

constexpr int kStep =
    4;  // channels of a step; with 16-bit lanes the first two are summed in one lane, the others in one

/// The smallest and largest value of Σ coefficient · activation over activations 0 … highest.
struct Range {
    int lowest = 0, highest = 0;
};

template <int MH, int MW, typename Lane>
class Packing {
public:
    Packing(const ConvProblem& problem, std::span<const std::int8_t> codes, WinogradForm& form)
        : m_problem(problem), m_codes(codes), m_form(form) {}

    bool run() {
        if (!scaledSumsFit() || !chooseOffsets()) return false;
        // Odd codes spare the windows' sums, where they fit without further groups.
        m_form.oddCodes = true;
        if (!transformWeights() || !chooseGroups() || m_form.groups > 1) {
            m_form.oddCodes = false;
            if (!transformWeights() || !chooseGroups()) return false;
        }
        storeWeights();
        storeCorrections();
        return true;
    }

private:
    using H = Winograd<MH>;
    using W = Winograd<MW>;
    static constexpr bool kNarrow = sizeof(Lane) == 2;
    static constexpr int kPositions = H::kSize * W::kSize, kOutputs = MH * MW;
    static constexpr int kParts = kNarrow ? 2 : 1, kLanes = kBlock * kParts;
    static constexpr int kPowerOfTwo = H::kPowerOfTwo * W::kPowerOfTwo, kOdd = H::kOdd * W::kOdd;

    std::size_t transformedIndex(int n, int position, int c) const {
        return (toIndex(n) * kPositions + toIndex(position)) * toIndex(m_problem.channels) + toIndex(c);
    }

    /// V = Bᵀ d B ranges over [lowest, highest] · a_max; an offset a position makes it start at 0.
    bool chooseOffsets() {
        m_form.positionOffset.clear();
        for (int y = 0; y < H::kSize; ++y)
            for (int x = 0; x < W::kSize; ++x) {
                Range range;
                for (const int a : H::kInput[y])
                    for (const int b : W::kInput[x]) {
                        range.lowest += std::min(a * b, 0) * m_problem.activationHighest;
                        range.highest += std::max(a * b, 0) * m_problem.activationHighest;
                    }
                if (range.highest - range.lowest > 255) return false;
                m_form.positionOffset.push_back(static_cast<std::uint8_t>(-range.lowest));
                m_largest.push_back(range.highest - range.lowest);
            }
        return true;
    }

    /// U = G g Gᵀ of every filter, which must fit a signed byte.
    bool transformWeights() {
        m_transformed.resize(toIndex(m_problem.outChannels) * kPositions * toIndex(m_problem.channels));
        for (int n = 0; n < m_problem.outChannels; ++n)
            for (int c = 0; c < m_problem.channels; ++c)
                if (!transformFilter(n, c)) return false;
        return !kNarrow || pairsFit();
    }

    bool transformFilter(int n, int c) {
        int rows[H::kSize][3] = {};  // G g
        for (int i = 0; i < H::kSize; ++i)
            for (int x = 0; x < 3; ++x)
                for (int y = 0; y < 3; ++y) rows[i][x] += H::kWeight[i][y] * code(n, y, x, c);
        for (int position = 0; position < kPositions; ++position) {
            const int* g = W::kWeight[position % W::kSize];
            const int* row = rows[position / W::kSize];
            const int u = g[0] * row[0] + g[1] * row[1] + g[2] * row[2];
            if (u < -128 || u > 127) return false;
            m_transformed[transformedIndex(n, position, c)] = static_cast<std::int8_t>(u);
        }
        return true;
    }

    int code(int n, int y, int x, int c) const {
        const std::int8_t code =
            m_codes[(toIndex(n) * 9 + toIndex(y) * 3 + toIndex(x)) * toIndex(m_problem.channels) + toIndex(c)];
        return m_form.oddCodes ? 2 * code + m_problem.weightOffset : code;
    }

    /// The byte multiplication saturates the sum of two neighbouring products at 16 bits: it must never have to.
    bool pairsFit() const {
        for (int n = 0; n < m_problem.outChannels; ++n)
            for (int position = 0; position < kPositions; ++position)
                for (int c = 0; c < m_problem.channels; c += 2) {
                    const auto u0 = int{m_transformed[transformedIndex(n, position, c)]};
                    const auto u1 =
                        c + 1 < m_problem.channels ? int{m_transformed[transformedIndex(n, position, c + 1)]} : 0;
                    const int v = m_largest[toIndex(position)];
                    if (v * (std::max(u0, 0) + std::max(u1, 0)) > std::numeric_limits<std::int16_t>::max() ||
                        v * (std::min(u0, 0) + std::min(u1, 0)) < std::numeric_limits<std::int16_t>::min())
                        return false;
                }
        return true;
    }

    /// Range of Σ a·c over the nine taps of every filter and channel.
    void sumTaps() {
        m_channelRanges.assign(toIndex(m_problem.outChannels) * toIndex(m_problem.channels), {});
        for (int n = 0; n < m_problem.outChannels; ++n)
            for (int t = 0; t < 9; ++t)
                for (int c = 0; c < m_problem.channels; ++c) {
                    Range& range = m_channelRanges[toIndex(n) * toIndex(m_problem.channels) + toIndex(c)];
                    const int value = code(n, t / 3, t % 3, c) * m_problem.activationHighest;
                    range.lowest += std::min(value, 0);
                    range.highest += std::max(value, 0);
                }
    }

    /// Range of Σ a·c over the channels of one lane in [first, last).
    Range laneRange(int n, int part, int first, int last) const {
        Range range;
        for (int c = first; c < last; ++c) {
            if (kNarrow && c % kStep / 2 != part) continue;
            const Range& channel = m_channelRanges[toIndex(n) * toIndex(m_problem.channels) + toIndex(c)];
            range.lowest += channel.lowest;
            range.highest += channel.highest;
        }
        return range;
    }

    /// Before they are divided, sums are kPowerOfTwo as large. |Σ a·c| is at most a_max · Σ|2c + 1|, as Σ a·(2c + 1)
    /// is.
    bool scaledSumsFit() const {
        const std::size_t depth = toIndex(m_problem.depth());
        for (std::size_t first = 0; first < m_codes.size(); first += depth) {
            std::int64_t sum = 0;
            for (std::size_t i = first; i < first + depth; ++i)
                sum += std::max(std::abs(2 * m_codes[i] + m_problem.weightOffset), std::abs(int{m_codes[i]}));
            if (sum * m_problem.activationHighest * kPowerOfTwo > std::numeric_limits<std::int32_t>::max() - 65536)
                return false;
        }
        return true;
    }

    /// The widest group whose results, times the power of two that is divided out last, fit a 16-bit lane.
    bool chooseGroups() {
        const int all = (m_problem.channels + kStep - 1) / kStep * kStep;
        m_form.groupChannels = all;
        m_form.groups = 1;
        if (kNarrow) sumTaps();
        if (!kNarrow || groupsFit(all)) return true;
        std::vector<int> candidates;
        for (int groups = 2; all / groups >= 32; ++groups) candidates.push_back((all / groups + 31) / 32 * 32);
        candidates.insert(candidates.end(), {16, 8, 4});
        for (const int channels : candidates) {
            if (channels >= all || !groupsFit(channels)) continue;
            m_form.groupChannels = channels;
            m_form.groups = (m_problem.channels + channels - 1) / channels;
            return true;
        }
        return false;
    }

    bool groupsFit(int channels) const {
        for (int n = 0; n < m_problem.outChannels; ++n)
            for (int first = 0; first < m_problem.channels; first += channels)
                for (int part = 0; part < kParts; ++part) {
                    const Range range = laneRange(n, part, first, std::min(first + channels, m_problem.channels));
                    if (std::int64_t{kPowerOfTwo} * (range.highest - range.lowest) > 65535) return false;
                }
        return true;
    }

    void storeWeights() {
        std::size_t bytesPerBlock = 0;
        for (int g = 0; g < m_form.groups; ++g) bytesPerBlock += toIndex(kPositions) * steps(g) * kStep * kBlock;
        m_form.blocks = m_problem.blocks();
        m_form.weights.assign(bytesPerBlock * toIndex(m_problem.blocks()), std::byte{0});
        auto* to = reinterpret_cast<std::int8_t*>(m_form.weights.data());
        for (int block = 0; block < m_problem.blocks(); ++block)
            for (int g = 0; g < m_form.groups; ++g)
                for (int position = 0; position < kPositions; ++position)
                    for (std::size_t s = 0; s < steps(g); ++s)
                        for (int lane = 0; lane < kBlock; ++lane)
                            for (int i = 0; i < kStep; ++i, ++to) {
                                const int n = block * kBlock + lane;
                                const int c = g * m_form.groupChannels + static_cast<int>(s) * kStep + i;
                                if (n < m_problem.outChannels && c < m_problem.channels)
                                    *to = m_transformed[transformedIndex(n, position, c)];
                            }
    }

    std::size_t steps(int group) const {
        const int first = group * m_form.groupChannels;
        return toIndex((std::min(m_form.groupChannels, m_problem.channels - first) + kStep - 1) / kStep);
    }

    /// What the offsets contribute to an output, modulo the lane, and where 16-bit lanes are centred.
    void storeCorrections() {
        m_form.correction.assign(
            toIndex(m_problem.blocks()) * toIndex(m_form.groups) * kOutputs * kLanes * sizeof(Lane), std::byte{0});
        m_form.center.assign(toIndex(m_problem.blocks()) * kBlock, 0);
        auto* correction = reinterpret_cast<Lane*>(m_form.correction.data());
        for (int n = 0; n < m_problem.outChannels; ++n)
            for (int g = 0; g < m_form.groups; ++g)
                for (int part = 0; part < kParts; ++part) {
                    const int first = g * m_form.groupChannels;
                    const int last = std::min(first + m_form.groupChannels, m_problem.channels);
                    std::int32_t center = 0;
                    if (kNarrow) center = kPowerOfTwo * laneRange(n, part, first, last).lowest + 32768;
                    m_form.center[toIndex(n)] += center;
                    Lane* to =
                        correction + ((toIndex(n / kBlock) * toIndex(m_form.groups) + toIndex(g)) * kOutputs * kLanes +
                                      toIndex(n % kBlock) * kParts + toIndex(part));
                    const PositionSums sums = offsets(n, part, first, last);
                    for (int output = 0; output < kOutputs; ++output)
                        to[output * kLanes] =
                            static_cast<Lane>(-transformedOffset(sums, output) - static_cast<std::uint32_t>(center));
                }
    }

    using PositionSums = std::array<std::uint32_t, kPositions>;

    /// offset ⊙ Σ_c U over the channels of one lane in [first, last), modulo 2³².
    PositionSums offsets(int n, int part, int first, int last) const {
        PositionSums sums{};
        for (int position = 0; position < kPositions; ++position) {
            std::int32_t weights = 0;
            for (int c = first; c < last; ++c)
                if (!kNarrow || c % kStep / 2 == part) weights += m_transformed[transformedIndex(n, position, c)];
            sums[toIndex(position)] = static_cast<std::uint32_t>(weights) * m_form.positionOffset[toIndex(position)];
        }
        return sums;
    }

    /// odd⁻¹ · Aᵀ sums A at one output, modulo 2³².
    static std::uint32_t transformedOffset(const PositionSums& sums, int output) {
        std::uint32_t sum = 0;
        for (int position = 0; position < kPositions; ++position)
            sum += sums[toIndex(position)] * static_cast<std::uint32_t>(H::kOutput[output / MW][position / W::kSize] *
                                                                        W::kOutput[output % MW][position % W::kSize]);
        return sum * inverseOfOdd(kOdd);
    }

    const ConvProblem& m_problem;
    std::span<const std::int8_t> m_codes;
    WinogradForm& m_form;
    std::vector<Range> m_channelRanges;      // [n][c]
    std::vector<int> m_largest;              // of V + offset, by position
    std::vector<std::int8_t> m_transformed;  // [n][position][c]
};

}  // namespace

std::size_t WinogradForm::bytes() const {
    return weights.size() + correction.size() + sizeof(std::int32_t) * center.size();
}

bool appliesWinograd(const ConvProblem& p) {
    return p.kernelHeight == 3 && p.kernelWidth == 3 && p.strideHeight == 1 && p.strideWidth == 1 && p.groups == 1 &&
           !p.isDilated() && p.activationLowest == 0 && p.activationHighest <= 63;
}

template <int MH, int MW, typename Lane>
std::unique_ptr<PackedForm> packWinograd(const ConvProblem& problem, std::span<const std::int8_t> codes) {
    auto form = std::make_unique<WinogradForm>();
    return Packing<MH, MW, Lane>(problem, codes, *form).run() ? std::move(form) : nullptr;
}

#define BITDESK_PACK(MH, MW)                                                                                \
    template std::unique_ptr<PackedForm> packWinograd<MH, MW, std::uint16_t>(const ConvProblem&,            \
                                                                             std::span<const std::int8_t>); \
    template std::unique_ptr<PackedForm> packWinograd<MH, MW, std::uint32_t>(const ConvProblem&,            \
                                                                             std::span<const std::int8_t>);
BITDESK_PACK(2, 2)
BITDESK_PACK(2, 3)
BITDESK_PACK(2, 4)
BITDESK_PACK(3, 3)
BITDESK_PACK(3, 4)
#undef BITDESK_PACK

}  // namespace bitdesk::packed
