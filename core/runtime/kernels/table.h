// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/kernels/avx2_vectors.h"
#include "core/runtime/kernels/conv_kernel.h"
#include "core/runtime/kernels/direct.h"

namespace bitdesk::runtime {

/// Two-bit codes multiplied by looking up: a pair of activations (a₀, a₁) has one of 16 tables, a pair of weight codes
/// (c₀, c₁) one of 16 entries, and the entry is a₀c₀ + a₁c₁. One byte shuffle gives the products of 64 pairs' worth of
/// multiplications. Sums are bytes, seeded so that they cannot wrap within a group of `safeSteps` pairs, which was
/// proven from the weights when they were packed; then they are added to 16-bit sums.
///
/// Weights are [super-block][tap][pair][Vectors · 32] pair codes. A vector holds 32 outputs: output i in the low byte
/// of word i, output 16 + i in its high byte.
template <typename Isa, int Vectors>
struct Table {
    static constexpr int kSuperBlock = 32 * Vectors, kRows = 4;

    struct Memory {
        Window window;
        std::uint8_t* codes;       // the window
        std::uint8_t* pairs;       // table offsets, two activations a byte
        std::int32_t* pixelSums;   // Σ over channels, by pixel of the window
        std::int32_t* windowSums;  // Σ over an output's window, by output pixel of the band
        std::size_t used;

        BITDESK_INLINE Memory(const ConvProblem& p, const Band& band, std::byte* scratch) {
            ScratchPlan plan(scratch);
            window = Window::of(p, band, band.rows, p.outWidth);
            codes = plan.take<std::uint8_t>(window.elements + kSlack);
            pairs = plan.take<std::uint8_t>(window.elements / 2 + kSlack);
            pixelSums = plan.take<std::int32_t>(window.elements / static_cast<std::size_t>(p.channels));
            windowSums =
                plan.take<std::int32_t>(static_cast<std::size_t>(band.images) * static_cast<std::size_t>(band.rows) *
                                        static_cast<std::size_t>(p.outWidth));
            used = plan.used();
        }
    };

    static std::size_t scratchBytes(const PackedConv& conv, const Band& band) {
        return Memory(conv.problem, band, nullptr).used;
    }

    /// The 16 tables, by (a₀ + 4a₁): entry (c₀ + 2) + 4 (c₁ + 2) is a₀c₀ + a₁c₁ as a byte.
    struct Products {
        alignas(64) std::uint8_t bytes[256];
        BITDESK_INLINE Products() {
            for (int a = 0; a < 16; ++a)
                for (int w = 0; w < 16; ++w)
                    bytes[16 * a + w] = static_cast<std::uint8_t>((a % 4) * (w % 4 - 2) + (a / 4) * (w / 4 - 2));
        }
    };

