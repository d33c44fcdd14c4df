// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/execute/packed/kernels/epilogue.h"
#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/window_copy.h"
#include "core/execute/packed/kernels/winograd_transforms.h"

namespace bitdesk::packed {

struct WinogradForm : PackedForm {
    /// U is of 2c + weightOffset and the result the sum; else of c, and the window's Σa is added.
    bool oddCodes = false;
    int groups = 1;                            ///< channel groups that are widened one by one
    int groupChannels = 0;                     ///< channels a group (the last may be narrower), a multiple of 4
    std::vector<std::uint8_t> positionOffset;  ///< makes transformed activations unsigned, by position
    AlignedBytes correction;                   ///< lanes [block][group][output of a tile][lane]
    std::vector<std::int32_t> center;          ///< per output channel, added before the division

    std::size_t bytes() const override;
};

/// 3×3, stride 1, one group, unsigned activations.
bool appliesWinograd(const ConvProblem& problem);
/// Transformed codes as [block][group][position][step][16][4] bytes; docs/runtime.md derives what is proven. Null
/// where a transformed code leaves a signed byte, a pair of products a signed word (16-bit lanes), a transformed
/// activation an unsigned byte, or the results of four channels a lane.
template <int MH, int MW, typename Lane>
std::unique_ptr<PackedForm> packWinograd(const ConvProblem& problem, std::span<const std::int8_t> codes);

/// Exact integer Winograd F(MH×MW, 3×3), stride 1, no groups; docs/runtime.md derives it. Activation codes are
/// transformed modulo 2⁸ to unsigned bytes V = Bᵀ d B + offset, multiplied with transformed codes U that fit 8 bits,
/// and summed in lanes of `Isa::Lane`: 16 bits, where the channel groups were chosen so that the *result* of a group
/// fits (what happens in between may wrap), or 32 bits, where all channels are one group.
template <typename Isa, int MH, int MW>
struct WinogradKernel {
    using H = Winograd<MH>;
    using W = Winograd<MW>;
    using Lane = typename Isa::Lane;
    using LaneVector = typename Isa::LaneVector;
    static constexpr int kPositions = H::kSize * W::kSize, kOutputs = MH * MW, kRows = Isa::kTileRows;
    /// Lanes of a block of 16 outputs: with 16-bit lanes an output has two, one for each pair of a step's channels.
    static constexpr int kLanes = 64 / sizeof(Lane), kVectors = 64 / sizeof(LaneVector);
    static constexpr int kOdd = H::kOdd * W::kOdd, kPowerOfTwo = H::kPowerOfTwo * W::kPowerOfTwo;
    static constexpr int kShift = __builtin_ctz(kPowerOfTwo);

    BITDESK_INLINE static const WinogradForm& formOf(const PackedConv& conv) {
        return static_cast<const WinogradForm&>(*conv.form);
    }

    /// Where a tile's outputs are: its first in the output, in `boxSums`, and how many of it are inside the map.
    struct Tile {
        std::size_t pixel;
        std::int32_t box;
        std::int16_t rows, columns;
    };

    struct Memory {
        Window window;
        int tileRows, tileColumns, tiles;
        std::size_t groupStride;    // bytes of a tile's channels of one group
        std::uint8_t* codes;        // the window
        std::uint8_t* transformed;  // [group][position][tile][groupStride]
        std::int32_t* pixelSums;    // Σ over channels, by pixel of the window
        std::int32_t* boxSums;      // Σ over the 3×3 window, by [image][row][column] of whole tiles
        Lane* products;             // [position][row][lane]
        std::int32_t* results;      // [row][output][16]
        Tile* places;               // by tile
        std::size_t used;

        BITDESK_INLINE Memory(const PackedConv& conv, const Band& band, std::byte* scratch) {
            const ConvProblem& p = conv.problem;
            const WinogradForm& form = formOf(conv);
            ScratchPlan plan(scratch);
            tileRows = (band.rows + MH - 1) / MH;
            tileColumns = (p.outWidth + MW - 1) / MW;
            tiles = band.images * tileRows * tileColumns;
            window = Window::of(p, band, tileRows * MH, tileColumns * MW);
            groupStride = toIndex(form.groupChannels + 31) / 32 * 32;
            codes = plan.take<std::uint8_t>(window.elements + kSlack);
            transformed =
                plan.take<std::uint8_t>(toIndex(form.groups) * kPositions * toIndex(tiles) * groupStride + kSlack);
            const std::size_t pixels = toIndex(band.images) * toIndex(window.rows) * toIndex(window.columns);
            pixelSums = plan.take<std::int32_t>(pixels);
            boxSums = plan.take<std::int32_t>(pixels);
            products = plan.take<Lane>(std::size_t{kPositions} * kRows * kLanes);
            results = plan.take<std::int32_t>(std::size_t{kRows} * kOutputs * kBlock);
            places = plan.take<Tile>(toIndex(tiles));
            used = plan.used();
        }
    };

    static std::size_t scratchBytes(const PackedConv& conv, const Band& band) {
        return Memory(conv, band, nullptr).used;
    }

