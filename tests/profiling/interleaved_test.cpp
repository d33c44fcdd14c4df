// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// On a clock that only the measured work moves: every figure is known beforehand.
#include "profiling/interleaved.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/error.h"

namespace bitdesk {
namespace {

class Interleaved : public testing::Test {
protected:
    /// Work that takes so many milliseconds and writes its number into the log.
    std::function<void()> work(int number, double milliseconds) {
        return [this, number, milliseconds] {
            m_log.push_back(number);
            m_now += static_cast<std::int64_t>(milliseconds * 1e6);
        };
    }
    std::vector<Samples> measure(const std::vector<std::function<void()>>& configurations,
                                 const MeasureOptions& options, std::stop_token stop = {}) {
        return measureInterleaved(configurations, options, std::move(stop), [this] { return m_now; });
    }

    std::int64_t m_now = 0;
    std::vector<int> m_log;
};

TEST_F(Interleaved, TimesEachConfigurationByItself) {
    const auto found = measure({work(0, 2), work(1, 5)}, {.warmups = 1, .samples = 10});
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].milliseconds, std::vector<double>(10, 2.0));
    EXPECT_EQ(found[1].milliseconds, std::vector<double>(10, 5.0));
    EXPECT_EQ(found[1].summary().median, 5.0);
    EXPECT_EQ(found[1].summary().n, 10);
}

TEST_F(Interleaved, EveryRoundRunsEachOnceInAFreshOrder) {
    measure({work(0, 1), work(1, 1), work(2, 1)}, {.warmups = 2, .samples = 28});
    ASSERT_EQ(m_log.size(), 90u) << "two rounds warm up";
    std::set<std::vector<int>> orders;
    for (auto round = m_log.begin(); round != m_log.end(); round += 3) {
        EXPECT_EQ(std::set<int>(round, round + 3), (std::set{0, 1, 2}));
        orders.insert({round, round + 3});
    }
    EXPECT_EQ(orders.size(), 6u) << "all orders of three come up in thirty rounds";
}

TEST_F(Interleaved, DriftHitsAllAlike) {
    // The machine becomes slower with every run; one after the other, the second would look 45 % slower.
    double speed = 1;
    const auto drifting = [&] {
        m_now += static_cast<std::int64_t>(speed * 1e6);
        speed += 0.01;
    };
    const auto found = measure({drifting, drifting}, {.warmups = 0, .samples = 45});
    EXPECT_NEAR(found[1].summary().median / found[0].summary().median, 1.0, 0.02);
}

TEST_F(Interleaved, StopsEarlyAfterItsTimeButNotBeforeFiveSamples) {
    EXPECT_EQ(measure({work(0, 1000)}, {.warmups = 0, .samples = 100, .maxSeconds = 10})[0].milliseconds.size(), 11u);
    EXPECT_EQ(measure({work(0, 1000)}, {.warmups = 0, .samples = 100, .maxSeconds = 1})[0].milliseconds.size(), 5u);
}

TEST_F(Interleaved, CancelsBetweenRuns) {
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
