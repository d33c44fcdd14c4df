// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Against SciPy 1.17.1: stats.bootstrap(…, numpy.median, n_resamples=400000, method='percentile'), stats.quantile_test
// and stats.binom.sf.
#include "core/statistics/intervals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/base/random.h"

namespace bitdesk {
namespace {

const std::vector<double> kFifteen{2.1, 3.4, 1.9, 8.8, 2.6, 3.0, 2.2, 4.1, 2.9, 3.3, 2.7, 5.6, 3.1, 2.5, 2.8};

// numpy.round(numpy.exp(default_rng(7).normal(size=101)), 3)
const std::vector<double> kSkewed{
    1.001, 1.348, 0.76,  0.41,  0.635, 0.371, 1.062, 3.82,  0.611, 0.538, 1.632, 1.429, 1.111, 0.394, 0.971,
    2.004, 0.261, 0.633, 0.149, 0.275, 0.159, 0.79,  0.282, 1.312, 1.17,  0.83,  0.081, 0.584, 0.953, 1.12,
    0.217, 0.62,  0.376, 0.445, 2.889, 0.446, 0.968, 2.422, 0.558, 0.894, 1.117, 1.066, 0.294, 1.079, 3.892,
    0.213, 2.362, 1.127, 0.527, 7.392, 2.143, 0.301, 1.077, 1.78,  0.828, 1.98,  0.936, 1.949, 4.214, 0.509,
    1.225, 0.629, 1.136, 0.305, 0.56,  0.822, 2.457, 3.143, 0.266, 0.452, 1.91,  0.136, 0.629, 0.907, 3.515,
    1.993, 0.721, 0.692, 0.779, 4.588, 0.652, 0.738, 1.423, 0.886, 0.821, 0.328, 0.989, 0.642, 3.21,  1.921,
    0.976, 1.951, 0.712, 2.864, 0.995, 1.792, 0.275, 1.414, 0.185, 0.131, 0.738};

TEST(Median, BinomialTailsAreSciPys) {
    EXPECT_NEAR(binomialUpperTail(8, 10, 0.5), 0.0546875, 1e-15);
    EXPECT_NEAR(binomialUpperTail(60, 100, 0.5), 0.028443966820490444, 1e-13);
    EXPECT_NEAR(binomialUpperTail(3, 20, 0.3), 0.9645168677015313, 1e-13);
    EXPECT_NEAR(binomialUpperTail(5100, 10000, 0.5), 0.023292763852473225, 1e-11);
    EXPECT_NEAR(binomialUpperTail(1, 50, 0.001), 0.048794371802968646, 1e-13);
    EXPECT_NEAR(binomialUpperTail(999, 1000, 0.999), 0.7357589130301869, 1e-12);
    EXPECT_EQ(binomialUpperTail(0, 10, 0.5), 1);
    EXPECT_EQ(binomialUpperTail(11, 10, 0.5), 0);
    EXPECT_EQ(binomialUpperTail(10, 10, 1), 1);
    EXPECT_EQ(binomialUpperTail(1, 10, 0), 0);
}

TEST(Median, BootstrapIntervalsAreSciPys) {
    EXPECT_EQ(medianInterval(kFifteen, 0.9).low, 2.6);
    EXPECT_EQ(medianInterval(kFifteen, 0.9).high, 3.3);
    EXPECT_EQ(medianInterval(kFifteen, 0.99).low, 2.5);
    EXPECT_EQ(medianInterval(kFifteen, 0.99).high, 3.4);
    EXPECT_EQ(medianInterval(kFifteen, 0.8).low, 2.7);
    EXPECT_EQ(medianInterval(kFifteen, 0.8).high, 3.1);
    EXPECT_EQ(medianInterval(kSkewed).low, 0.721);
    EXPECT_EQ(medianInterval(kSkewed).high, 1.001);
}

TEST(Median, TheBootstrapIsWhatResamplingGives) {
    // An even number of samples, against 100 000 resamples with the median between the two middle ones.
    std::vector<double> samples(kSkewed.begin(), kSkewed.begin() + 40), medians;
    Random random(3);
    for (int resample = 0; resample < 100'000; ++resample) {
        std::vector<double> drawn;
        for (std::size_t i = 0; i < samples.size(); ++i) drawn.push_back(samples[random.below(samples.size())]);
        std::ranges::nth_element(drawn, drawn.begin() + 20);
        const double upper = drawn[20], lower = *std::max_element(drawn.begin(), drawn.begin() + 20);
        medians.push_back((lower + upper) / 2);
    }
    const Interval exact = medianInterval(samples);
    EXPECT_LE(exact.low, quantile(medians, 0.025));
    EXPECT_GE(exact.high, quantile(medians, 0.975));
    EXPECT_GE(exact.low, quantile(medians, 0.005)) << "and hardly wider";
    EXPECT_LE(exact.high, quantile(medians, 0.995));
}

TEST(Median, SignIntervalsAreSciPys) {
    const auto ranks = [](int n, double confidence) {
        std::vector<double> samples(static_cast<std::size_t>(n));
        std::iota(samples.begin(), samples.end(), 1.0);
        return signInterval(samples, confidence);
    };
    struct Case {
        int n;
        double confidence, low, high;
    };
    for (const Case& c : {Case{6, 0.95, 1, 6}, Case{10, 0.95, 2, 9}, Case{10, 0.99, 1, 10}, Case{15, 0.95, 4, 12},
                          Case{15, 0.99, 3, 13}, Case{20, 0.95, 6, 15}, Case{20, 0.99, 4, 17}, Case{101, 0.95, 41, 61},
                          Case{101, 0.99, 38, 64}}) {
        const auto found = ranks(c.n, c.confidence);
        ASSERT_TRUE(found) << c.n;
        EXPECT_EQ(found->low, c.low) << c.n << " " << c.confidence;
        EXPECT_EQ(found->high, c.high) << c.n << " " << c.confidence;
    }
    EXPECT_FALSE(ranks(6, 0.99));
    EXPECT_FALSE(ranks(5, 0.95));
    EXPECT_FALSE(signInterval({}, 0.95));
}

TEST(Median, BothCoverTheMedianAsOftenAsTheySay) {
    int bootstrap = 0, sign = 0;
    constexpr int kTrials = 2000;
    Random random(11);
    for (int trial = 0; trial < kTrials; ++trial) {
        std::vector<double> samples;
        for (int i = 0; i < 60; ++i) samples.push_back(std::exp(random.normal()));  // median 1
        const Interval b = medianInterval(samples);
        const auto s = signInterval(samples);
        bootstrap += b.low <= 1 && 1 <= b.high ? 1 : 0;
        sign += s && s->low <= 1 && 1 <= s->high ? 1 : 0;
    }
    EXPECT_GE(bootstrap, 0.93 * kTrials);
    EXPECT_GE(sign, 0.945 * kTrials);
    EXPECT_LE(sign, 0.985 * kTrials);
}

TEST(Median, FewSamples) {
    EXPECT_EQ(medianInterval({}).low, 0);
    const std::vector<double> one{3};
    EXPECT_EQ(medianInterval(one).low, 3);
    EXPECT_EQ(medianInterval(one).high, 3);
    const std::vector<double> two{3, 5};
    EXPECT_EQ(medianInterval(two).low, 3);
    EXPECT_EQ(medianInterval(two).high, 5);
}

}  // namespace
}  // namespace bitdesk
