// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/to_index.h"
#include "core/execute/packed/kernels/depthwise.h"

namespace bitdesk::packed {

bool appliesDepthwise(const ConvProblem& p) { return p.groups == p.channels && p.outChannels == p.channels; }

std::unique_ptr<PackedForm> packDepthwise(const ConvProblem& p, std::span<const std::int8_t> codes) {
    const std::size_t taps = toIndex(p.depth()), padded = (toIndex(p.outChannels) + kBlock - 1) / kBlock * kBlock;
    auto packed = std::make_unique<PackedForm>();
    packed->blocks = static_cast<int>(padded) / kBlock;
    packed->weights.assign(taps * padded * sizeof(std::int32_t), std::byte{0});
    auto* to = reinterpret_cast<std::int32_t*>(packed->weights.data());
    for (std::size_t n = 0; n < toIndex(p.outChannels); ++n)
        for (std::size_t t = 0; t < taps; ++t) to[t * padded + n] = 2 * codes[n * taps + t] + p.weightOffset;
    return packed;
}

}  // namespace bitdesk::packed
