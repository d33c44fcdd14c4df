// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "core/base/index.h"
#include "core/execute/packed/kernels/direct.h"
#include "core/execute/packed/kernels/pack.h"

namespace bitdesk::runtime {
namespace {

int largestActivation(const ConvProblem& p) { return std::max(-p.activationLowest, p.activationHighest); }

int oddCode(const ConvProblem& p, std::int8_t code) { return 2 * code + p.weightOffset; }

int largestOddCode(const ConvProblem& p, std::span<const std::int8_t> codes) {
    int largest = 0;
    for (const std::int8_t code : codes) largest = std::max(largest, std::abs(oddCode(p, code)));
    return largest;
}

bool fewTaps(const ConvProblem& p) { return Taps::of(p).count <= kMaxTaps; }

/// [block][tap][step][16][4 / sizeof(Weight)] with zeros where a layer has no channel or activation.
template <typename Weight>
void packSteps(const ConvProblem& p, std::span<const std::int8_t> codes, PackedConv& packed) {
    constexpr std::size_t kPerStep = 4 / sizeof(Weight);
    const Taps taps = Taps::of(p);
    const std::size_t steps = (taps.elements + kPerStep - 1) / kPerStep;
    packed.blocks = p.blocks();
    packed.stepsPerTap = static_cast<int>(steps);
    packed.weights.assign(at(p.blocks()) * at(taps.count) * steps * 4 * kBlock, std::byte{0});
    auto* to = reinterpret_cast<Weight*>(packed.weights.data());
    const int outputs = p.groupOutputs(), blocksPerGroup = p.blocks() / p.groups;
    const auto window = at(p.depth());
    for (int n = 0; n < p.outChannels; ++n) {
        const int block = n / outputs * blocksPerGroup + n % outputs / kBlock, lane = n % outputs % kBlock;
        for (std::size_t i = 0; i < window; ++i) {
            const std::size_t tap = i / taps.elements, element = i % taps.elements;
            const std::size_t step = (at(block) * at(taps.count) + tap) * steps + element / kPerStep;
            to[(step * kBlock + at(lane)) * kPerStep + element % kPerStep] =
                static_cast<Weight>(oddCode(p, codes[at(n) * window + i]));
        }
    }
}

}  // namespace

bool appliesDirectBytes(const ConvProblem& p) {
    return p.activationLowest == 0 && p.activationHighest <= 127 && fewTaps(p);
}

template <bool Wide>
bool packDirectBytes(const ConvProblem& p, std::span<const std::int8_t> codes, PackedConv& packed) {
    const int largest = largestOddCode(p, codes);
    if (largest > 127) return false;
    if constexpr (!Wide) {
        const int pair = 2 * largestActivation(p) * std::max(largest, 1);
        packed.safeSteps = std::numeric_limits<std::int16_t>::max() / pair;
        if (packed.safeSteps < 1) return false;
    }
    packSteps<std::int8_t>(p, codes, packed);
    return true;
}

template bool packDirectBytes<false>(const ConvProblem&, std::span<const std::int8_t>, PackedConv&);
template bool packDirectBytes<true>(const ConvProblem&, std::span<const std::int8_t>, PackedConv&);

bool appliesDirectWords(const ConvProblem& p) { return fewTaps(p); }

bool packDirectWords(const ConvProblem& p, std::span<const std::int8_t> codes, PackedConv& packed) {
    packSteps<std::int16_t>(p, codes, packed);
    return true;
}

bool appliesDepthwise(const ConvProblem& p) { return p.groups == p.channels && p.outChannels == p.channels; }

bool packDepthwise(const ConvProblem& p, std::span<const std::int8_t> codes, PackedConv& packed) {
    const std::size_t taps = at(p.depth()), padded = (at(p.outChannels) + kBlock - 1) / kBlock * kBlock;
    packed.blocks = static_cast<int>(padded) / kBlock;
    packed.weights.assign(taps * padded * sizeof(std::int32_t), std::byte{0});
    auto* to = reinterpret_cast<std::int32_t*>(packed.weights.data());
    for (std::size_t n = 0; n < at(p.outChannels); ++n)
        for (std::size_t t = 0; t < taps; ++t) to[t * padded + n] = oddCode(p, codes[n * taps + t]);
    return true;
}

}  // namespace bitdesk::runtime
