// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "core/base/to_index.h"
#include "core/execute/packed/kernels/direct.h"

namespace bitdesk::packed {
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
std::unique_ptr<DirectForm> packSteps(const ConvProblem& p, std::span<const std::int8_t> codes) {
    constexpr std::size_t kPerStep = 4 / sizeof(Weight);
    const Taps taps = Taps::of(p);
    const std::size_t steps = (taps.elements + kPerStep - 1) / kPerStep;
    auto packed = std::make_unique<DirectForm>();
    packed->blocks = p.blocks();
    packed->stepsPerTap = static_cast<int>(steps);
    packed->weights.assign(toIndex(p.blocks()) * toIndex(taps.count) * steps * 4 * kBlock, std::byte{0});
    auto* to = reinterpret_cast<Weight*>(packed->weights.data());
    const int outputs = p.groupOutputs(), blocksPerGroup = p.blocks() / p.groups;
    const auto window = toIndex(p.depth());
    for (int n = 0; n < p.outChannels; ++n) {
        const int block = n / outputs * blocksPerGroup + n % outputs / kBlock, lane = n % outputs % kBlock;
        for (std::size_t i = 0; i < window; ++i) {
            const std::size_t tap = i / taps.elements, element = i % taps.elements;
            const std::size_t step = (toIndex(block) * toIndex(taps.count) + tap) * steps + element / kPerStep;
            to[(step * kBlock + toIndex(lane)) * kPerStep + element % kPerStep] =
                static_cast<Weight>(oddCode(p, codes[toIndex(n) * window + i]));
        }
    }
    return packed;
}

}  // namespace

bool appliesDirectBytes(const ConvProblem& p) {
    return p.activationLowest == 0 && p.activationHighest <= 127 && fewTaps(p);
}

template <bool Wide>
std::unique_ptr<PackedForm> packDirectBytes(const ConvProblem& p, std::span<const std::int8_t> codes) {
    const int largest = largestOddCode(p, codes);
    if (largest > 127) return nullptr;
    const int pair = 2 * largestActivation(p) * std::max(largest, 1);
    const int safeSteps = Wide ? 0 : std::numeric_limits<std::int16_t>::max() / pair;
    if (!Wide && safeSteps < 1) return nullptr;
    auto packed = packSteps<std::int8_t>(p, codes);
    packed->safeSteps = safeSteps;
    return packed;
}

template std::unique_ptr<PackedForm> packDirectBytes<false>(const ConvProblem&, std::span<const std::int8_t>);
template std::unique_ptr<PackedForm> packDirectBytes<true>(const ConvProblem&, std::span<const std::int8_t>);

bool appliesDirectWords(const ConvProblem& p) { return fewTaps(p); }

std::unique_ptr<PackedForm> packDirectWords(const ConvProblem& p, std::span<const std::int8_t> codes) {
    return packSteps<std::int16_t>(p, codes);
}

}  // namespace bitdesk::packed