    /// V of one tile and up to 32 channels, to every position.
    BITDESK_INLINE static void transformTile(const std::uint8_t* pixel, std::size_t rowBytes, std::size_t pixelBytes,
                                             const std::uint8_t* offsets, std::uint8_t* to,
                                             std::size_t positionStride) {
        U8x32 columns[W::kSize][H::kSize];
        for (int x = 0; x < W::kSize; ++x) {
            U8x32 d[H::kSize];
            for (int y = 0; y < H::kSize; ++y)
                d[y] = load<U8x32>(pixel + toIndex(y) * rowBytes + toIndex(x) * pixelBytes);
            H::template input<U8x32>(d, columns[x]);
        }
        for (int y = 0; y < H::kSize; ++y) {
            U8x32 d[W::kSize], t[W::kSize];
            for (int x = 0; x < W::kSize; ++x) d[x] = columns[x][y];
            W::template input<U8x32>(d, t);
            for (int x = 0; x < W::kSize; ++x) {
                const int position = y * W::kSize + x;
                store(to + toIndex(position) * positionStride, t[x] + offsets[position]);
            }
        }
    }

    static void transformInput(const PackedConv& conv, const Band& band, const Memory& m) {
        const auto channels = toIndex(conv.problem.channels);
        const std::size_t rowBytes = toIndex(m.window.columns) * channels;
        const WinogradForm& form = formOf(conv);
        const auto groupChannels = toIndex(form.groupChannels);
        const std::size_t positionStride = toIndex(m.tiles) * m.groupStride;
        std::size_t tile = 0;
        for (int image = 0; image < band.images; ++image)
            for (int ty = 0; ty < m.tileRows; ++ty)
                for (int tx = 0; tx < m.tileColumns; ++tx, ++tile) {
                    const std::uint8_t* pixel =
                        m.codes + toIndex(image * m.window.rows + ty * MH) * rowBytes + toIndex(tx * MW) * channels;
                    for (std::size_t c = 0, group = 0; c < channels; c += groupChannels, ++group) {
                        const std::size_t end = groupChannels < channels - c ? groupChannels : channels - c;
                        std::uint8_t* to = m.transformed + group * kPositions * positionStride + tile * m.groupStride;
                        for (std::size_t i = 0; i < end; i += 32)
                            transformTile(pixel + c + i, rowBytes, channels, form.positionOffset.data(), to + i,
                                          positionStride);
                    }
                }
    }

    /// Σa over each 3×3 window, which floor codes (2c + 1) add to twice the sum of c.
    static void sumWindows(const ConvProblem& p, const Band& band, const Memory& m) {
        const int columns = m.window.columns, rows = band.images * m.window.rows;
        std::int32_t* __restrict sums = m.pixelSums;
        std::int32_t* __restrict boxes = m.boxSums;
        for (int i = 0; i < rows * columns; ++i)
            sums[i] = Isa::sumBytes(m.codes + toIndex(i) * toIndex(p.channels), p.channels);
        // What straddles two rows or images is computed, too, and never read.
        for (int i = 0; i < rows * columns - 2; ++i) sums[i] += sums[i + 1] + sums[i + 2];
        for (int i = 0; i < (rows - 2) * columns; ++i)
            boxes[i] = p.weightOffset * (sums[i] + sums[i + columns] + sums[i + 2 * columns]);
    }

    static void placeTiles(const ConvProblem& p, const Band& band, const Memory& m) {
        Tile* place = m.places;
        for (int image = 0; image < band.images; ++image)
            for (int ty = 0; ty < m.tileRows; ++ty)
                for (int tx = 0; tx < m.tileColumns; ++tx, ++place) {
                    const int row = ty * MH, column = tx * MW;
                    place->pixel = outputPixel(p, band.image + image, band.row + row, column);
                    place->box = (image * m.window.rows + row) * m.window.columns + column;
                    place->rows = static_cast<std::int16_t>(MH < band.rows - row ? MH : band.rows - row);
                    place->columns = static_cast<std::int16_t>(MW < p.outWidth - column ? MW : p.outWidth - column);
                }
    }

    /// A group's products of one tile back to MH × MW outputs, added to `results`, or to `center` where they are the
    /// first.
    BITDESK_INLINE static void transformOutput(const Lane* products, std::size_t positionStride, const Lane* correction,
                                               const std::int32_t* center, std::int32_t* results) {
        for (int v = 0; v < kVectors; ++v) {
            constexpr int kVectorLanes = static_cast<int>(sizeof(LaneVector) / sizeof(Lane));
            LaneVector columns[W::kSize][MH];
            for (int x = 0; x < W::kSize; ++x) {
                LaneVector m[H::kSize];
                for (int y = 0; y < H::kSize; ++y)
                    m[y] = load<LaneVector>(products + toIndex(y * W::kSize + x) * positionStride + v * kVectorLanes);
                H::template output<LaneVector>(m, columns[x]);
            }
            for (int y = 0; y < MH; ++y) {
                LaneVector m[W::kSize], outputs[MW];
                for (int x = 0; x < W::kSize; ++x) m[x] = columns[x][y];
                W::template output<LaneVector>(m, outputs);
                for (int x = 0; x < MW; ++x) {
                    LaneVector value = outputs[x];
                    if constexpr (kOdd > 1) value = value * static_cast<Lane>(inverseOfOdd(kOdd));
                    value = value + load<LaneVector>(correction + (y * MW + x) * kLanes + v * kVectorLanes);
                    std::int32_t* to = results + (y * MW + x) * kBlock + v * (kBlock / kVectors);
                    Isa::addLanes(to, value, center != nullptr ? center + v * (kBlock / kVectors) : to);
                }
            }
        }
    }

