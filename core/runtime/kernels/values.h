// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/kernels/epilogue.h"
#include "core/runtime/kernels/value_kernels.h"

namespace bitdesk::runtime {

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

    /// raw = a float; `pixels` of them from `first`.
    static void floats(const float* input, std::size_t first, std::size_t pixels, const EpilogueTask& e) {
        for (std::size_t p = first; p < first + pixels; ++p)
            for (int c = 0; c < e.channels; c += kBlock) {
                const float* from = input + p * static_cast<std::size_t>(e.channels) + static_cast<std::size_t>(c);
                finishValues<Isa>(e, some(from, e.channels - c), some(from + 8, e.channels - c - 8), p, c);
            }
    }

    /// raw = a pixel 0…255. `e` works on `period` channels that repeat the image's own: rows of pixels are long, and
    /// their channels few.
    static void pixels(const std::uint8_t* input, std::size_t first, std::size_t pixels, const EpilogueTask& e) {
        for (std::size_t p = first; p < first + pixels; ++p)
            for (int c = 0; c < e.channels; c += kBlock) {
                const std::uint8_t* from =
                    input + p * static_cast<std::size_t>(e.channels) + static_cast<std::size_t>(c);
                const int left = e.channels - c < kBlock ? e.channels - c : kBlock;
                F32x8 low{}, high{};
                if (left == kBlock) {
                    using U8x8 = std::uint8_t __attribute__((vector_size(8)));
                    low = __builtin_convertvector(load<U8x8>(from), F32x8);
                    high = __builtin_convertvector(load<U8x8>(from + 8), F32x8);
                    finishValues<Isa>(e, low, high, p, c);
                    continue;
                }
                for (int i = 0; i < 8 && i < left; ++i) low[i] = static_cast<float>(from[i]);
                for (int i = 8; i < left; ++i) high[i - 8] = static_cast<float>(from[i]);
                finishValues<Isa>(e, low, high, p, c);
            }
    }

    /// One eighth of a window: its maximum (NaN where it has one), or its sum row by row, left to right.
    BITDESK_INLINE static F32x8 window(const PoolProblem& p, const float* map, int y, int x, int c, int count) {
        F32x8 value{};
        bool any = false;
        for (int ky = 0; ky < p.kernelHeight; ++ky) {
            const int row = y * p.strideHeight - p.paddingHeight + ky;
            if (row < 0 || row >= p.height) continue;
            for (int kx = 0; kx < p.kernelWidth; ++kx) {
                const int column = x * p.strideWidth - p.paddingWidth + kx;
                if (column < 0 || column >= p.width) continue;
                const F32x8 v = some(map +
                                         (static_cast<std::size_t>(row) * static_cast<std::size_t>(p.width) +
                                          static_cast<std::size_t>(column)) *
                                             static_cast<std::size_t>(p.channels) +
                                         static_cast<std::size_t>(c),
                                     count);
                value = !any ? v : p.average ? value + v : Isa::maximumOrNan(value, v);
                any = true;
            }
        }
        return value;
    }

    /// Rows [row, row + rows) of the output of images from `image`.
    static void pool(const PoolProblem& p, const float* input, const Band& band, const EpilogueTask& e) {
        const auto factor = static_cast<float>(1.0 / (double{1} * p.kernelHeight * p.kernelWidth));
        for (int image = band.image; image < band.image + band.images; ++image) {
            const float* map = input + static_cast<std::size_t>(image) * static_cast<std::size_t>(p.height) *
                                           static_cast<std::size_t>(p.width) * static_cast<std::size_t>(p.channels);
            for (int y = band.row; y < band.row + band.rows; ++y)
                for (int x = 0; x < p.outWidth; ++x)
                    for (int c = 0; c < p.channels; c += kBlock) {
                        const int left = p.channels - c;
                        F32x8 low = window(p, map, y, x, c, left), high{};
                        if (left > 8) high = window(p, map, y, x, c + 8, left - 8);
                        if (p.average) {
                            low = low * factor;
                            high = high * factor;
                        }
                        const std::size_t pixel =
                            (static_cast<std::size_t>(image) * static_cast<std::size_t>(p.outHeight) +
                             static_cast<std::size_t>(y)) *
                                static_cast<std::size_t>(p.outWidth) +
                            static_cast<std::size_t>(x);
                        finishValues<Isa>(e, low, high, pixel, c);
                    }
        }
    }
};

}  // namespace bitdesk::runtime
