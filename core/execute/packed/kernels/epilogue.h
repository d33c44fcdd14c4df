// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/vectors.h"

namespace bitdesk::packed {

/// A block's floats.
struct BlockValues {
    F32x8 low, high;
};

/// activated() on a vector. clip() is as std::min and std::max have it: NaN and −0 stay.
template <typename Isa>
struct VectorOperations {
    BITDESK_INLINE static F32x8 clip(F32x8 v, float lowest, float highest) {
        return Isa::minimum(splat<F32x8>(highest), Isa::maximum(splat<F32x8>(lowest), v));
    }
    BITDESK_INLINE static F32x8 add(F32x8 v, float number) { return v + splat<F32x8>(number); }
    BITDESK_INLINE static F32x8 divide(F32x8 v, float number) { return v / splat<F32x8>(number); }
    BITDESK_INLINE static F32x8 multiply(F32x8 v, F32x8 w) { return v * w; }
    BITDESK_INLINE static F32x8 scale(F32x8 v, float number) { return v * splat<F32x8>(number); }
    BITDESK_INLINE static F32x8 sum(F32x8 v, F32x8 w) { return v + w; }
    BITDESK_INLINE static F32x8 invert(F32x8 v) { return splat<F32x8>(1.0F) / v; }
    BITDESK_INLINE static F32x8 exponential(F32x8 v) { return exponentialSteps(v, VectorOperations()); }
    BITDESK_INLINE static F32x8 powerOfTwo(F32x8 t) { return (F32x8)(((U32x8)t << 23) + 0x3F800000U); }
};

/// A block's activation, out of line: of the longer ones no copy is wanted in every kernel.
template <typename Isa>
[[gnu::noinline]] void activateBlock(const Activation& activation, BlockValues& v) {
    v.low = activated(activation, v.low, VectorOperations<Isa>());
    v.high = activated(activation, v.high, VectorOperations<Isa>());
}

/// A block of one pixel through scale, offset, residual and activation, in the order of operations that Epilogue fixes,
/// and its values stored. `values` and `residual` are addressed at `index`, the pixel's element of channel `channel`.
template <typename Isa>
BITDESK_INLINE BlockValues plannedValues(const EpilogueTask& e, BlockValues v, std::size_t index, int channel) {
    if (e.scale != nullptr) {
        v.low = v.low * load<F32x8>(e.scale + channel) + load<F32x8>(e.offset + channel);
        v.high = v.high * load<F32x8>(e.scale + channel + 8) + load<F32x8>(e.offset + channel + 8);
    }
    if (e.residual != nullptr) {
        v.low = v.low + load<F32x8>(e.residual + index);
        v.high = v.high + load<F32x8>(e.residual + index + 8);
    }
    if (e.activation.kind == ActivationKind::Relu) {
        v.low = VectorOperations<Isa>::clip(v.low, 0.0F, e.activation.first);
        v.high = VectorOperations<Isa>::clip(v.high, 0.0F, e.activation.first);
    } else if (e.activation.kind != ActivationKind::Identity) {
        activateBlock<Isa>(e.activation, v);
    }
    if (e.values != nullptr) {
        store(e.values + index, v.low);
        store(e.values + index + 8, v.high);
    }
    return v;
}

/// A value's code, unclipped at the low end: what follows makes bytes and clips there. In this order of arguments NaN
/// stays, converts to the smallest integer, and that to 0.
template <typename Isa>
BITDESK_INLINE I32x8 unsignedCodes(const CodeTarget& target, F32x8 v) {
    return Isa::roundToEven(Isa::minimum(splat<F32x8>(target.highest), v * splat<F32x8>(target.inverseScale)));
}

/// The block's codes for one reader.
template <typename Isa>
BITDESK_INLINE void storeCodes(const CodeTarget& target, const BlockValues& v, std::size_t index) {
    if constexpr (Isa::kBytesClip)
        if (target.lowest == 0) {
            Isa::storeUnsignedBytes(target.codes + index, unsignedCodes<Isa>(target, v.low),
                                    unsignedCodes<Isa>(target, v.high));
            return;
        }
    const F32x8 inverse = splat<F32x8>(target.inverseScale);
    const F32x8 lowest = splat<F32x8>(target.lowest), highest = splat<F32x8>(target.highest);
    // NaN gives the lowest code, as quantizeActivation says.
    const F32x8 low = Isa::minimum(Isa::maximum(v.low * inverse, lowest), highest);
    const F32x8 high = Isa::minimum(Isa::maximum(v.high * inverse, lowest), highest);
    Isa::storeLowBytes(target.codes + index, Isa::roundToEven(low), Isa::roundToEven(high));
}

/// Sixteen channels of one pixel through the whole epilogue.
template <typename Isa>
BITDESK_INLINE void finishFullBlock(const EpilogueTask& e, const BlockValues& raw, std::size_t index, int channel) {
    const BlockValues v = plannedValues<Isa>(e, raw, index, channel);
    for (int t = 0; t < e.codeTargets; ++t) storeCodes<Isa>(e.codes[t], v, index);
}

/// The last channels of a pixel whose count is no multiple of a block: the same arithmetic on copies.
template <typename Isa>
[[gnu::noinline]] void finishNarrowBlock(EpilogueTask e, BlockValues raw, std::size_t index, int channel, int count) {
    alignas(64) float residual[kBlock] = {}, values[kBlock] = {};
    alignas(64) std::uint8_t codes[kBlock] = {};
    EpilogueTask copy = e;
    if (e.residual != nullptr) {
        for (int i = 0; i < count; ++i) residual[i] = e.residual[index + toIndex(i)];
        copy.residual = residual;
    }
    copy.values = e.values != nullptr ? values : nullptr;
    copy.codeTargets = 0;
    // `channel` counts for scale and offset alone; the copies start at their first element.
    finishFullBlock<Isa>(copy, raw, 0, channel);
    if (e.values != nullptr) __builtin_memcpy(e.values + index, values, sizeof(float) * toIndex(count));
    for (int t = 0; t < e.codeTargets; ++t) {
        CodeTarget target = e.codes[t];
        target.codes = codes;
        copy.values = nullptr;
        copy.codes = &target;
        copy.codeTargets = 1;
        finishFullBlock<Isa>(copy, raw, 0, channel);
        __builtin_memcpy(e.codes[t].codes + index, codes, toIndex(count));
    }
}

template <typename Isa>
BITDESK_INLINE void finishValues(const EpilogueTask& e, const BlockValues& raw, std::size_t pixel, int channel) {
    const std::size_t index = pixel * toIndex(e.channels) + toIndex(channel);
    const int left = e.channels - channel;
    if (left >= kBlock) [[likely]]
        finishFullBlock<Isa>(e, raw, index, channel);
    else finishNarrowBlock<Isa>(e, raw, index, channel, left);
}

/// A block of int32 sums of one pixel.
struct BlockSums {
    I32x8 low, high;
    BITDESK_INLINE BlockValues values() const {
        return {__builtin_convertvector(low, F32x8), __builtin_convertvector(high, F32x8)};
    }
};

/// Whether a whole block from `channel` on can take the folded way. Portable code has no fused operation that is fast.
template <typename Isa>
BITDESK_INLINE bool isFolded(const EpilogueTask& e, int channel) {
    return Isa::kBytesClip && e.codeScale != nullptr && e.channels - channel >= kBlock;
}

/// What isFolded multiplies and adds, of a block.
template <typename Isa>
struct Fold {
    F32x8 scaleLow, scaleHigh, offsetLow, offsetHigh;

