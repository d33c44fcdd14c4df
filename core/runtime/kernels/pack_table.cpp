// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cstdlib>

#include "core/runtime/kernels/direct.h"
#include "core/runtime/kernels/pack.h"

namespace bitdesk::runtime {
namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr int kHighest = 3, kPairsAlwaysSafe = 21;  // 21 pairs · 2 · 3 · |−2| ≤ 255

/// Pairs in the order of the kernel: [output][tap][pair], the second half of the window's codes.
struct Pairs {
    const ConvProblem& problem;
    std::span<const std::int8_t> codes;
    int count() const { return static_cast<int>(problem.depth() / 2); }
    int code(int n, int pair, int half) const { return codes[at(n) * at(problem.depth()) + at(pair) * 2 + at(half)]; }
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

/// Where output n lies among the bytes of its super-block.
std::size_t bytePosition(int n) {
    const int vector = n / 32, inVector = n % 32;
    return at(vector) * 32 + at(inVector % kBlock) * 2 + at(inVector / kBlock);
}

}  // namespace

bool appliesTable(const ConvProblem& p) {
    return p.groups == 1 && p.channels % 2 == 0 && p.activationLowest == 0 && p.activationHighest == kHighest &&
           Taps::of(p).count <= kMaxTaps;
}

template <int Vectors>
bool packTable(const ConvProblem& p, std::span<const std::int8_t> codes, PackedConv& packed) {
    if (std::ranges::any_of(codes, [](int code) { return code < -2 || code > 1; })) return false;
    const Pairs all{p, codes};
    int safe = std::min(all.count(), 64);
    while (safe > kPairsAlwaysSafe && !groupsFit(all, safe)) --safe;
    const int groups = (all.count() + safe - 1) / safe;
    if (groups > 65535 / 255) return false;  // word sums
    constexpr int kSuperBlock = 32 * Vectors;
    const int superBlocks = (p.outChannels + kSuperBlock - 1) / kSuperBlock;
    packed.blocks = superBlocks;
    packed.stepsPerTap = static_cast<int>(Taps::of(p).elements / 2);
    packed.safeSteps = safe;
    packed.table.groups = groups + 1;  // the kernel reads one seed ahead
    packed.weights.assign(at(superBlocks) * at(all.count()) * kSuperBlock, std::byte{2 + 4 * 2});  // c = 0
    packed.table.seeds.assign(at(superBlocks) * at(packed.table.groups) * kSuperBlock, std::byte{0});
    packed.table.seedSums.assign(at(superBlocks) * kSuperBlock, 0);
    for (int n = 0; n < p.outChannels; ++n) {
        const std::size_t super = at(n / kSuperBlock), position = bytePosition(n % kSuperBlock);
        for (int i = 0; i < all.count(); ++i)
            packed.weights[(super * at(all.count()) + at(i)) * kSuperBlock + position] =
                static_cast<std::byte>(all.code(n, i, 0) + 2 + 4 * (all.code(n, i, 1) + 2));
        for (int g = 0; g < groups; ++g) {
            int seed = 0;
            for (int i = g * safe; i < std::min((g + 1) * safe, all.count()); ++i)
                seed -= kHighest * (std::min(all.code(n, i, 0), 0) + std::min(all.code(n, i, 1), 0));
            packed.table.seeds[(super * at(packed.table.groups) + at(g)) * kSuperBlock + position] =
                static_cast<std::byte>(seed);
            packed.table.seedSums[at(n)] += seed;
        }
    }
    return true;
}

template bool packTable<1>(const ConvProblem&, std::span<const std::int8_t>, PackedConv&);
template bool packTable<2>(const ConvProblem&, std::span<const std::int8_t>, PackedConv&);

}  // namespace bitdesk::runtime
