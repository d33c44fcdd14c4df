// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/measure.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/error.h"
#include "tests/profiling/simulated_clock.h"

namespace bitdesk {
namespace {

class Measure : public testing::Test {
protected:
    /// Work that takes so many milliseconds and writes its number into the log.
    std::function<void()> work(int number, double milliseconds) {
        return [this, number, milliseconds] {
            m_log.push_back(number);
            m_clock.pass(milliseconds);
        };
    }
    Measured measure(const std::vector<std::function<void()>>& configurations, const MeasureOptions& options,
                     const std::stop_token& stop = {}, const Settled& settled = {}) {
        return measureInterleaved(configurations, options, m_clock, stop, settled);
    }
    static MeasureOptions fixed(int warmups, std::int64_t samples, double maxSeconds = 1000) {
        MeasureOptions options;
        options.warmups = warmups;
        options.stop = StopOptions::fixed(samples, maxSeconds);
        return options;
    }

    test::SimulatedClock m_clock;
    std::vector<int> m_log;
};

TEST_F(Measure, TimesEachConfigurationByItself) {
    const auto found = measure({work(0, 2), work(1, 5)}, fixed(1, 10)).samples;
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].milliseconds, std::vector<double>(10, 2.0));
    EXPECT_EQ(found[1].milliseconds, std::vector<double>(10, 5.0));
    EXPECT_EQ(found[1].reason, StopReason::Count);
}

TEST_F(Measure, EveryRoundRunsEachOnceInAFreshOrder) {
    measure({work(0, 1), work(1, 1), work(2, 1)}, fixed(2, 28));
    ASSERT_EQ(m_log.size(), 90u) << "two rounds warm up";
    std::set<std::vector<int>> orders;
    for (auto round = m_log.begin(); round != m_log.end(); round += 3) {
        EXPECT_EQ(std::set<int>(round, round + 3), (std::set{0, 1, 2}));
        orders.insert({round, round + 3});
    }
    EXPECT_EQ(orders.size(), 6u) << "all orders of three come up in thirty rounds";
}

TEST_F(Measure, DriftHitsAllAlike) {
    // The machine becomes slower with every run; one after the other, the second would look 45 % slower.
    double speed = 1;
    const auto drifting = [&] {
        m_clock.pass(speed);
        speed += 0.01;
    };
    const auto found = measure({drifting, drifting}, fixed(0, 45)).samples;
    EXPECT_NEAR(quantile(found[1].milliseconds, 0.5) / quantile(found[0].milliseconds, 0.5), 1.0, 0.02);
}

TEST_F(Measure, WarmsUpForAsLongAsAsked) {
    MeasureOptions options = fixed(2, 5);
    options.warmupSeconds = 0.1;
    measure({work(0, 10)}, options);
    EXPECT_EQ(m_log.size(), 10u + 5u) << "a tenth of a second is ten runs";
}

TEST_F(Measure, StopsWhenTheTimeIsOverButNotBeforeFiveRounds) {
    EXPECT_EQ(measure({work(0, 1000)}, fixed(0, 100, 10)).samples[0].milliseconds.size(), 11u);
    const auto found = measure({work(0, 1000)}, fixed(0, 100, 1)).samples[0];
    EXPECT_EQ(found.milliseconds.size(), 5u);
    EXPECT_EQ(found.reason, StopReason::Time);
}

TEST_F(Measure, StopsAtTheTarget) {
    MeasureOptions options;
    options.stop.fewest = 10;
    const auto found = measure({work(0, 1), work(1, 3)}, options).samples;
    EXPECT_EQ(found[0].milliseconds.size(), 10u) << "of a clock without noise";
    EXPECT_EQ(found[0].reason, StopReason::Target);
}

TEST_F(Measure, GoesOnUntilTheQuestionIsSettled) {
    MeasureOptions options;
    options.stop.fewest = 10;
    options.stop.most = 1000;
    std::vector<std::size_t> asked;
    const auto found = measure({work(0, 1)}, options, {}, [&](std::span<const Samples> samples) {
        asked.push_back(samples[0].milliseconds.size());
        return asked.size() == 4;
    });
    EXPECT_EQ(asked, (std::vector<std::size_t>{10, 15, 22, 33}));
    EXPECT_EQ(found.samples[0].milliseconds.size(), 33u);
    EXPECT_EQ(measure({work(0, 1)}, options, {}, [](auto) { return false; }).samples[0].milliseconds.size(), 1000u)
        << "not for ever";
}

TEST_F(Measure, CancelsBetweenRuns) {
    std::stop_source source;
    const auto stopping = [&] {
        m_log.push_back(0);
        if (m_log.size() == 3) source.request_stop();
    };
    EXPECT_THROW(measure({stopping}, {}, source.get_token()), Cancelled);
    EXPECT_EQ(m_log.size(), 3u);
}

}  // namespace
}  // namespace bitdesk
