// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/vectors.h"

namespace bitdesk::packed {

/// The input rows that a band reads, copied with their padding, so that inner loops know no border. A copy costs a
/// small part of what it saves: it is 1/N of the layer's multiplications. Of a strided 1×1 convolution only the pixels
/// that are read are copied.
struct Window {
    int rows = 0, columns = 0;  ///< of one image, padding included
    int firstRow = 0;           ///< input row of the window's first row, negative in the padding
    bool gathered = false;      ///< holds just the pixels that are read: strides are 1 in it
    std::size_t elements = 0;   ///< of all images, without slack

    BITDESK_INLINE static Window of(const ConvProblem& p, const Band& band, int outRows, int outColumns) {
        Window w;
        // What it reads lies inside the map: no pixel is padding.
        w.gathered = p.kernelHeight == 1 && p.kernelWidth == 1 && p.paddingHeight == 0 && p.paddingWidth == 0 &&
                     (p.outHeight - 1) * p.strideHeight < p.height && (p.outWidth - 1) * p.strideWidth < p.width;
        const int spanHeight = (p.kernelHeight - 1) * p.dilationHeight + 1;
        const int spanWidth = (p.kernelWidth - 1) * p.dilationWidth + 1;
        w.rows = w.gathered ? outRows : (outRows - 1) * p.strideHeight + spanHeight;
        w.columns = w.gathered ? outColumns : (outColumns - 1) * p.strideWidth + spanWidth;
        w.firstRow = band.row * p.strideHeight - p.paddingHeight;
        w.elements = toIndex(band.images) * toIndex(w.rows) * toIndex(w.columns) * toIndex(p.channels);
        return w;
    }
};

/// Scratch memory of a kernel that works on its window alone.
template <typename Activation>
struct WindowMemory {
    Window window;
    Activation* activations;
    std::size_t used;

    BITDESK_INLINE WindowMemory(const ConvProblem& p, const Band& band, std::byte* scratch) {
        ScratchPlan plan(scratch);
        window = Window::of(p, band, band.rows, p.outWidth);
        activations = plan.take<Activation>(window.elements + kSlack);
        used = plan.used();
    }
};

/// One row: `count` elements from bytes, widened where T is wider.
template <typename T>
BITDESK_INLINE void copyCodes(T* to, const std::uint8_t* from, std::size_t count, bool isSigned) {
    if constexpr (sizeof(T) == 1) {
        __builtin_memcpy(to, from, count);
    } else if (isSigned) {
        for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<T>(from[i] < 128 ? from[i] : from[i] - 256);
    } else {
        for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
    }
}

/// Fills a window; rows and columns outside the map become 0. T is uint8_t (codes as they are) or int16_t.
template <typename T>
BITDESK_INLINE void copyWindow(const ConvProblem& p, const Band& band, const Window& w, const std::uint8_t* input,
                               T* to) {
    const auto channels = toIndex(p.channels);
    const std::size_t rowElements = toIndex(w.columns) * channels;
    const bool isSigned = p.activationLowest < 0;
    for (int image = 0; image < band.images; ++image) {
        const std::uint8_t* map = input + toIndex(band.image + image) * toIndex(p.height) * toIndex(p.width) * channels;
        for (int r = 0; r < w.rows; ++r, to += rowElements) {
            const int y = w.firstRow + r * (w.gathered ? p.strideHeight : 1);
            if (y < 0 || y >= p.height) {
                __builtin_memset(to, 0, rowElements * sizeof(T));
                continue;
            }
            const std::uint8_t* row = map + toIndex(y) * toIndex(p.width) * channels;
            if (w.gathered && p.strideWidth > 1) {
                for (int c = 0; c < w.columns; ++c)
                    copyCodes(to + toIndex(c) * channels, row + toIndex(c * p.strideWidth) * channels, channels,
                              isSigned);
                continue;
            }
            const int left = p.paddingWidth < w.columns ? p.paddingWidth : w.columns;
            const int inside = p.width < w.columns - left ? p.width : w.columns - left;
            const std::size_t before = toIndex(left) * channels;
            const std::size_t within = toIndex(inside) * channels;
            __builtin_memset(to, 0, before * sizeof(T));
            copyCodes(to + before, row, within, isSigned);
            __builtin_memset(to + before + within, 0, (rowElements - before - within) * sizeof(T));
        }
    }
}

/// Number of an output's pixel.
BITDESK_INLINE std::size_t outputPixel(const ConvProblem& p, int image, int row, int column) {
    return (toIndex(image) * toIndex(p.outHeight) + toIndex(row)) * toIndex(p.outWidth) + toIndex(column);
}

/// A band's window: the input itself where it lies as wanted, as that of a 1×1 convolution does; else a copy in
/// `memory`, with kSlack elements of zeros behind.
template <typename T>
BITDESK_INLINE const T* windowOf(const ConvProblem& p, const Band& band, const Window& w, const std::uint8_t* input,
                                 T* memory) {
    if constexpr (sizeof(T) == 1)
        if (w.gathered && p.strideHeight == 1 && p.strideWidth == 1)
            return input + outputPixel(p, band.image, band.row, 0) * toIndex(p.channels);
    copyWindow(p, band, w, input, memory);
    __builtin_memset(memory + w.elements, 0, kSlack * sizeof(T));
    return memory;
}

/// Calls work(origin, output) for each output pixel of a band: the window pixel where its taps begin, and its number.
template <typename Work>
BITDESK_INLINE void forEachOutput(const ConvProblem& p, const Band& band, const Window& w, const Work& work) {
    const int strideY = w.gathered ? 1 : p.strideHeight, strideX = w.gathered ? 1 : p.strideWidth;
    for (int image = 0; image < band.images; ++image)
        for (int y = 0; y < band.rows; ++y)
            for (int x = 0; x < p.outWidth; ++x)
                work((std::ptrdiff_t{image} * w.rows + y * strideY) * w.columns + x * strideX,
                     outputPixel(p, band.image + image, band.row + y, x));
}

}  // namespace bitdesk::packed
