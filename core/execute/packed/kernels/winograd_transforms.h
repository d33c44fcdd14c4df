// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/execute/packed/kernels/vectors.h"

namespace bitdesk::packed {

/// The inverse of an odd number modulo 2³² (Newton: doubles the correct bits each time).
constexpr std::uint32_t inverseOfOdd(std::uint32_t odd) {
    std::uint32_t inverse = 1;
    for (int i = 0; i < 5; ++i) inverse *= 2 - odd * inverse;
    return inverse;
}

/// F(M, 3) in integers (Winograd 1980; Lavin & Gray 2016), rows scaled so that every entry is one:
///   D · y = outputᵀ · ((weight · g) ⊙ (input · d)),  D = powerOfTwo · odd.
/// `weight` is [M+2][3], `input` and `output` are given as code below and as matrices for the proofs and packing.
template <int M>
struct Winograd;

template <>
struct Winograd<2> {  // points 0, 1, −1, ∞; rows 0 and 3 of `weight` doubled, which spares the output two shifts
    static constexpr int kSize = 4, kPowerOfTwo = 2, kOdd = 1;
    static constexpr int kWeight[4][3] = {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}};
    static constexpr int kInput[4][4] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
    static constexpr int kOutput[2][4] = {{1, 1, 1, 0}, {0, 1, -1, -1}};

    template <typename V>
    BITDESK_INLINE static void input(const V* d, V* t) {
        t[0] = d[0] - d[2];
        t[1] = d[1] + d[2];
        t[2] = d[2] - d[1];
        t[3] = d[1] - d[3];
    }
    template <typename V>
    BITDESK_INLINE static void output(const V* m, V* y) {
        y[0] = m[0] + m[1] + m[2];
        y[1] = m[1] - m[2] - m[3];
    }
};

template <>
struct Winograd<3> {  // points 0, 1, −1, 2, ∞
    static constexpr int kSize = 5, kPowerOfTwo = 2, kOdd = 3;
    static constexpr int kWeight[5][3] = {{1, 0, 0}, {1, 1, 1}, {1, -1, 1}, {1, 2, 4}, {0, 0, 2}};
    static constexpr int kInput[5][5] = {
        {2, -1, -2, 1, 0}, {0, -2, -1, 1, 0}, {0, 2, -3, 1, 0}, {0, -1, 0, 1, 0}, {0, 2, -1, -2, 1}};
    static constexpr int kOutput[3][5] = {{3, -3, -1, 1, 0}, {0, -3, 1, 2, 0}, {0, -3, -1, 4, 3}};

    template <typename V>
    BITDESK_INLINE static void input(const V* d, V* t) {
        const V a = d[3] - d[1], b = d[0] - d[2], c = d[1] - d[2];
        t[0] = b + b + a;
        t[1] = a - d[1] - d[2];
        t[2] = a + c + c + c;
        t[3] = a;
        t[4] = d[4] - d[2] - a - a;
    }
    template <typename V>
    BITDESK_INLINE static void output(const V* m, V* y) {
        const V a = m[1] + m[1] + m[1], b = m[3] + m[3];
        y[0] = m[0] + m[0] + m[0] - a - m[2] + m[3];
        y[1] = m[2] - a + b;
        y[2] = b + b - a - m[2] + (m[4] + m[4] + m[4]);
    }
};

template <>
struct Winograd<4> {  // points 0, 1, −1, 2, −2, ∞
    static constexpr int kSize = 6, kPowerOfTwo = 8, kOdd = 3;
    static constexpr int kWeight[6][3] = {{1, 0, 0}, {1, 1, 1}, {1, -1, 1}, {1, 2, 4}, {1, -2, 4}, {0, 0, 1}};
    static constexpr int kInput[6][6] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                         {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
    static constexpr int kOutput[4][6] = {
        {6, -4, -4, 1, 1, 0}, {0, -4, 4, 2, -2, 0}, {0, -4, -4, 4, 4, 0}, {0, -4, 4, 8, -8, 24}};

    template <typename V>
    BITDESK_INLINE static void input(const V* d, V* t) {
        const V twice1 = d[1] + d[1], twice2 = d[2] + d[2], b = d[0] - d[2], c = d[3] - d[1];
        const V s = d[4] - twice2 - twice2, r = d[3] - twice1 - twice1, u = d[4] - d[2], v = c + c;
        const V twiceB = b + b;
        t[0] = twiceB + twiceB + u;
        t[1] = s + r;
        t[2] = s - r;
        t[3] = u + v;
        t[4] = u - v;
        t[5] = d[5] - d[3] - v - v;
    }
    template <typename V>
    BITDESK_INLINE static void output(const V* m, V* y) {
        const V sum1 = m[1] + m[2], difference1 = m[2] - m[1], sum3 = m[3] + m[4], difference3 = m[3] - m[4];
        const V four1 = sum1 << 2, four = difference1 << 2, twice3 = difference3 + difference3;
        y[0] = ((m[0] + m[0] + m[0]) << 1) - four1 + sum3;
        y[1] = four + twice3;
        y[2] = (sum3 << 2) - four1;
        y[3] = four + (twice3 << 2) + ((m[5] + m[5] + m[5]) << 3);
    }
};

}  // namespace bitdesk::packed
