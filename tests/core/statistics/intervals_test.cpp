// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/statistics/intervals.h"
#include "core/statistics/verdicts.h"

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
    EXPECT_NEAR(difference.interval.low, 0.0074964, 1e-6);
    EXPECT_NEAR(difference.interval.high, 0.0324238, 1e-6);
}

// B loses every image: half an image more in each cell moves the middle to -30/32, and no difference passes -1.
TEST(PairedDifference, CentreAndClipAreAgrestiAndMins) {
    const PairedDifference lost = pairedDifference(30, 0, 30);
    EXPECT_EQ(lost.delta, -1);
    EXPECT_EQ(lost.interval.low, -1);
    EXPECT_NEAR(lost.interval.high, -0.833647480482878, 1e-12);
    EXPECT_EQ(pairedDifference(0, 0, 0).interval.low, -1);
    EXPECT_EQ(pairedDifference(0, 0, 0).interval.high, 1);
}

struct Expected {
    std::string kind;
    std::int64_t a = 0, b = 0, n = 0;
    double confidence = 0, low = 0, high = 0, p = 0;
};

std::vector<Expected> expectedIntervals() {
    std::istringstream lines(readFile(BITDESK_SOURCE_DIR "/tests/core/statistics/intervals.csv", 1 << 20));
    std::vector<Expected> all;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        std::ranges::replace(line, ',', ' ');
        std::istringstream cells(line);
        Expected e;
        cells >> e.kind >> e.a >> e.b >> e.n >> e.confidence >> e.low >> e.high >> e.p;
        EXPECT_TRUE(cells) << line;
        all.push_back(e);
    }
    return all;
}

TEST(Intervals, AreSciPysAndStatsmodelsAtEverySmallCountAndInTheCorners) {  // make_intervals.py
    const auto all = expectedIntervals();
    EXPECT_GT(all.size(), 600U);
    for (const Expected& e : all) {
        SCOPED_TRACE(e.kind + " " + std::to_string(e.a) + " " + std::to_string(e.b) + " of " + std::to_string(e.n));
        const bool paired = e.kind == "paired";
        const Interval found = paired ? pairedDifference(e.a, e.b, e.n, e.confidence).interval : wilson(e.a, e.n);
        EXPECT_NEAR(found.low, e.low, 1e-12);
        EXPECT_NEAR(found.high, e.high, 1e-12);
        EXPECT_NEAR(paired ? mcnemar(e.a, e.b) : 0, e.p, 1e-9 * e.p + 1e-300);
    }
}

/// How often the interval holds the truth, summed over everything that n images can show.
double coverage(int n, double onlyA, double onlyB) {
    double covered = 0;
    for (int a = 0; a <= n; ++a)
        for (int b = 0; a + b <= n; ++b) {
            const Interval interval = pairedDifference(a, b, n).interval;
            if (interval.low > onlyB - onlyA || onlyB - onlyA > interval.high) continue;
            covered +=
                std::exp(std::lgamma(n + 1) - std::lgamma(a + 1) - std::lgamma(b + 1) - std::lgamma(n - a - b + 1) +
                         a * std::log(onlyA) + b * std::log(onlyB) + (n - a - b) * std::log(1 - onlyA - onlyB));
        }
    return covered;
}

TEST(PairedDifference, HoldsTheTruthAsOftenAsItSays) {
    for (const int n : {10, 30})
        for (const double onlyA : {0.02, 0.1, 0.3, 0.6})
            for (const double onlyB : {0.01, 0.1, 0.3})
                EXPECT_GT(coverage(n, onlyA, onlyB), 0.925) << n << " images, " << onlyA << ", " << onlyB;
}

}  // namespace
}  // namespace bitdesk
