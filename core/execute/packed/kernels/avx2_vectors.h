// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <immintrin.h>

#include "core/execute/packed/kernels/vectors.h"

namespace bitdesk::packed {

/// How far ahead weights are fetched that are read in one long row: a large layer's come from memory, and the
/// hardware's own prefetching ends at each page.
inline constexpr std::ptrdiff_t kPrefetch = 4096;

/// What the epilogue needs, in AVX2; the AVX-512 kernels use it too.
struct Avx2Vectors {
    static constexpr bool kBytesClip = true;  // storeUnsignedBytes(), storeClipped() and a fast fma() are there

    /// a > b ? a : b; b where either is NaN.
    BITDESK_INLINE static F32x8 maximum(F32x8 a, F32x8 b) { return (F32x8)_mm256_max_ps((__m256)a, (__m256)b); }
    /// a < b ? a : b; b where either is NaN.
    BITDESK_INLINE static F32x8 minimum(F32x8 a, F32x8 b) { return (F32x8)_mm256_min_ps((__m256)a, (__m256)b); }
    /// The larger, NaN where either is.
    BITDESK_INLINE static F32x8 maximumOrNan(F32x8 a, F32x8 b) {
        const __m256 larger = _mm256_max_ps((__m256)b, (__m256)a);
        return (F32x8)_mm256_blendv_ps(larger, (__m256)b, _mm256_cmp_ps((__m256)b, (__m256)b, _CMP_UNORD_Q));
    }
    /// a · b + c, rounded once.
    BITDESK_INLINE static F32x8 fma(F32x8 a, F32x8 b, F32x8 c) {
        return (F32x8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
    }
    BITDESK_INLINE static I32x8 roundToEven(F32x8 v) { return (I32x8)_mm256_cvtps_epi32((__m256)v); }

    /// Low bytes of sixteen values −128 … 255.
    BITDESK_INLINE static void storeLowBytes(std::uint8_t* to, I32x8 low, I32x8 high) {
        const __m256i words = _mm256_packs_epi32((__m256i)low, (__m256i)high);
        const __m256i bytes = _mm256_and_si256(_mm256_permute4x64_epi64(words, 0xD8), _mm256_set1_epi16(0xFF));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                         _mm_packus_epi16(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1)));
    }

    /// Sixteen values clipped to 0 … 255; the smallest integer gives 0.
    BITDESK_INLINE static void storeUnsignedBytes(std::uint8_t* to, I32x8 low, I32x8 high) {
        const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32((__m256i)low, (__m256i)high), 0xD8);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                         _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
    }

    /// Twice sixteen values clipped to 0 … highest.
    BITDESK_INLINE static void storeClipped(std::uint8_t* toA, std::uint8_t* toB, I32x8 aLow, I32x8 aHigh, I32x8 bLow,
                                            I32x8 bHigh, std::uint8_t highest) {
        const __m256i a = _mm256_packs_epi32((__m256i)aLow, (__m256i)aHigh);
        const __m256i b = _mm256_packs_epi32((__m256i)bLow, (__m256i)bHigh);
        // Fours of bytes: a0 a8 b0 b8 | a4 a12 b4 b12.
        const __m256i bytes =
            _mm256_permutevar8x32_epi32(_mm256_packus_epi16(a, b), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
        const __m256i clipped = _mm256_min_epu8(bytes, _mm256_set1_epi8(static_cast<char>(highest)));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(toA), _mm256_castsi256_si128(clipped));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(toB), _mm256_extracti128_si256(clipped, 1));
    }

    BITDESK_INLINE static std::int32_t sumBytes(const std::uint8_t* from, int count) {
        __m256i sums = _mm256_setzero_si256();
        int i = 0;
        for (; i + 32 <= count; i += 32)
            sums =
                _mm256_add_epi64(sums, _mm256_sad_epu8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i)),
                                                       _mm256_setzero_si256()));
        __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        for (; i + 16 <= count; i += 16)
            half = _mm_add_epi64(
                half, _mm_sad_epu8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)), _mm_setzero_si128()));
        std::int32_t sum = _mm_cvtsi128_si32(half) + _mm_extract_epi32(half, 2);
        for (; i < count; ++i) sum += from[i];
        return sum;
    }

    BITDESK_INLINE static __m256i broadcast(const void* step) {
        std::int32_t bits;
        __builtin_memcpy(&bits, step, sizeof bits);
        return _mm256_set1_epi32(bits);
    }
};

}  // namespace bitdesk::packed
