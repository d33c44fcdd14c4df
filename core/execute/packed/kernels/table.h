// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/avx2_vectors.h"
#include "core/execute/packed/kernels/direct.h"
#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/table_form.h"

namespace bitdesk::packed {

/// Two-bit codes multiplied by looking up: a pair of activations (a₀, a₁) has one of 16 tables, a pair of weight codes
/// (c₀, c₁) one of 16 entries, and the entry is a₀c₀ + a₁c₁. One byte shuffle gives the products of 64 pairs' worth of
/// multiplications. Sums are bytes, seeded so that they cannot wrap within a group of `safePairs` pairs, which was
/// proven from the weights when they were packed; then they are added to 16-bit sums.
///
/// Weights are [super-block][tap][pair][kSuperBlock] pair codes. Of each 32 outputs, output i is in the low byte of
/// word i, output 16 + i in its high byte. Made once, for AVX2, and used above it, too: 64-byte vectors were slower.
template <typename Isa, int Vectors>
struct Table {
    using Vector = __m256i;
    static constexpr int kVectorBytes = sizeof(Vector), kSuperBlock = kVectorBytes * Vectors, kRows = 4;

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
            pixelSums = plan.take<std::int32_t>(window.elements / toIndex(p.channels));
            windowSums = plan.take<std::int32_t>(toIndex(band.images) * toIndex(band.rows) * toIndex(p.outWidth));
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
        const TableForm& form;
        const EpilogueTask& epilogue;
        const Memory& memory;
        const Products& products;
        std::ptrdiff_t taps[kMaxTaps];  // bytes of `pairs` from a pixel's origin
        int tapCount;
        int superBlock = 0, superBlocks = 1;  // that a pass begins with, and computes
    };

    /// Word sums of R pixels: [vector][low bytes, high bytes].
    struct Words {
        Vector total, high;
    };

    /// u8 sums to words: all that was added, and the high bytes' part of it.
    BITDESK_INLINE static void widen(Words& words, Vector bytes) {
        words.total = _mm256_add_epi16(words.total, bytes);
        words.high = _mm256_add_epi16(words.high, _mm256_srli_epi16(bytes, 8));
    }

    struct Position {
        int tap = 0, pair = 0;
    };

    // Loops are unrolled before anything else: an array of vectors that a loop walks goes through memory.
    template <int R>
    [[gnu::noinline]] static void pixels(const Walk& walk, const std::ptrdiff_t* origins, const std::size_t* outputs,
                                         const int* places) {
        const TableForm& form = walk.form;
        const auto block = toIndex(walk.superBlock);
        const auto pairs = toIndex(walk.tapCount) * toIndex(form.pairsPerTap);
        const std::byte* w = form.weights.data() + block * pairs * kSuperBlock;
        const std::byte* seeds = form.seeds.data() + block * toIndex(form.groups) * kSuperBlock;
        Words words[R][Vectors];
        start<R>(form.starts.data() + block * kSuperBlock * 2, words);
        Position at;
        for (int g = 0; g < form.groups; ++g, seeds += kSuperBlock) {
            Vector sums[R][Vectors];
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
                for (int v = 0; v < Vectors; ++v) sums[r][v] = load<Vector>(seeds + v * kVectorBytes);
            for (int left = form.safePairs; left > 0 && at.tap < walk.tapCount;) {
                const int begin = at.pair, end = form.pairsPerTap - begin < left ? form.pairsPerTap : begin + left;
                w = addPairs<R>(walk, origins, at.tap, begin, end, w, sums);
                left -= end - begin;
                at = end < form.pairsPerTap ? Position{at.tap, end} : Position{at.tap + 1, 0};
            }
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
                for (int v = 0; v < Vectors; ++v) widen(words[r][v], sums[r][v]);
        }
        for (int v = 0; v < Vectors; ++v) {
            const int channel = walk.superBlock * kSuperBlock + v * kVectorBytes;
            // Whole vectors by the folded way share its constants.
            if (isFolded<Isa>(walk.epilogue, channel + kBlock)) {
                const Fold<Isa> low(walk.epilogue, channel), high(walk.epilogue, channel + kBlock);
                for (int r = 0; r < R; ++r)
                    storeFolded(walk.epilogue, low, high, sumsOf(walk, words[r][v], places[r]), outputs[r], channel);
            } else {
                VectorSums sums[R];
                for (int r = 0; r < R; ++r) sums[r] = sumsOf(walk, words[r][v], places[r]);
                finish<R>(walk.epilogue, sums, outputs, channel);
            }
        }
    }

    template <int R>
    BITDESK_INLINE static void start(const std::byte* starts, Words (&words)[R][Vectors]) {
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
            for (int v = 0; v < Vectors; ++v)
                words[r][v] = {load<Vector>(starts + v * kVectorBytes),
                               load<Vector>(starts + kSuperBlock + v * kVectorBytes)};
    }

