// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Compiled with -mavx2; run only where the CPU has it (catalogue.cpp).

#include "core/execute/packed/kernels/avx2_vectors.h"
#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/kernel_table.h"
#include "core/execute/packed/kernels/table.h"

namespace bitdesk::packed {
namespace {

/// sums += lanes of 16-bit pairs.
BITDESK_INLINE __m256i addPairs(__m256i sums, __m256i words) {
    return _mm256_add_epi32(sums, _mm256_madd_epi16(words, _mm256_set1_epi16(1)));
}

/// One by one: an initializer would go through memory.
template <int R>
BITDESK_INLINE void clear(__m256i (&lanes)[R][2]) {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) lanes[r][0] = lanes[r][1] = _mm256_setzero_si256();
}

struct Avx2 : Avx2Vectors {
    using Lane = std::uint16_t;
    using LaneVector = U16x16;
    static constexpr int kTileRows = 6;

    /// results[0…8) = from[0…8) + the two lanes of each output.
    BITDESK_INLINE static void addLanes(std::int32_t* results, LaneVector lanes, const std::int32_t* from) {
        _mm256_store_si256(reinterpret_cast<__m256i*>(results), addPairs(load<__m256i>(from), (__m256i)lanes));
    }

    /// products[position][row][32] = Σ over steps of V · U, modulo 2¹⁶.
    template <int R>
    static void positions(const std::uint8_t* v, std::size_t rowStride, std::size_t positionStride, int count,
                          const std::byte* weights, int steps, Lane* products) {
        const auto* w = reinterpret_cast<const __m256i*>(weights);
        auto* to = reinterpret_cast<__m256i*>(products);
        for (int position = 0; position < count; ++position, v += positionStride, to += 2 * R) {
            __m256i sums[R][2];
            clear<R>(sums);
            for (int s = 0; s < steps; ++s, w += 2) {
                _mm_prefetch(reinterpret_cast<const char*>(w) + kPrefetch, _MM_HINT_T0);
                const __m256i w0 = _mm256_load_si256(w), w1 = _mm256_load_si256(w + 1);
                for (int r = 0; r < R; ++r) {
                    const __m256i a = broadcast(v + toIndex(r) * rowStride + 4 * toIndex(s));
                    sums[r][0] = _mm256_add_epi16(sums[r][0], _mm256_maddubs_epi16(a, w0));
                    sums[r][1] = _mm256_add_epi16(sums[r][1], _mm256_maddubs_epi16(a, w1));
                }
            }
            for (int r = 0; r < R; ++r) {
                _mm256_store_si256(to + 2 * r, sums[r][0]);
                _mm256_store_si256(to + 2 * r + 1, sums[r][1]);
            }
        }
    }

    /// Bytes: products are summed in 16 bits for `safe` steps, then widened.
    struct Bytes {
        using Activation = std::uint8_t;
        static constexpr bool kWide = false;
        static constexpr int kRows = 6;

        template <int R>
        BITDESK_INLINE static void window(const Activation* const* rows, const std::ptrdiff_t* taps, int tapCount,
                                          int steps, int safe, const std::byte* weights, std::int32_t* sums) {
            const auto* w = reinterpret_cast<const __m256i*>(weights);
            auto* to = reinterpret_cast<__m256i*>(sums);
            __m256i lanes[R][2];
            clear<R>(lanes);
            if (std::int64_t{tapCount} * steps <= safe) {
                for (int t = 0; t < tapCount; ++t) w = addSteps<R>(rows, taps[t], 0, steps, w, lanes);
                const __m256i zero = _mm256_setzero_si256();
#pragma GCC unroll 16
                for (int i = 0; i < 2 * R; ++i) _mm256_store_si256(to + i, addPairs(zero, lanes[i / 2][i % 2]));
                return;
            }
            windowInParts<R>(rows, taps, tapCount, steps, safe, w, to);
        }

        /// As window(), where sums must be widened on the way.
        template <int R>
        [[gnu::noinline]] static void windowInParts(const Activation* const* rows, const std::ptrdiff_t* taps,
                                                    int tapCount, int steps, int safe, const __m256i* w, __m256i* to) {
            __m256i lanes[R][2];
            clear<R>(lanes);
            for (int i = 0; i < 2 * R; ++i) _mm256_store_si256(to + i, _mm256_setzero_si256());
            int left = safe;
            for (int t = 0; t < tapCount; ++t)
                for (int s = 0; s < steps;) {
                    const int end = steps - s < left ? steps : s + left;
                    left -= end - s;
                    w = addSteps<R>(rows, taps[t], s, end, w, lanes);
                    s = end;
                    if (left > 0) continue;
                    widen<R>(to, lanes);
                    clear<R>(lanes);
                    left = safe;
                }
            widen<R>(to, lanes);
        }

