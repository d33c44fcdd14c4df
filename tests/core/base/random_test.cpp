// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/random.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace bitdesk {
namespace {

// Output of the authors' splitmix64.c (Vigna 2015, prng.di.unimi.it) for these seeds.
TEST(Random, IsSplitMix64) {
    Random zero(0);
    EXPECT_EQ(zero.next(), 0xE220A8397B1DCDAFULL);
    EXPECT_EQ(zero.next(), 0x6E789E6AA1B965F4ULL);
    EXPECT_EQ(zero.next(), 0x06C45D188009454FULL);
    EXPECT_EQ(zero.next(), 0xF88BB8A8724C81ECULL);
    Random other(1234567);
    EXPECT_EQ(other.next(), 6457827717110365317ULL);
    EXPECT_EQ(other.next(), 3203168211198807973ULL);
    EXPECT_EQ(other.next(), 9817491932198370423ULL);
}

TEST(Random, GoesOnFromASavedState) {
    Random random(7);
    random.next();
    Random copy(0);
    copy.setState(random.state());
    EXPECT_EQ(random.next(), copy.next());
}

TEST(Random, BelowRejectsWhatWouldBias) {
    // 2^64 mod 3·2^62 = 2^62, so words below 2^62 are drawn again; without that the low third would come up twice as
    // often.
    constexpr std::uint64_t kBound = 3ULL << 62;
    Random expected(11), random(11);
    for (int i = 0; i < 1000; ++i) {
        std::uint64_t word = expected.next();
        while (word < (1ULL << 62)) word = expected.next();
        EXPECT_EQ(random.below(kBound), word % kBound);
    }
}

RC_GTEST_PROP(Random, BelowStaysBelow, (std::uint64_t seed)) {
    const auto bound = *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(1, 10), rc::gen::nonZero<std::uint64_t>());
    Random random(seed);
    for (int i = 0; i < 20; ++i) RC_ASSERT(random.below(bound) < bound);
}

TEST(Random, BelowIsEven) {
    constexpr int kDraws = 70'000;
    std::array<int, 7> counts{};
    Random random(3);
    for (int i = 0; i < kDraws; ++i) ++counts[random.below(counts.size())];
    double chiSquare = 0;
    for (const int count : counts) chiSquare += (count - 10'000.0) * (count - 10'000.0) / 10'000.0;
    EXPECT_LT(chiSquare, 22.5);  // 6 degrees of freedom, p = 0.001
}

TEST(Random, NormalHasItsMoments) {
    constexpr int kDraws = 100'000;
    Random random(5);
    double sum = 0, squares = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double value = random.normal();
        ASSERT_TRUE(std::isfinite(value));
        sum += value;
        squares += value * value;
    }
    EXPECT_NEAR(sum / kDraws, 0, 0.015);
    EXPECT_NEAR(squares / kDraws, 1, 0.02);
}

RC_GTEST_PROP(Permutation, HoldsEveryIndexOnce, (std::uint64_t seed)) {
    const auto size = *rc::gen::inRange<std::int64_t>(0, 300);
    auto order = permutation(size, seed);
    RC_ASSERT(order == permutation(size, seed));
    std::ranges::sort(order);
    std::vector<std::int64_t> all(static_cast<std::size_t>(size));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    RC_ASSERT(order == all);
}

TEST(Permutation, DrawsEveryOrderAlike) {
    std::array<int, 6> counts{};
    for (std::uint64_t seed = 0; seed < 6000; ++seed) {
        const auto order = permutation(3, seed);
        ++counts[static_cast<std::size_t>(order[0] * 2 + (order[1] > order[2] ? 1 : 0))];
    }
    for (const int count : counts) EXPECT_NEAR(count, 1000, 120);
}

}  // namespace
}  // namespace bitdesk