    BITDESK_INLINE Fold(const EpilogueTask& e, int channel)
        : scaleLow(load<F32x8>(e.codeScale + channel)),
          scaleHigh(load<F32x8>(e.codeScale + channel + 8)),
          offsetLow(load<F32x8>(e.codeOffset + channel)),
          offsetHigh(load<F32x8>(e.codeOffset + channel + 8)) {}

    /// Not clipped yet.
    BITDESK_INLINE BlockSums codes(const BlockSums& sums) const {
        const BlockValues v = sums.values();
        return {Isa::roundToEven(Isa::fma(v.low, scaleLow, offsetLow)),
                Isa::roundToEven(Isa::fma(v.high, scaleHigh, offsetHigh))};
    }
};

/// The codes of a block, where isFolded: those of two pixels are converted together. pixel(i) and sums(i) give a
/// pixel's number and its BlockSums.
template <typename Isa, typename Pixel, typename Sums>
BITDESK_INLINE void finishFolded(const EpilogueTask& e, int channel, int count, const Pixel& pixel, const Sums& sums) {
    const Fold<Isa> fold(e, channel);
    const auto channels = toIndex(e.channels);
    std::uint8_t* to = e.codes[0].codes + channel;
    const auto highest = static_cast<std::uint8_t>(e.codes[0].highest);
    int i = 0;
    for (; i + 1 < count; i += 2) {
        const BlockSums a = fold.codes(sums(i)), b = fold.codes(sums(i + 1));
        Isa::storeClipped(to + pixel(i) * channels, to + pixel(i + 1) * channels, a.low, a.high, b.low, b.high,
                          highest);
    }
    if (i == count) return;
    const BlockSums a = fold.codes(sums(i));
    std::uint8_t* last = to + pixel(i) * channels;
    Isa::storeClipped(last, last, a.low, a.high, a.low, a.high, highest);
}

/// A block of int32 sums of one pixel.
template <typename Isa>
BITDESK_INLINE void finishSums(const EpilogueTask& e, const BlockSums& sums, std::size_t pixel, int channel) {
    if (e.accumulators != nullptr) {
        std::int32_t copy[kBlock];
        store(copy, sums.low);
        store(copy + 8, sums.high);
        std::int32_t* to = e.accumulators + pixel * toIndex(e.channels) + channel;
        const int left = e.channels - channel < kBlock ? e.channels - channel : kBlock;
        for (int i = 0; i < left; ++i) to[i] = copy[i];
        return;
    }
    finishValues<Isa>(e, sums.values(), pixel, channel);
}

/// The same whole block of several pixels, as the plan says, where it has at most one set of codes, unsigned: those of
/// two pixels are converted together.
template <typename Isa>
BITDESK_INLINE void finishPlannedPairs(const EpilogueTask& task, int channel, int count, const std::size_t* pixels,
                                       const BlockSums* sums) {
    const EpilogueTask e = task;  // copies that no store can alias
    const CodeTarget target = e.codeTargets > 0 ? e.codes[0] : CodeTarget{};
    for (int i = 0; i < count; i += 2) {
        const int next = i + 1 < count ? i + 1 : i;
        const auto index = [&](int p) { return pixels[p] * toIndex(e.channels) + toIndex(channel); };
        const BlockValues a = plannedValues<Isa>(e, sums[i].values(), index(i), channel);
        const BlockValues b = next == i ? a : plannedValues<Isa>(e, sums[next].values(), index(next), channel);
        if (target.codes == nullptr) continue;
        Isa::storeClipped(target.codes + index(i), target.codes + index(next), unsignedCodes<Isa>(target, a.low),
                          unsignedCodes<Isa>(target, a.high), unsignedCodes<Isa>(target, b.low),
                          unsignedCodes<Isa>(target, b.high), static_cast<std::uint8_t>(target.highest));
    }
}

/// The same block of several pixels, as the plan says; out of line, since it would crowd the registers of the folded
/// way.
template <typename Isa>
[[gnu::noinline]] void finishPlanned(const EpilogueTask& e, int channel, int count, const std::size_t* pixels,
                                     const BlockSums* sums) {
    if constexpr (Isa::kBytesClip)
        if (e.accumulators == nullptr && e.channels - channel >= kBlock &&
            (e.codeTargets == 0 || (e.codeTargets == 1 && e.codes[0].lowest == 0))) {
            finishPlannedPairs<Isa>(e, channel, count, pixels, sums);
            return;
        }
    const EpilogueTask copy = e;
    for (int i = 0; i < count; ++i) finishSums<Isa>(copy, sums[i], pixels[i], channel);
}

/// The same block of `count` pixels, at most kMostPixels, the shorter way where it is proven.
inline constexpr int kMostPixels = 16;
template <typename Isa, typename Pixel, typename Sums>
BITDESK_INLINE void finishBlocks(const EpilogueTask& e, int channel, int count, const Pixel& pixel, const Sums& sums) {
    if constexpr (Isa::kBytesClip)
        if (isFolded<Isa>(e, channel)) {
            finishFolded<Isa>(e, channel, count, pixel, sums);
            return;
        }
    std::size_t pixels[kMostPixels];
    BlockSums copies[kMostPixels];
    for (int i = 0; i < count; ++i) {
        pixels[i] = pixel(i);
        copies[i] = sums(i);
    }
    finishPlanned<Isa>(e, channel, count, pixels, copies);
}

}  // namespace bitdesk::packed
