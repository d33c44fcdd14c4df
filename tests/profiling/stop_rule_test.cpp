// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// The stop rule on streams whose nature is known.
#include "profiling/measure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/base/random.h"
#include "core/statistics/intervals.h"

namespace bitdesk {
namespace {

struct Ending {
    std::optional<StopReason> reason;
    std::vector<double> samples;
};

/// Feeds a stream to the rule until it stops.
Ending feed(const StopOptions& options, const std::function<double(std::int64_t)>& stream) {
    StopRule rule(options);
    Ending ending;
    for (const std::int64_t count : StopRule::looks(options)) {
        while (static_cast<std::int64_t>(ending.samples.size()) < count)
            ending.samples.push_back(stream(static_cast<std::int64_t>(ending.samples.size())));
        ending.reason = rule.look(ending.samples);
        if (ending.reason) break;
    }
    return ending;
}

constexpr int kTrials = 40;
const StopOptions kOnePercent{.noise = 0.01, .fewest = 20, .most = 20'000, .maxSeconds = 30};

TEST(StopRule, LooksAtGrowingCounts) {
    EXPECT_EQ(StopRule::looks({.noise = 0, .fewest = 20, .most = 100, .maxSeconds = 1}),
              (std::vector<std::int64_t>{20, 30, 45, 67, 100}));
    EXPECT_EQ(StopRule::looks(StopOptions::fixed(7, 1)), (std::vector<std::int64_t>{7}));
    EXPECT_EQ(StopRule::looks({.noise = 0, .fewest = 0, .most = 3, .maxSeconds = 1}),
              (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(StopRule, NormalNoiseReachesTheTargetAtAboutTheCountThatTheoryGives) {
    // The median's standard error is σ·√(π/2n): 1.96 of it is 1 % of the median for σ = 5 % at n = 151.
    double counts = 0;
    for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
        Random random(seed);
        const auto ending = feed(kOnePercent, [&](auto) { return 10 + 0.5 * random.normal(); });
        EXPECT_EQ(ending.reason, StopReason::Target);
        EXPECT_LE(relativeNoise(ending.samples), 0.01);
        EXPECT_NEAR(quantile(ending.samples, 0.5), 10, 0.25);
        counts += static_cast<double>(ending.samples.size()) / kTrials;
    }
    EXPECT_GT(counts, 60);
    EXPECT_LT(counts, 300);
}

TEST(StopRule, HeavyTailsDoNotKeepItFromTheTarget) {
    // Cauchy: neither mean nor variance exist, and one sample in twenty is off by half; a rule on their noise never
    // ends.
    for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
        Random random(seed);
        const auto ending = feed(kOnePercent, [&](auto) {
            return 10 + 0.3 * std::abs(random.normal() / std::max(1e-9, std::abs(random.normal())));
        });
        EXPECT_EQ(ending.reason, StopReason::Target) << seed;
        EXPECT_LT(ending.samples.size(), 5000u);
    }
}

TEST(StopRule, TwoSpeedsAreAPlateau) {
    // Half of the runs at one speed, half at another: the median lies in the gap, and more samples do not narrow it.
    int plateaus = 0;
    for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
        Random random(seed);
        const auto ending = feed(
            kOnePercent, [&](auto) { return (random.uniform() < 0.5 ? 10.0 : 13.0) * (1 + 0.003 * random.normal()); });
        EXPECT_LT(ending.samples.size(), 20'000u);
        if (ending.reason != StopReason::Plateau) continue;
        ++plateaus;
        EXPECT_GT(relativeNoise(ending.samples), 0.01) << "the noise that is left is told";
    }
    EXPECT_GE(plateaus, kTrials * 8 / 10) << "the others were lucky: one speed had a clear majority";
}

TEST(StopRule, DriftIsAPlateau) {
    for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
        Random random(seed);
        const auto ending = feed({.noise = 0.002, .fewest = 20, .most = 20'000, .maxSeconds = 30}, [&](std::int64_t i) {
            return (10 + 0.01 * static_cast<double>(i)) * (1 + 0.01 * random.normal());
        });
        EXPECT_EQ(ending.reason, StopReason::Plateau) << seed;
    }
}

TEST(StopRule, WithoutATargetItCounts) {
    const auto ending = feed(StopOptions::fixed(50, 1), [](auto) { return 1.0; });
    EXPECT_EQ(ending.reason, StopReason::Count);
    EXPECT_EQ(ending.samples.size(), 50u);
}

}  // namespace
}  // namespace bitdesk