    BITDESK_INLINE static void pairUp(const std::uint8_t* codes, std::uint8_t* pairs, std::size_t count) {
        const __m256i factors = _mm256_set1_epi16(64 << 8 | 16);
        for (std::size_t i = 0; i < count; i += 32) {
            const __m256i words =
                _mm256_maddubs_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + i)), factors);
            const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(pairs + i / 2), bytes);
        }
    }

    struct Walk {
        const PackedConv& conv;
        const EpilogueTask& epilogue;
        const Memory& memory;
        const Products& products;
        std::ptrdiff_t taps[kMaxTaps];  // bytes of `pairs` from a pixel's origin
        int tapCount;
        int superBlock = 0, superBlocks = 1;  // that a pass begins with, and computes
    };

    /// Word sums of R pixels: [vector][low bytes, high bytes].
    struct Words {
        __m256i total, high;
    };

    /// u8 sums to words: all that was added, and the high bytes' part of it.
    BITDESK_INLINE static void widen(Words& words, __m256i& bytes, __m256i seed) {
        words.total = _mm256_add_epi16(words.total, bytes);
        words.high = _mm256_add_epi16(words.high, _mm256_srli_epi16(bytes, 8));
        bytes = seed;
    }

    template <int R>
    static void pixels(const Walk& walk, const std::ptrdiff_t* origins, const std::size_t* outputs, const int* places) {
        const PackedConv& conv = walk.conv;
        const int pairsPerTap = conv.stepsPerTap;
        const auto* w =
            reinterpret_cast<const __m256i*>(conv.weights.data()) +
            static_cast<std::size_t>(walk.superBlock) * static_cast<std::size_t>(walk.tapCount * pairsPerTap) * Vectors;
        // One seed a group; the groups' order is that of the weights.
        const auto* seeds =
            reinterpret_cast<const __m256i*>(conv.table.seeds.data()) +
            static_cast<std::size_t>(walk.superBlock) * static_cast<std::size_t>(conv.table.groups) * Vectors;
        __m256i sums[R][Vectors];
        Words words[R][Vectors];
        for (int r = 0; r < R; ++r)
            for (int v = 0; v < Vectors; ++v) {
                sums[r][v] = seeds[v];
                words[r][v].total = words[r][v].high = _mm256_setzero_si256();
            }
        int left = conv.safeSteps;
        for (int t = 0; t < walk.tapCount; ++t) {
            const std::uint8_t* a[R];
            for (int r = 0; r < R; ++r) a[r] = walk.memory.pairs + origins[r] + walk.taps[t];
            for (int s = 0; s < pairsPerTap;) {
                const int end = pairsPerTap - s < left ? pairsPerTap : s + left;
                left -= end - s;
                for (; s < end; ++s, w += Vectors) {
                    __m256i codes[Vectors];
                    for (int v = 0; v < Vectors; ++v) codes[v] = _mm256_load_si256(w + v);
                    for (int r = 0; r < R; ++r) {
                        const __m256i table = _mm256_broadcastsi128_si256(
                            _mm_load_si128(reinterpret_cast<const __m128i*>(walk.products.bytes + a[r][s])));
                        for (int v = 0; v < Vectors; ++v)
                            sums[r][v] = _mm256_add_epi8(sums[r][v], _mm256_shuffle_epi8(table, codes[v]));
                    }
                }
                if (left > 0) continue;
                left = conv.safeSteps;
                seeds += Vectors;
                for (int r = 0; r < R; ++r)
                    for (int v = 0; v < Vectors; ++v) widen(words[r][v], sums[r][v], seeds[v]);
            }
        }
        for (int r = 0; r < R; ++r)
            for (int v = 0; v < Vectors; ++v) {
                __m256i none = _mm256_setzero_si256();
                widen(words[r][v], sums[r][v], none);
                finish(walk, words[r][v], walk.superBlock * kSuperBlock + v * 32, outputs[r], places[r]);
            }
    }

    /// 2 · (Σ a·c) + Σa of the 32 outputs of one vector.
    BITDESK_INLINE static void finish(const Walk& walk, const Words& words, int channel, std::size_t output,
                                      int place) {
        const std::int32_t box = walk.memory.windowSums[place];
        const __m256i halves[2] = {_mm256_sub_epi16(words.total, _mm256_slli_epi16(words.high, 8)), words.high};
        for (int h = 0; h < 2; ++h) {
            const int first = channel + h * kBlock;
            if (first >= walk.conv.problem.outChannels) return;
            const std::int32_t* seed = walk.conv.table.seedSums.data() + first;
            const I32x8 low = (I32x8)_mm256_cvtepu16_epi32(_mm256_castsi256_si128(halves[h]));
            const I32x8 high = (I32x8)_mm256_cvtepu16_epi32(_mm256_extracti128_si256(halves[h], 1));
            finishSums<Isa>(walk.epilogue, ((low - load<I32x8>(seed)) << 1) + box,
                            ((high - load<I32x8>(seed + 8)) << 1) + box, output, first);
        }
    }

    static void sumWindows(const ConvProblem& p, const Band& band, const Memory& m) {
        const Window& w = m.window;
        const auto pixels = static_cast<int>(w.elements / static_cast<std::size_t>(p.channels));
        for (int i = 0; i < pixels; ++i)
            m.pixelSums[i] =
                Isa::sumBytes(m.codes + static_cast<std::size_t>(i) * static_cast<std::size_t>(p.channels), p.channels);
        std::int32_t* to = m.windowSums;
        forEachOutput(p, band, w, [&](std::ptrdiff_t origin, std::size_t) {
            std::int32_t sum = 0;
            for (int ky = 0; ky < p.kernelHeight; ++ky)
                for (int kx = 0; kx < p.kernelWidth; ++kx) sum += m.pixelSums[origin + ky * w.columns + kx];
            *to++ = sum * p.weightOffset;
        });
    }

    struct Queue {
        std::ptrdiff_t origins[kRows];
        std::size_t outputs[kRows];
        int places[kRows];
        int count = 0;
        BITDESK_INLINE void flush(Walk& walk) {
            const int first = walk.superBlock;
            for (int b = 0; b < walk.superBlocks; ++b, ++walk.superBlock) some(walk);
            walk.superBlock = first;
            count = 0;
        }
        BITDESK_INLINE void some(const Walk& walk) const {
            switch (count) {
                case 1: pixels<1>(walk, origins, outputs, places); break;
                case 2: pixels<2>(walk, origins, outputs, places); break;
                case 3: pixels<3>(walk, origins, outputs, places); break;
                case 4: pixels<4>(walk, origins, outputs, places); break;
                default: break;
            }
        }
    };

    static void run(const PackedConv& conv, const Band& band, const std::uint8_t* input, const EpilogueTask& epilogue,
                    std::byte* scratch) {
        const ConvProblem& p = conv.problem;
        const Memory memory(p, band, scratch);
        const Window& w = memory.window;
        copyWindow(p, band, w, input, memory.codes);
        __builtin_memset(memory.codes + w.elements, 0, kSlack);
        pairUp(memory.codes, memory.pairs, w.elements);
        sumWindows(p, band, memory);
        const Products products;
        const EpilogueTask task = prepared<Isa>(epilogue);
        Walk walk{conv, task, memory, products, {}, p.kernelHeight};
        const std::ptrdiff_t pixel = p.channels / 2, row = std::ptrdiff_t{w.columns} * pixel;
        for (int t = 0; t < walk.tapCount; ++t) walk.taps[t] = t * row;
        // As in direct.h: where all weights stay near, a few pixels get all their outputs at once.
        constexpr std::size_t kNearWeights = 24 * 1024;
        const std::size_t weightBytes =
            static_cast<std::size_t>(band.blocks) * static_cast<std::size_t>(p.depth() / 2) * kSuperBlock;
        walk.superBlocks = weightBytes <= kNearWeights ? band.blocks : 1;
        for (int b = band.block; b < band.block + band.blocks; b += walk.superBlocks) {
            walk.superBlock = b;
            Queue queue;
            int place = 0;
            forEachOutput(p, band, w, [&](std::ptrdiff_t origin, std::size_t output) {
                queue.origins[queue.count] = origin * pixel;
                queue.outputs[queue.count] = output;
                queue.places[queue.count] = place++;
                if (++queue.count == kRows) queue.flush(walk);
            });
            queue.flush(walk);
        }
    }
};

}  // namespace bitdesk::runtime
