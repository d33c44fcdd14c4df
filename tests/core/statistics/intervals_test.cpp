// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/statistics/intervals.h"

#include <gtest/gtest.h>

#include <vector>

namespace bitdesk {
namespace {

// Newcombe 1998, table I: 81 of 263 gives 0.2553 … 0.3662, 15 of 148 gives 0.0624 … 0.1605, 0 of 20 gives 0 … 0.1611.
TEST(Wilson, AgreesWithNewcombesTable) {
    EXPECT_NEAR(wilson(81, 263).low, 0.2553, 5e-5);
    EXPECT_NEAR(wilson(81, 263).high, 0.3662, 5e-5);
    EXPECT_NEAR(wilson(15, 148).low, 0.0624, 5e-5);
    EXPECT_NEAR(wilson(15, 148).high, 0.1605, 5e-5);
    EXPECT_NEAR(wilson(0, 20).low, 0, 1e-12);
    EXPECT_NEAR(wilson(0, 20).high, 0.1611, 5e-5);
}

TEST(Wilson, OfNothingSaysNothing) {
    EXPECT_EQ(wilson(0, 0).low, 0);
    EXPECT_EQ(wilson(0, 0).high, 1);
}

// numpy.percentile([4, 1, 3, 2, 10], [25, 50, 75]) is 2, 3, 4; of [1, 2, 3, 4] it is 1.75, 2.5, 3.25.
TEST(Quartiles, AreNumPys) {
    const Quartiles odd = quartiles(std::vector<double>{4, 1, 3, 2, 10});
    EXPECT_EQ(odd.q1, 2);
    EXPECT_EQ(odd.median, 3);
    EXPECT_EQ(odd.q3, 4);
    EXPECT_EQ(odd.n, 5);
    const Quartiles even = quartiles(std::vector<double>{1, 2, 3, 4});
    EXPECT_EQ(even.q1, 1.75);
    EXPECT_EQ(even.median, 2.5);
    EXPECT_EQ(even.q3, 3.25);
}

TEST(PairedDifference, CountsWhatOnlyOneGetsRight) {
    const PairedDifference difference = pairedDifference(10, 30, 1000);
    EXPECT_NEAR(difference.delta, 0.02, 1e-12);
    EXPECT_GT(difference.halfWidth, 0.01);
    EXPECT_LT(difference.halfWidth, 0.014);
}

}  // namespace
}  // namespace bitdesk