    /// sums += pairs [begin, end) of a tap; gives the weights behind them.
    template <int R>
    BITDESK_INLINE static const std::byte* addPairs(const Walk& walk, const std::ptrdiff_t* origins, int tap, int begin,
                                                    int end, const std::byte* w, Vector (&sums)[R][Vectors]) {
        const std::uint8_t* a[R];
        for (int r = 0; r < R; ++r) a[r] = walk.memory.pairs + origins[r] + walk.taps[tap];
        const std::uint8_t* products = walk.products.bytes;
        for (int s = begin; s < end; ++s, w += kSuperBlock) {
            Vector codes[Vectors];
#pragma GCC unroll 8
            for (int v = 0; v < Vectors; ++v) codes[v] = load<Vector>(w + v * kVectorBytes);
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r) {
                const Vector table =
                    _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(products + a[r][s])));
#pragma GCC unroll 8
                for (int v = 0; v < Vectors; ++v)
                    sums[r][v] = _mm256_add_epi8(sums[r][v], _mm256_shuffle_epi8(table, codes[v]));
            }
        }
        return w;
    }

    /// The 32 outputs of one vector: two blocks.
    struct VectorSums {
        BlockSums low, high;
    };

    BITDESK_INLINE static VectorSums sumsOf(const Walk& walk, const Words& words, int place) {
        const Vector even = _mm256_sub_epi16(words.total, _mm256_slli_epi16(words.high, 8));
        const Vector box = _mm256_set1_epi16(static_cast<std::int16_t>(walk.memory.windowSums[place]));
        // 2 · (Σ a·c) + Σa, which fits a word.
        return {wide(_mm256_add_epi16(_mm256_add_epi16(even, even), box)),
                wide(_mm256_add_epi16(_mm256_add_epi16(words.high, words.high), box))};
    }

    BITDESK_INLINE static void storeFolded(const EpilogueTask& e, const Fold<Isa>& low, const Fold<Isa>& high,
                                           const VectorSums& sums, std::size_t output, int channel) {
        std::uint8_t* to = e.codes[0].codes + output * toIndex(e.channels) + channel;
        const BlockSums a = low.codes(sums.low), b = high.codes(sums.high);
        Isa::storeClipped(to, to + kBlock, a.low, a.high, b.low, b.high, static_cast<std::uint8_t>(e.codes[0].highest));
    }

    template <int R>
    BITDESK_INLINE static void finish(const EpilogueTask& e, const VectorSums* sums, const std::size_t* outputs,
                                      int channel) {
        const auto pixel = [&](int r) { return outputs[r]; };
        if (channel < e.channels) finishBlocks<Isa>(e, channel, R, pixel, [&](int r) { return sums[r].low; });
        if (channel + kBlock < e.channels)
            finishBlocks<Isa>(e, channel + kBlock, R, pixel, [&](int r) { return sums[r].high; });
    }

    BITDESK_INLINE static BlockSums wide(__m256i words) {
        return {(I32x8)_mm256_cvtepi16_epi32(_mm256_castsi256_si128(words)),
                (I32x8)_mm256_cvtepi16_epi32(_mm256_extracti128_si256(words, 1))};
    }

    static void sumWindows(const ConvProblem& p, const Band& band, const std::uint8_t* codes, const Memory& m) {
        const Window& w = m.window;
        const auto pixels = static_cast<int>(w.elements / toIndex(p.channels));
        for (int i = 0; i < pixels; ++i)
            m.pixelSums[i] = Isa::sumBytes(codes + toIndex(i) * toIndex(p.channels), p.channels);
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
            for (int b = 0; b < walk.superBlocks; ++b, ++walk.superBlock)
                withConstant<kRows>(count, [&]<int R>() { pixels<R>(walk, origins, outputs, places); });
            walk.superBlock = first;
            count = 0;
        }
    };

    static void run(const PackedConv& conv, const Band& band, const std::uint8_t* input, const EpilogueTask& epilogue,
                    std::byte* scratch) {
        const ConvProblem& p = conv.problem;
        const Memory memory(p, band, scratch);
        const Window& w = memory.window;
        const std::uint8_t* codes = windowOf(p, band, w, input, memory.codes);
        pairUp(codes, memory.pairs, w.elements);
        sumWindows(p, band, codes, memory);
        const Products products;
        Walk walk{static_cast<const TableForm&>(*conv.form), epilogue, memory, products, {}, p.kernelHeight};
        const std::ptrdiff_t pixel = p.channels / 2, row = std::ptrdiff_t{w.columns} * pixel;
        for (int t = 0; t < walk.tapCount; ++t) walk.taps[t] = t * row;
        // As in direct.h: where all weights stay near, a few pixels get all their outputs at once.
        constexpr std::size_t kNearWeights = 24 * 1024;
        const std::size_t weightBytes = toIndex(band.blocks) * toIndex(p.depth() / 2) * kSuperBlock;
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

}  // namespace bitdesk::packed
