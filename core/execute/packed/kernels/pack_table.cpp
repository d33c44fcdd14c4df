// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "core/base/to_index.h"
#include "core/execute/packed/kernels/direct.h"
#include "core/execute/packed/kernels/table_form.h"

namespace bitdesk::packed {
namespace {

constexpr int kHighest = 3, kPairsAlwaysSafe = 21;  // 21 pairs · 2 · 3 · |−2| ≤ 255

/// Pairs in the order of the kernel: [output][tap][pair], the second half of the window's codes.
struct Pairs {
    const ConvProblem& problem;
    std::span<const std::int8_t> codes;
    int count() const { return static_cast<int>(problem.depth() / 2); }
    int code(int n, int pair, int half) const {
        return codes[toIndex(n) * toIndex(problem.depth()) + toIndex(pair) * 2 + toIndex(half)];
    }
    int magnitude(int n, int pair) const { return std::abs(code(n, pair, 0)) + std::abs(code(n, pair, 1)); }
};

/// Whether groups of `pairs` pairs span at most a byte, for every output: 3 · Σ|c| ≤ 255.
bool groupsFit(const Pairs& all, int pairs) {
    for (int n = 0; n < all.problem.outChannels; ++n)
        for (int first = 0; first < all.count(); first += pairs) {
            int sum = 0;
            for (int i = first; i < std::min(first + pairs, all.count()); ++i) sum += all.magnitude(n, i);
            if (kHighest * sum > 255) return false;
        }
    return true;
}

/// Whether 2 · Σ a·c + Σa, as the kernel forms it, fits a word for every output.
bool sumsFitWords(const ConvProblem& p, std::span<const std::int8_t> codes) {
    const auto depth = toIndex(p.depth());
    for (std::size_t first = 0; first < codes.size(); first += depth) {
        std::int64_t lowest = 0, highest = 0;
        for (std::size_t i = first; i < first + depth; ++i) {
            const int odd = 2 * codes[i] + p.weightOffset;
            (odd < 0 ? lowest : highest) += kHighest * odd;
        }
        if (lowest < std::numeric_limits<std::int16_t>::min() || highest > std::numeric_limits<std::int16_t>::max())
            return false;
    }
    return true;
}

/// Where output n lies among the bytes of its super-block.
std::size_t bytePosition(int n) {
    const int vector = n / 32, inVector = n % 32;
    return toIndex(vector) * 32 + toIndex(inVector % kBlock) * 2 + toIndex(inVector / kBlock);
}

/// Of each super-block, for each 32 of its outputs: minus the seeds of the words' low bytes and 2⁸ times those of their
/// high ones; then, for each 32, minus the high ones' alone.
void packStarts(std::span<const int> seedSums, std::size_t superBlock, TableForm& packed) {
    packed.starts.assign(seedSums.size() * sizeof(std::uint16_t), std::byte{0});
    auto* to = reinterpret_cast<std::uint16_t*>(packed.starts.data());
    for (std::size_t first = 0; first < seedSums.size(); first += superBlock, to += superBlock)
        for (std::size_t word = 0; word < superBlock / 2; ++word) {
            const std::size_t n = first + word / toIndex(kBlock) * 2 * toIndex(kBlock) + word % toIndex(kBlock);
            const int low = seedSums[n], high = seedSums[n + toIndex(kBlock)];
            to[word] = static_cast<std::uint16_t>(-(low + 256 * high));
            to[superBlock / 2 + word] = static_cast<std::uint16_t>(-high);
        }
}

}  // namespace

std::size_t TableForm::bytes() const { return weights.size() + seeds.size() + starts.size(); }

bool appliesTable(const ConvProblem& p) {
    return p.groups == 1 && !p.isDilated() && p.channels % 2 == 0 && p.activationLowest == 0 &&
           p.activationHighest == kHighest && Taps::of(p).count <= kMaxTaps;
}

template <int Vectors>
std::unique_ptr<PackedForm> packTable(const ConvProblem& p, std::span<const std::int8_t> codes) {
    if (std::ranges::any_of(codes, [](int code) { return code < -2 || code > 1; })) return nullptr;
    const Pairs all{p, codes};
    int safe = std::min(all.count(), 64);
    while (safe > kPairsAlwaysSafe && !groupsFit(all, safe)) --safe;
    const int groups = (all.count() + safe - 1) / safe;
    if (groups > 65535 / 255 || !sumsFitWords(p, codes)) return nullptr;
    constexpr int kSuperBlock = 32 * Vectors;
    const int superBlocks = (p.outChannels + kSuperBlock - 1) / kSuperBlock;
    auto packed = std::make_unique<TableForm>();
    packed->blocks = superBlocks;
    packed->pairsPerTap = static_cast<int>(Taps::of(p).elements / 2);
    packed->safePairs = safe;
    packed->groups = groups;
    packed->weights.assign(toIndex(superBlocks) * toIndex(all.count()) * kSuperBlock, std::byte{2 + 4 * 2});  // c = 0
    packed->seeds.assign(toIndex(superBlocks) * toIndex(packed->groups) * kSuperBlock, std::byte{0});
    std::vector<int> seedSums(toIndex(superBlocks) * kSuperBlock, 0);
    for (int n = 0; n < p.outChannels; ++n) {
        const std::size_t super = toIndex(n / kSuperBlock), position = bytePosition(n % kSuperBlock);
        for (int i = 0; i < all.count(); ++i)
            packed->weights[(super * toIndex(all.count()) + toIndex(i)) * kSuperBlock + position] =
                static_cast<std::byte>(all.code(n, i, 0) + 2 + 4 * (all.code(n, i, 1) + 2));
        for (int g = 0; g < groups; ++g) {
            int seed = 0;
            for (int i = g * safe; i < std::min((g + 1) * safe, all.count()); ++i)
                seed -= kHighest * (std::min(all.code(n, i, 0), 0) + std::min(all.code(n, i, 1), 0));
            packed->seeds[(super * toIndex(packed->groups) + toIndex(g)) * kSuperBlock + position] =
                static_cast<std::byte>(seed);
            seedSums[toIndex(n)] += seed;
        }
    }
    packStarts(seedSums, kSuperBlock, *packed);
    return packed;
}

template std::unique_ptr<PackedForm> packTable<1>(const ConvProblem&, std::span<const std::int8_t>);
template std::unique_ptr<PackedForm> packTable<2>(const ConvProblem&, std::span<const std::int8_t>);

}  // namespace bitdesk::packed
