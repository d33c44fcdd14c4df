// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/kernels/conv_problem.h"
#include "core/runtime/kernels/vectors.h"

namespace bitdesk::runtime {

/// Unsigned codes from 0: the conversion to bytes clips there by itself. In this order of arguments NaN stays, converts
/// to the smallest integer, and that to 0.
template <typename Isa>
BITDESK_INLINE void storeClipped(const CodeTarget& target, F32x8 low, F32x8 high, F32x8 highest, std::size_t index) {
    Isa::storeUnsignedBytes(target.codes + index, Isa::roundToEven(Isa::minimum(highest, low)),
                            Isa::roundToEven(Isa::minimum(highest, high)));
}

/// Sixteen channels of one pixel through the epilogue, in the order of operations that Epilogue fixes. `values`,
/// `residual` and codes are addressed at `index`, the pixel's element of channel `channel`.
template <typename Isa>
BITDESK_INLINE void finishFullBlock(const EpilogueTask& e, F32x8 low, F32x8 high, std::size_t index, int channel) {
    if (e.scale != nullptr) {
        low = low * load<F32x8>(e.scale + channel) + load<F32x8>(e.offset + channel);
        high = high * load<F32x8>(e.scale + channel + 8) + load<F32x8>(e.offset + channel + 8);
    }
    if (e.residual != nullptr) {
        low = low + load<F32x8>(e.residual + index);
        high = high + load<F32x8>(e.residual + index + 8);
    }
    if (e.relu) {
        // max(v, 0) as std::max has it: NaN and −0 stay.
        low = Isa::maximum(F32x8{}, low);
        high = Isa::maximum(F32x8{}, high);
    }
    if (e.values != nullptr) {
        store(e.values + index, low);
        store(e.values + index + 8, high);
    }
    for (int t = 0; t < e.codeTargets; ++t) {
        const CodeTarget& target = e.codes[t];
        const F32x8 inverse = splat<F32x8>(target.inverseScale), highest = splat<F32x8>(target.highest);
        if constexpr (Isa::kBytesClip)
            if (target.lowest == 0) {
                storeClipped<Isa>(target, low * inverse, high * inverse, highest, index);
                continue;
            }
        const F32x8 lowest = splat<F32x8>(target.lowest);
        // NaN gives the lowest code, as quantizeActivation says.
        const F32x8 a = Isa::minimum(Isa::maximum(low * inverse, lowest), highest);
        const F32x8 b = Isa::minimum(Isa::maximum(high * inverse, lowest), highest);
        Isa::storeLowBytes(target.codes + index, Isa::roundToEven(a), Isa::roundToEven(b));
    }
}

/// The last channels of a pixel whose count is no multiple of a block: the same arithmetic on copies.
template <typename Isa>
[[gnu::noinline]] void finishNarrowBlock(EpilogueTask e, F32x8 low, F32x8 high, std::size_t index, int channel,
                                         int count) {
    alignas(64) float residual[kBlock] = {}, values[kBlock] = {};
    alignas(64) std::uint8_t codes[kBlock] = {};
    EpilogueTask copy = e;
    if (e.residual != nullptr) {
        for (int i = 0; i < count; ++i) residual[i] = e.residual[index + static_cast<std::size_t>(i)];
        copy.residual = residual;
    }
    copy.values = e.values != nullptr ? values : nullptr;
    copy.codeTargets = 0;
    // `channel` counts for scale and offset alone; the copies start at their first element.
    finishFullBlock<Isa>(copy, low, high, 0, channel);
    if (e.values != nullptr)
        __builtin_memcpy(e.values + index, values, sizeof(float) * static_cast<std::size_t>(count));
    for (int t = 0; t < e.codeTargets; ++t) {
        CodeTarget target = e.codes[t];
        target.codes = codes;
        copy.values = nullptr;
        copy.codes = &target;
        copy.codeTargets = 1;
        finishFullBlock<Isa>(copy, low, high, 0, channel);
        __builtin_memcpy(e.codes[t].codes + index, codes, static_cast<std::size_t>(count));
    }
}

template <typename Isa>
BITDESK_INLINE void finishValues(const EpilogueTask& e, F32x8 low, F32x8 high, std::size_t pixel, int channel) {
    const std::size_t index = pixel * static_cast<std::size_t>(e.channels) + static_cast<std::size_t>(channel);
    const int left = e.channels - channel;
    if (left >= kBlock) [[likely]]
        finishFullBlock<Isa>(e, low, high, index, channel);
    else finishNarrowBlock<Isa>(e, low, high, index, channel, left);
}

/// The task as kernels run it. Most layers write one set of unsigned codes and nothing else: there the conversion to
/// bytes clips at 0 by itself, NaN included, and a ReLU before it changes nothing.
template <typename Isa>
BITDESK_INLINE EpilogueTask prepared(const EpilogueTask& task) {
    EpilogueTask e = task;
    e.codesAlone = Isa::kBytesClip && e.accumulators == nullptr && e.scale != nullptr && e.residual == nullptr &&
                   e.values == nullptr && e.codeTargets == 1 && e.codes[0].lowest == 0;
    return e;
}

/// finishFullBlock where codesAlone.
template <typename Isa>
BITDESK_INLINE void finishCodesAlone(const EpilogueTask& e, F32x8 low, F32x8 high, std::size_t index, int channel) {
    const CodeTarget& target = e.codes[0];
    const F32x8 inverse = splat<F32x8>(target.inverseScale), highest = splat<F32x8>(target.highest);
    low = (low * load<F32x8>(e.scale + channel) + load<F32x8>(e.offset + channel)) * inverse;
    high = (high * load<F32x8>(e.scale + channel + 8) + load<F32x8>(e.offset + channel + 8)) * inverse;
    storeClipped<Isa>(target, low, high, highest, index);
}

/// A block of int32 sums of one pixel.
template <typename Isa>
BITDESK_INLINE void finishSums(const EpilogueTask& e, I32x8 low, I32x8 high, std::size_t pixel, int channel) {
    if constexpr (Isa::kBytesClip)
        if (e.codesAlone && e.channels - channel >= kBlock) {
            finishCodesAlone<Isa>(e, __builtin_convertvector(low, F32x8), __builtin_convertvector(high, F32x8),
                                  pixel * static_cast<std::size_t>(e.channels) + static_cast<std::size_t>(channel),
                                  channel);
            return;
        }
    if (e.accumulators != nullptr) {
        std::int32_t sums[kBlock];
        store(sums, low);
        store(sums + 8, high);
        std::int32_t* to = e.accumulators + pixel * static_cast<std::size_t>(e.channels) + channel;
        const int left = e.channels - channel < kBlock ? e.channels - channel : kBlock;
        for (int i = 0; i < left; ++i) to[i] = sums[i];
        return;
    }
    finishValues<Isa>(e, __builtin_convertvector(low, F32x8), __builtin_convertvector(high, F32x8), pixel, channel);
}

}  // namespace bitdesk::runtime
