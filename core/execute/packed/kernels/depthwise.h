// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/epilogue.h"
#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/window_copy.h"

namespace bitdesk::packed {

/// One input channel an output channel.
bool appliesDepthwise(const ConvProblem& problem);
/// Odd codes as [tap][channel] int32.
std::unique_ptr<PackedForm> packDepthwise(const ConvProblem& problem, std::span<const std::int8_t> codes);

/// One input channel an output channel: nothing is shared between channels, so they lie in the lanes. Activations and
/// weights are int32: such layers are bound by memory.
template <typename Isa>
struct Depthwise {
    using Memory = WindowMemory<std::int16_t>;

    static std::size_t scratchBytes(const PackedConv& conv, const Band& band) {
        return Memory(conv.problem, band, nullptr).used;
    }

    BITDESK_INLINE static I32x8 widen(const std::int16_t* from) {
        using I16x8 = std::int16_t __attribute__((vector_size(16)));
        return __builtin_convertvector(load<I16x8>(from), I32x8);
    }

    static void run(const PackedConv& conv, const Band& band, const std::uint8_t* input, const EpilogueTask& epilogue,
                    std::byte* scratch) {
        const ConvProblem& p = conv.problem;
        const Memory m(p, band, scratch);
        const std::int16_t* activations = windowOf(p, band, m.window, input, m.activations);
        const auto* weights =
            reinterpret_cast<const std::int32_t*>(conv.form->weights.data());  // [tap][padded channel]
        const std::ptrdiff_t padded = std::ptrdiff_t{conv.form->blocks} * kBlock, pixel = p.channels;
        const std::ptrdiff_t row = std::ptrdiff_t{m.window.columns} * pixel * p.dilationHeight;
        const std::ptrdiff_t column = pixel * p.dilationWidth;
        forEachOutput(p, band, m.window, [&](std::ptrdiff_t origin, std::size_t output) {
            for (int b = band.block; b < band.block + band.blocks; ++b) {
                const std::ptrdiff_t channel = std::ptrdiff_t{b} * kBlock;
                I32x8 low{}, high{};
                for (int ky = 0; ky < p.kernelHeight; ++ky)
                    for (int kx = 0; kx < p.kernelWidth; ++kx) {
                        const std::int16_t* a = activations + origin * pixel + ky * row + kx * column + channel;
                        const std::int32_t* w = weights + (ky * p.kernelWidth + kx) * padded + channel;
                        low += widen(a) * load<I32x8>(w);
                        high += widen(a + 8) * load<I32x8>(w + 8);
                    }
                finishBlocks<Isa>(
                    epilogue, static_cast<int>(channel), 1, [&](int) { return output; },
                    [&](int) {
                        return BlockSums{low, high};
                    });
            }
        });
    }
};

}  // namespace bitdesk::packed
