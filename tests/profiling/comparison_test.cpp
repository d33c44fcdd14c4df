// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Verdicts on a simulated machine, on which another process is busy.
#include "profiling/measure.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "tests/profiling/simulated_clock.h"

namespace bitdesk {
namespace {

/// Runs of about a millisecond on a core that another process takes away now and then: 2 % of own noise, a share of the
/// runs interrupted for up to 4 ms, the frequency wandering by some percent, and slow times that last for many runs.
class BusyMachine {
public:
    explicit BusyMachine(std::uint64_t seed) : m_random(seed) {}

    double run(double milliseconds) {
        m_frequency += 0.002 * m_random.normal() - 0.01 * m_frequency;
        if (m_random.uniform() < 0.01) m_busy = !m_busy;
        double time = milliseconds * (1 + m_frequency) * (1 + 0.02 * m_random.normal());
        if (m_busy) time *= 1.15;
        if (m_random.uniform() < (m_busy ? 0.15 : 0.02)) time += 4 * m_random.uniform();
        return time;
    }

private:
    Random m_random;
    double m_frequency = 0;
    bool m_busy = false;
};

class Comparison : public testing::Test {
protected:
    Compared compare(std::uint64_t seed, std::vector<double> milliseconds) {
        BusyMachine machine(seed);
        std::vector<std::function<void()>> work;
        for (const double time : milliseconds)
            work.push_back(m_clock.work([&machine, time] { return machine.run(time); }));
        MeasureOptions options;
        options.seed = seed;
        return measureAndCompare(work, options, 0.02, m_clock);
    }
    int count(double second, LatencyVerdict verdict) {
        int found = 0;
        for (std::uint64_t seed = 1; seed <= 100; ++seed)
            if (compare(seed, {1.0, second}).againstFirst[1].verdict == verdict) ++found;
        return found;
    }

    test::SimulatedClock m_clock;
};

TEST_F(Comparison, FivePercentSlowerIsCalledSlower) { EXPECT_GE(count(1.05, LatencyVerdict::Slower), 95); }
TEST_F(Comparison, FivePercentFasterIsCalledFaster) { EXPECT_GE(count(1 / 1.05, LatencyVerdict::Faster), 95); }
TEST_F(Comparison, EqualOnesAreCalledTheSame) { EXPECT_GE(count(1.0, LatencyVerdict::Same), 95); }

TEST_F(Comparison, TheNoiseFloorIsThatOfTheFirstAgainstItself) {
    const Compared found = compare(1, {1.0, 1.05});
    ASSERT_TRUE(found.noiseFloor);
    EXPECT_GT(*found.noiseFloor, 0);
    EXPECT_LT(*found.noiseFloor, 0.05);
    EXPECT_EQ(found.againstFirst[1].noiseFloor, found.noiseFloor);
    EXPECT_EQ(found.samples.size(), 2u) << "the control is no result";
    EXPECT_EQ(found.samples[0].milliseconds.size(), found.samples[1].milliseconds.size());
}

TEST_F(Comparison, ASingleOneIsItsOwnControl) {
    const Compared found = compare(3, {1.0});
    ASSERT_TRUE(found.noiseFloor);
    EXPECT_LT(*found.noiseFloor, 0.05);
    ASSERT_EQ(found.againstFirst.size(), 1u);
    EXPECT_EQ(found.againstFirst[0].verdict, LatencyVerdict::Same);
}

TEST_F(Comparison, ManyAgainstTheFirst) {
    const Compared found = compare(5, {1.0, 1.3, 0.7, 1.0});
    EXPECT_EQ(found.againstFirst[0].verdict, LatencyVerdict::Same);
    EXPECT_EQ(found.againstFirst[1].verdict, LatencyVerdict::Slower);
    EXPECT_EQ(found.againstFirst[2].verdict, LatencyVerdict::Faster);
    EXPECT_EQ(found.againstFirst[3].verdict, LatencyVerdict::Same);
    EXPECT_NEAR(found.againstFirst[1].ratio, 1.3, 0.04);
}

}  // namespace
}  // namespace bitdesk
