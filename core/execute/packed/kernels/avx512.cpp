// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Compiled with -mavx512vnni and what it builds on; run only where the CPU has it (catalogue.cpp).

#include "core/execute/packed/kernels/avx2_vectors.h"
#include "core/execute/packed/kernels/kernel.h"
#include "core/execute/packed/kernels/kernel_table.h"

namespace bitdesk::packed {
namespace {

/// One by one: an initializer would go through memory.
template <int R>
BITDESK_INLINE void clear(__m512i (&lanes)[R]) {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) lanes[r] = _mm512_setzero_si512();
}

/// VNNI sums four byte products, or two of words, in 32 bits at once: no lane can overflow, no group is needed.
struct Avx512 : Avx2Vectors {
    using Lane = std::uint32_t;
    using LaneVector = U32x16;
    static constexpr int kTileRows = 8;

    BITDESK_INLINE static __m512i broadcastStep(const void* step) {
        std::int32_t bits;
        __builtin_memcpy(&bits, step, sizeof bits);
        return _mm512_set1_epi32(bits);
    }

    BITDESK_INLINE static void addLanes(std::int32_t* results, LaneVector lanes, const std::int32_t*) {
        store(results, lanes);
    }

    template <int R>
    static void positions(const std::uint8_t* v, std::size_t rowStride, std::size_t positionStride, int count,
                          const std::byte* weights, int steps, Lane* products) {
        const auto* w = reinterpret_cast<const __m512i*>(weights);
        auto* to = reinterpret_cast<__m512i*>(products);
        for (int position = 0; position < count; ++position, v += positionStride, to += R) {
            __m512i sums[R];
            clear<R>(sums);
            for (int s = 0; s < steps; ++s, ++w) {
                _mm_prefetch(reinterpret_cast<const char*>(w) + kPrefetch, _MM_HINT_T0);
                const __m512i weight = _mm512_load_si512(w);
                for (int r = 0; r < R; ++r)
                    sums[r] = _mm512_dpbusd_epi32(sums[r], broadcastStep(v + toIndex(r) * rowStride + 4 * toIndex(s)),
                                                  weight);
            }
            for (int r = 0; r < R; ++r) _mm512_store_si512(to + r, sums[r]);
        }
    }

    template <typename Element, int Rows>
    struct Multiply {
        using Activation = Element;
        static constexpr bool kWide = true;
        static constexpr int kRows = Rows;

        /// Out of line: what reads the sums in halves would draw the accumulators into memory.
        template <int R>
        [[gnu::noinline]] static void window(const Activation* const* rows, const std::ptrdiff_t* taps, int tapCount,
                                             int steps, int, const std::byte* weights, std::int32_t* sums) {
            const auto* w = reinterpret_cast<const __m512i*>(weights);
            __m512i lanes[R];
            clear<R>(lanes);
            for (int t = 0; t < tapCount; ++t) {
                const Activation* a[R];
#pragma GCC unroll 8
                for (int r = 0; r < R; ++r) a[r] = rows[r] + taps[t];
                for (int s = 0; s < steps; ++s, ++w) {
                    const __m512i weight = _mm512_load_si512(w);
#pragma GCC unroll 8
                    for (int r = 0; r < R; ++r) {
                        const __m512i step = broadcastStep(a[r] + toIndex(s) * (4 / sizeof(Element)));
                        if constexpr (sizeof(Element) == 1) lanes[r] = _mm512_dpbusd_epi32(lanes[r], step, weight);
                        else lanes[r] = _mm512_dpwssd_epi32(lanes[r], step, weight);
                    }
                }
            }
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r) _mm512_store_si512(sums + r * kBlock, lanes[r]);
        }
    };
    using Bytes = Multiply<std::uint8_t, 6>;
    using Words = Multiply<std::int16_t, 6>;
};

using Kernels = KernelTable<Avx512>;
constexpr ConvKernel kConvolutions[] = {
    Kernels::winograd<3, 4>("vnni-winograd-3x4"), Kernels::winograd<3, 3>("vnni-winograd-3x3"),
    Kernels::winograd<2, 4>("vnni-winograd-2x4"), Kernels::winograd<2, 3>("vnni-winograd-2x3"),
    Kernels::winograd<2, 2>("vnni-winograd-2x2"), Kernels::direct("vnni-direct"),
    Kernels::depthwise("avx512-depthwise"),       Kernels::directWords("vnni-words"),
};
constexpr ValueKernels kValues = Kernels::values();

}  // namespace

constinit const IsaTable kAvx512Table{kConvolutions, &kValues};

}  // namespace bitdesk::packed
