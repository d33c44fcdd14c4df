// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/trade_off.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

EvaluationSummary evaluated(std::int64_t correct, std::int64_t bitops) {
    EvaluationSummary summary;
    summary.correct = correct;
    summary.total = 1000;
    summary.bitops = bitops;
    return summary;
}

RunLatency took(double ms, std::int64_t run) {
    return {
        .ms = {.median = ms, .q1 = ms, .q3 = ms, .n = 5}, .ci95 = {.low = 0.9 * ms, .high = 1.1 * ms}, .runGroup = run};
}

struct TradeOffViewTest : testing::Test {
    EvaluationSummary wide = evaluated(900, 400'000'000), middle = evaluated(880, 200'000'000),
                      narrow = evaluated(850, 100'000'000);
    std::vector<TradeOffPoint> points{{&wide, took(0.4, 2)}, {&middle, std::nullopt}, {&narrow, took(0.5, 2)}};
};

TEST_F(TradeOffViewTest, BitOpsAreExact) {
    const TradeOffView view(points, CostOf::BitOps);
    EXPECT_EQ(view.unit(), "millions");
    ASSERT_EQ(view.marks().size(), 3U);
    EXPECT_NEAR(view.marks()[0].cost, 400, 1e-9);
    EXPECT_NEAR(view.marks()[0].costs.half(), 0, 1e-12);
    EXPECT_NEAR(view.marks()[0].percent, 90, 1e-9);
    EXPECT_LT(view.marks()[0].percents.low, 90);
    EXPECT_EQ(view.front(), (std::vector<std::size_t>{2, 1, 0}));
}

TEST_F(TradeOffViewTest, ManyBitOpsAreCountedInThousandMillions) {
    wide.bitops = 20'000'000'000;
    const TradeOffView view(points, CostOf::BitOps);
    EXPECT_EQ(view.unit(), "thousand millions");
    EXPECT_NEAR(view.marks()[0].cost, 20, 1e-9);
}

TEST_F(TradeOffViewTest, WhatWasNotMeasuredHasNoPlaceAmongLatencies) {
    const TradeOffView view(points, CostOf::Latency);
    EXPECT_EQ(view.unit(), "µs");
    ASSERT_EQ(view.marks().size(), 2U);
    EXPECT_EQ(view.marks()[1].point, 2U);
    EXPECT_NEAR(view.marks()[1].costs.high, 550, 1e-9);
    EXPECT_EQ(view.front(), (std::vector<std::size_t>{0})) << "the slower is less accurate too";
    EXPECT_FALSE(view.markOf({&middle, std::nullopt}));
}

TEST_F(TradeOffViewTest, OnlyTheNewestRunIsCompared) {
    points[1].latency = took(0.1, 1);
    const TradeOffView view(points, CostOf::Latency);
    EXPECT_EQ(view.newestRun(), 2);
    EXPECT_FALSE(view.marks()[1].comparable);
    EXPECT_EQ(view.front(), (std::vector<std::size_t>{0}));
}

TEST_F(TradeOffViewTest, ALatencyWithoutEvaluationCountsForUnitAndRun) {
    points.push_back({nullptr, took(2, 3)});
    const TradeOffView view(points, CostOf::Latency);
    EXPECT_EQ(view.unit(), "ms");
    EXPECT_EQ(view.newestRun(), 3);
    EXPECT_EQ(view.marks().size(), 2U);
    EXPECT_TRUE(view.front().empty());
}

TEST(TradeOffView, OfNothingIsEmpty) {
    const TradeOffView view({}, CostOf::Latency);
    EXPECT_TRUE(view.marks().empty());
    EXPECT_TRUE(view.front().empty());
}

}  // namespace
}  // namespace bitdesk
