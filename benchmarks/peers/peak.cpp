// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What one core can multiply at most: loops of the very instructions, on registers, enough of them to hide latencies.

#include <algorithm>
#include <chrono>
#include <cstring>

#include "benchmarks/peers/kernel_abi.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace {

constexpr int kRounds = 20000, kUnroll = 10;

/// Best of several runs, in 10⁹ multiply-accumulates a second.
template <typename Loop>
double best(const Loop& loop, double macsPerRound) {
    double rate = 0;
    for (int run = 0; run < 20; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        loop();
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        rate = std::max(rate, macsPerRound * kRounds / seconds / 1e9);
    }
    return rate;
}

[[gnu::target("avx2")]] void bytes() {
    __m256i sums[kUnroll];
#pragma GCC unroll 10
    for (int u = 0; u < kUnroll; ++u) sums[u] = _mm256_setzero_si256();
    __m256i a = _mm256_set1_epi8(1), w = _mm256_set1_epi8(2);
    for (int i = 0; i < kRounds; ++i)
#pragma GCC unroll 10
        for (int u = 0; u < kUnroll; ++u) {
            asm volatile("" : "+x"(a), "+x"(w));
            sums[u] = _mm256_add_epi16(sums[u], _mm256_maddubs_epi16(a, w));
        }
#pragma GCC unroll 10
    for (int u = 0; u < kUnroll; ++u) asm volatile("" : : "x"(sums[u]));
}

[[gnu::target("avx2")]] void int8() {
    __m256i sums[kUnroll];
#pragma GCC unroll 10
    for (int u = 0; u < kUnroll; ++u) sums[u] = _mm256_setzero_si256();
    __m256i a = _mm256_set1_epi8(1), w = _mm256_set1_epi8(2), ones = _mm256_set1_epi16(1);
    for (int i = 0; i < kRounds; ++i)
#pragma GCC unroll 10
        for (int u = 0; u < kUnroll; ++u) {
            asm volatile("" : "+x"(a), "+x"(w));
            sums[u] = _mm256_add_epi32(sums[u], _mm256_madd_epi16(_mm256_maddubs_epi16(a, w), ones));
        }
#pragma GCC unroll 10
    for (int u = 0; u < kUnroll; ++u) asm volatile("" : : "x"(sums[u]));
}

[[gnu::target("avx2")]] void shuffle() {
    __m256i sums[kUnroll];
#pragma GCC unroll 10
    for (int u = 0; u < kUnroll; ++u) sums[u] = _mm256_setzero_si256();
    __m256i table = _mm256_set1_epi8(3), w = _mm256_set1_epi8(2);
    for (int i = 0; i < kRounds; ++i)
#pragma GCC unroll 10
        for (int u = 0; u < kUnroll; ++u) {
            asm volatile("" : "+x"(table), "+x"(w));
            sums[u] = _mm256_add_epi8(sums[u], _mm256_shuffle_epi8(table, w));
        }
#pragma GCC unroll 10
    for (int u = 0; u < kUnroll; ++u) asm volatile("" : : "x"(sums[u]));
}

[[gnu::target("avx512f,avx512vnni")]] void vnni() {
    __m512i sums[kUnroll];
#pragma GCC unroll 10
    for (int u = 0; u < kUnroll; ++u) sums[u] = _mm512_setzero_si512();
    __m512i a = _mm512_set1_epi8(1), w = _mm512_set1_epi8(2);
    for (int i = 0; i < kRounds; ++i)
#pragma GCC unroll 10
        for (int u = 0; u < kUnroll; ++u) {
            asm volatile("" : "+v"(a), "+v"(w));
            sums[u] = _mm512_dpbusd_epi32(sums[u], a, w);
        }
#pragma GCC unroll 10
    for (int u = 0; u < kUnroll; ++u) asm volatile("" : : "v"(sums[u]));
}

}  // namespace

double bitdesk_peak_gmacs(const char* instruction) {
    const bool avx2 = __builtin_cpu_supports("avx2") != 0;
    const bool hasVnni = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
    if (avx2 && std::strcmp(instruction, "avx2-bytes") == 0) return best(bytes, 32 * kUnroll);
    if (avx2 && std::strcmp(instruction, "avx2-int8") == 0) return best(int8, 32 * kUnroll);
    if (avx2 && std::strcmp(instruction, "avx2-shuffle") == 0) return best(shuffle, 64 * kUnroll);
    if (hasVnni && std::strcmp(instruction, "vnni") == 0) return best(vnni, 64 * kUnroll);
    return 0;
}
#else
double bitdesk_peak_gmacs(const char*) { return 0; }
#endif