    struct Place {
        const EpilogueTask& epilogue;
        const Memory& memory;
        int block;
    };

    /// The sums of a tile's outputs inside the map, through the epilogue.
    BITDESK_INLINE static void finishTile(const PackedConv& conv, const EpilogueTask& epilogue, const Memory& m,
                                          int block, int tile, const std::int32_t* results) {
        const Tile place = m.places[tile];
        const WinogradForm& form = formOf(conv);
        const int shift = form.oddCodes ? kShift : kShift - 1;
        const auto pixel = [&](int y, int x) { return place.pixel + toIndex(y * conv.problem.outWidth + x); };
        const auto sumsAt = [&](int y, int x) {
            const std::int32_t box = form.oddCodes ? 0 : m.boxSums[place.box + y * m.window.columns + x];
            const std::int32_t* sums = results + (y * MW + x) * kBlock;
            // result / power of two, twice where U is of c: the division has no remainder.
            return BlockSums{(load<I32x8>(sums) >> shift) + box, (load<I32x8>(sums + 8) >> shift) + box};
        };
        if (place.rows == MH && place.columns == MW) {
            finishBlocks<Isa>(
                epilogue, block * kBlock, kOutputs, [&](int i) { return pixel(i / MW, i % MW); },
                [&](int i) { return sumsAt(i / MW, i % MW); });
            return;
        }
        for (int y = 0; y < place.rows; ++y)
            finishBlocks<Isa>(
                epilogue, block * kBlock, place.columns, [&](int x) { return pixel(y, x); },
                [&](int x) { return sumsAt(y, x); });
    }

    /// R tiles of one block of outputs: products, transforms and epilogue.
    template <int R>
    static void tiles(const PackedConv& conv, const Place& place, int tile) {
        const Memory& m = place.memory;
        const WinogradForm& form = formOf(conv);
        const int groups = form.groups;
        const std::size_t positionStride = toIndex(m.tiles) * m.groupStride;
        const auto* correction = reinterpret_cast<const Lane*>(form.correction.data());
        const std::byte* weights =
            form.weights.data() + toIndex(place.block) * form.weights.size() / toIndex(form.blocks);
        for (int g = 0; g < groups; ++g) {
            const int first = g * form.groupChannels;
            const int left = conv.problem.channels - first;
            const int steps = ((left < form.groupChannels ? left : form.groupChannels) + 3) / 4;
            const std::uint8_t* v =
                m.transformed + toIndex(g) * kPositions * positionStride + toIndex(tile) * m.groupStride;
            Isa::template positions<R>(v, m.groupStride, positionStride, kPositions, weights, steps, m.products);
            weights += std::size_t{kPositions} * toIndex(steps) * 4 * kBlock;
            for (int r = 0; r < R; ++r)
                transformOutput(m.products + r * kLanes, std::size_t{R} * kLanes,
                                correction + toIndex(place.block * groups + g) * kOutputs * kLanes,
                                g == 0 ? form.center.data() + place.block * kBlock : nullptr,
                                m.results + r * kOutputs * kBlock);
        }
        for (int r = 0; r < R; ++r)
            finishTile(conv, place.epilogue, m, place.block, tile + r, m.results + r * kOutputs * kBlock);
    }

    static void run(const PackedConv& conv, const Band& band, const std::uint8_t* input, const EpilogueTask& epilogue,
                    std::byte* scratch) {
        const Memory memory(conv, band, scratch);
        windowOf(conv.problem, band, memory.window, input, memory.codes);
        transformInput(conv, band, memory);
        if (!formOf(conv).oddCodes) sumWindows(conv.problem, band, memory);
        placeTiles(conv.problem, band, memory);
        // As even as may be: a single tile left over would take as long as several.
        const int parts = (memory.tiles + kRows - 1) / kRows;
        for (int b = band.block; b < band.block + band.blocks; ++b) {
            const Place place{epilogue, memory, b};
            for (int part = 0; part < parts; ++part) {
                const auto first = static_cast<int>(std::int64_t{memory.tiles} * part / parts);
                const auto last = static_cast<int>(std::int64_t{memory.tiles} * (part + 1) / parts);
                withConstant<kRows>(last - first, [&]<int R>() { tiles<R>(conv, place, first); });
            }
        }
    }
};

}  // namespace bitdesk::packed
