// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/verdicts.h"

#include <gtest/gtest.h>

namespace bitdesk {
namespace {

TEST(AccuracyVerdict, McNemarIsSciPysExactTest) {  // scipy.stats.binomtest(b, b + c).pvalue, 1.17.1
    EXPECT_NEAR(mcnemar(6, 21), 0.005924612283706665, 1e-15);
    EXPECT_NEAR(mcnemar(21, 6), 0.005924612283706665, 1e-15);
    EXPECT_NEAR(mcnemar(0, 5), 0.0625, 1e-15);
    EXPECT_NEAR(mcnemar(10, 12), 0.8318119049072266, 1e-13);
    EXPECT_NEAR(mcnemar(101, 59), 0.0011229051962340462, 1e-14);
    EXPECT_NEAR(mcnemar(1500, 1400), 0.06598734966518463, 1e-11);
    EXPECT_EQ(mcnemar(0, 0), 1);
    EXPECT_EQ(mcnemar(7, 7), 1);
}

TEST(AccuracyVerdict, Verdicts) {
    EXPECT_EQ(compareAccuracy(59, 101, 10'000).verdict, AccuracyVerdict::Better);
    EXPECT_EQ(compareAccuracy(101, 59, 10'000).verdict, AccuracyVerdict::Worse);
    EXPECT_EQ(compareAccuracy(60, 62, 10'000).verdict, AccuracyVerdict::Same);
    EXPECT_EQ(compareAccuracy(10, 12, 500).verdict, AccuracyVerdict::Unclear);
    EXPECT_EQ(compareAccuracy(0, 0, 0).verdict, AccuracyVerdict::Unclear) << "no images";
    EXPECT_EQ(compareAccuracy(0, 0, 10'000).verdict, AccuracyVerdict::Same);
}

TEST(AccuracyVerdict, DifferenceIsOfTheSecondAgainstTheFirst) {
    const auto found = compareAccuracy(101, 59, 10'000);
    EXPECT_DOUBLE_EQ(found.difference.delta, -0.0042);
    EXPECT_NE(found.reason.find("-0.42 pp"), std::string::npos) << found.reason;
    EXPECT_NE(found.reason.find("59 images gained, 101 lost"), std::string::npos) << found.reason;
}

TEST(AccuracyVerdict, MoreLooksAskForMore) {
    EXPECT_EQ(compareAccuracy(80, 55, 10'000, {.margin = 0.003, .looks = 1}).verdict, AccuracyVerdict::Worse);
    EXPECT_EQ(compareAccuracy(80, 55, 10'000, {.margin = 0.003, .looks = 10}).verdict, AccuracyVerdict::Unclear);
}

TEST(AccuracyVerdict, WhatDoesNotMatterIsTheSame) {  // -0.42 pp [-0.67, -0.17], p = 0.001
    EXPECT_EQ(compareAccuracy(101, 59, 10'000, {.margin = 0.006, .looks = 1}).verdict, AccuracyVerdict::Worse);
    const auto found = compareAccuracy(101, 59, 10'000, {.margin = 0.01, .looks = 1});
    EXPECT_EQ(found.verdict, AccuracyVerdict::Same);
    EXPECT_NE(found.reason.find("a real difference, but within the 1.00 pp"), std::string::npos) << found.reason;
}

}  // namespace
}  // namespace bitdesk