        /// lanes += steps [begin, end) of a tap; gives the weights behind them.
        template <int R>
        BITDESK_INLINE static const __m256i* addSteps(const Activation* const* rows, std::ptrdiff_t tap, int begin,
                                                      int end, const __m256i* w, __m256i (&lanes)[R][2]) {
            const Activation* a[R];
            for (int r = 0; r < R; ++r) a[r] = rows[r] + tap;
            for (int s = begin; s < end; ++s, w += 2) {
                const __m256i w0 = _mm256_load_si256(w), w1 = _mm256_load_si256(w + 1);
                for (int r = 0; r < R; ++r) {
                    const __m256i step = broadcast(a[r] + 4 * s);
                    lanes[r][0] = _mm256_add_epi16(lanes[r][0], _mm256_maddubs_epi16(step, w0));
                    lanes[r][1] = _mm256_add_epi16(lanes[r][1], _mm256_maddubs_epi16(step, w1));
                }
            }
            return w;
        }

        /// to += the lanes' pairs.
        template <int R>
        BITDESK_INLINE static void widen(__m256i* to, const __m256i (&lanes)[R][2]) {
#pragma GCC unroll 16
            for (int i = 0; i < 2 * R; ++i)
                _mm256_store_si256(to + i, addPairs(_mm256_load_si256(to + i), lanes[i / 2][i % 2]));
        }
    };

    struct Words {
        using Activation = std::int16_t;
        static constexpr int kRows = 6;

        template <int R>
        static void window(const Activation* const* rows, const std::ptrdiff_t* taps, int tapCount, int steps, int,
                           const std::byte* weights, std::int32_t* sums) {
            const auto* w = reinterpret_cast<const __m256i*>(weights);
            __m256i lanes[R][2];
            clear<R>(lanes);
            for (int t = 0; t < tapCount; ++t) {
                const Activation* a[R];
                for (int r = 0; r < R; ++r) a[r] = rows[r] + taps[t];
                for (int s = 0; s < steps; ++s, w += 2) {
                    const __m256i w0 = _mm256_load_si256(w), w1 = _mm256_load_si256(w + 1);
                    for (int r = 0; r < R; ++r) {
                        const __m256i step = broadcast(a[r] + 2 * s);
                        lanes[r][0] = _mm256_add_epi32(lanes[r][0], _mm256_madd_epi16(step, w0));
                        lanes[r][1] = _mm256_add_epi32(lanes[r][1], _mm256_madd_epi16(step, w1));
                    }
                }
            }
            auto* to = reinterpret_cast<__m256i*>(sums);
            for (int i = 0; i < 2 * R; ++i) _mm256_store_si256(to + i, lanes[i / 2][i % 2]);
        }
    };
};

using Kernels = KernelTable<Avx2>;
template <int Vectors>
constexpr ConvKernel table(const char* name) {
    using Kernel = Table<Avx2, Vectors>;
    return {name, appliesTable, packTable<Vectors>, Kernel::scratchBytes, Kernel::run, 1, 0};
}

constexpr ConvKernel kConvolutions[] = {
    Kernels::winograd<3, 4>("avx2-winograd-3x4"), Kernels::winograd<3, 3>("avx2-winograd-3x3"),
    Kernels::winograd<2, 4>("avx2-winograd-2x4"), Kernels::winograd<2, 3>("avx2-winograd-2x3"),
    Kernels::winograd<2, 2>("avx2-winograd-2x2"), Kernels::depthwise("avx2-depthwise"),
};
constexpr ConvKernel kShared[] = {
    table<2>("avx2-table-64"),
    table<1>("avx2-table-32"),
    Kernels::direct("avx2-direct"),
    Kernels::directWords("avx2-words"),
};
constexpr ValueKernels kValues = Kernels::values();

}  // namespace

constinit const IsaTable kAvx2Table{kConvolutions, &kValues};
constinit const IsaTable kAvx2Shared{kShared, &kValues};

}  // namespace bitdesk::packed
