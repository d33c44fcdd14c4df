// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/epilogue.h"
#include "core/execute/packed/kernels/kernel.h"

namespace bitdesk::packed {

/// Steps on values that are no products: pixels, pools, element-wise epilogues.
template <typename Isa>
struct Values {
    /// Up to eight floats; fewer are filled up with zeros.
    BITDESK_INLINE static F32x8 some(const float* from, int count) {
        if (count >= 8) return load<F32x8>(from);
        F32x8 vector{};
        for (int i = 0; i < count; ++i) vector[i] = from[i];
        return vector;
    }

    /// Unsigned codes of 32 values.
    BITDESK_INLINE static void quantize32(const float* from, const CodeTarget& target, std::uint8_t* to) {
        const auto codes = [&](int i) { return unsignedCodes<Isa>(target, load<F32x8>(from + 8 * i)); };
        Isa::storeClipped(to, to + kBlock, codes(0), codes(1), codes(2), codes(3),
                          static_cast<std::uint8_t>(target.highest));
    }

    /// Codes alone, as where a plan goes on from kept values: channels do not matter.
    BITDESK_INLINE static void quantize(const float* from, std::size_t count, const CodeTarget& target,
                                        std::uint8_t* to) {
        constexpr std::size_t kTogether = 2 * kBlock;
        for (; count >= kTogether; count -= kTogether, from += kTogether, to += kTogether) quantize32(from, target, to);
        if (count == 0) return;
        float rest[kTogether] = {};
        std::uint8_t codes[kTogether];
        __builtin_memcpy(rest, from, count * sizeof(float));
        quantize32(rest, target, codes);
        __builtin_memcpy(to, codes, count);
    }

    /// raw = a float; `pixels` of them from `first`.
    static void floats(const float* input, std::size_t first, std::size_t pixels, const EpilogueTask& task) {
        const EpilogueTask e = task;  // a copy that no store can alias
        if constexpr (Isa::kBytesClip)
            if (e.scale == nullptr && e.residual == nullptr && e.values == nullptr && e.codeTargets == 1 &&
                e.codes[0].lowest == 0 && e.activation.kind == ActivationKind::Identity) {
                const CodeTarget target = e.codes[0];
                const std::size_t begin = first * toIndex(e.channels);
                quantize(input + begin, pixels * toIndex(e.channels), target, target.codes + begin);
                return;
            }
        for (std::size_t p = first; p < first + pixels; ++p)
            for (int c = 0; c < e.channels; c += kBlock) {
                const float* from = input + p * toIndex(e.channels) + toIndex(c);
                finishValues<Isa>(e, {some(from, e.channels - c), some(from + 8, e.channels - c - 8)}, p, c);
            }
    }

    /// raw = a pixel 0…255. `e` works on `period` channels that repeat the image's own: rows of pixels are long, and
    /// their channels few.
    static void pixels(const std::uint8_t* input, std::size_t first, std::size_t pixels, const EpilogueTask& task) {
        const EpilogueTask e = task;  // a copy that no store can alias
        for (std::size_t p = first; p < first + pixels; ++p)
            for (int c = 0; c < e.channels; c += kBlock) {
                const std::uint8_t* from = input + p * toIndex(e.channels) + toIndex(c);
                const int left = e.channels - c < kBlock ? e.channels - c : kBlock;
                F32x8 low{}, high{};
                if (left == kBlock) {
                    using U8x8 = std::uint8_t __attribute__((vector_size(8)));
                    low = __builtin_convertvector(load<U8x8>(from), F32x8);
                    high = __builtin_convertvector(load<U8x8>(from + 8), F32x8);
                    finishValues<Isa>(e, {low, high}, p, c);
                    continue;
                }
                for (int i = 0; i < 8 && i < left; ++i) low[i] = static_cast<float>(from[i]);
                for (int i = 8; i < left; ++i) high[i - 8] = static_cast<float>(from[i]);
                finishValues<Isa>(e, {low, high}, p, c);
            }
    }

    /// The part of a window that lies inside the map.
    struct Inside {
        PoolSpan rows, columns;
        BITDESK_INLINE static Inside of(const PoolProblem& p, int y, int x) { return {p.rows[y], p.columns[x]}; }
        BITDESK_INLINE float share() const {
            return static_cast<float>(1.0 / (double{1} * rows.counted * columns.counted));
        }
    };

    /// Its maximum (NaN where it has one), or its sum row by row, left to right, of up to eight channels.
    template <bool Average, bool Full>
    BITDESK_INLINE static F32x8 window(const PoolProblem& p, const float* map, const Inside& inside, int c) {
        F32x8 value{};
        bool any = false;
        for (int row = inside.rows.begin; row < inside.rows.end; ++row) {
            const float* from =
                map + (toIndex(row) * toIndex(p.width) + toIndex(inside.columns.begin)) * toIndex(p.channels) +
                toIndex(c);
            for (int column = inside.columns.begin; column < inside.columns.end; ++column, from += p.channels) {
                const F32x8 v = Full ? load<F32x8>(from) : some(from, p.channels - c);
                if (!any) value = v;
                else if constexpr (Average) value = value + v;
                else value = Isa::maximumOrNan(value, v);
                any = true;
            }
        }
        if constexpr (Average) value = value * inside.share();
        return value;
    }

    template <bool Average>
    BITDESK_INLINE static void poolPixel(const PoolProblem& p, const float* map, const Inside& inside,
                                         std::size_t pixel, const EpilogueTask& e) {
        int c = 0;
        for (; c + kBlock <= p.channels; c += kBlock)
            finishValues<Isa>(
                e, {window<Average, true>(p, map, inside, c), window<Average, true>(p, map, inside, c + 8)}, pixel, c);
        if (c >= p.channels) return;
        F32x8 high{};
        if (c + 8 < p.channels) high = window<Average, false>(p, map, inside, c + 8);
        finishValues<Isa>(e, {window<Average, false>(p, map, inside, c), high}, pixel, c);
    }

    /// Rows [row, row + rows) of the output of images from `image`.
    static void pool(const PoolProblem& p, const float* input, const Band& band, const EpilogueTask& task) {
        const EpilogueTask e = task;  // a copy that no store can alias
        for (int image = band.image; image < band.image + band.images; ++image) {
            const float* map = input + toIndex(image) * toIndex(p.height) * toIndex(p.width) * toIndex(p.channels);
            for (int y = band.row; y < band.row + band.rows; ++y)
                for (int x = 0; x < p.outWidth; ++x) {
                    const Inside inside = Inside::of(p, y, x);
                    const std::size_t pixel =
                        (toIndex(image) * toIndex(p.outHeight) + toIndex(y)) * toIndex(p.outWidth) + toIndex(x);
                    if (p.average) poolPixel<true>(p, map, inside, pixel, e);
                    else poolPixel<false>(p, map, inside, pixel, e);
                }
        }
    }
};

}  // namespace bitdesk::packed
