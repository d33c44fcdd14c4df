// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/compute_arbiter.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "tests/patience.h"

namespace bitdesk {
namespace {

using namespace std::chrono_literals;
using enum ComputePriority;

const auto kSoon = test::patience(20s);  // never waited for in full unless something is broken
constexpr auto kNotYet = 50ms;           // long enough for a thread that could go on to do so

bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kSoon;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

/// A thread that takes the cores once and says so.
class Waiter {
public:
    Waiter(ComputeArbiter& arbiter, ComputePriority priority, std::function<void()> holding = {})
        : m_thread([this, &arbiter, priority, holding](std::stop_token stop) {
              try {
                  const auto lease = arbiter.acquire(priority, stop);
                  if (holding) holding();
                  m_done.set_value(true);
              } catch (const Cancelled&) {
                  m_done.set_value(false);
              }
          }) {}
    void stop() { m_thread.request_stop(); }
    bool waits() { return m_result.wait_for(kNotYet) == std::future_status::timeout; }
    bool finished() { return m_result.wait_for(kSoon) == std::future_status::ready; }
    bool held() { return finished() && m_result.get(); }

private:
    std::promise<bool> m_done;
    std::shared_future<bool> m_result{m_done.get_future()};
    std::jthread m_thread;
};

TEST(ComputeArbiter, CountsTheCpusOfThisProcess) {
    cpu_set_t set;
    CPU_ZERO(&set);
    ASSERT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
    ComputeArbiter arbiter;
    EXPECT_EQ(arbiter.threads(), CPU_COUNT(&set));
    arbiter.setThreads(3);
    EXPECT_EQ(arbiter.threads(), 3);
    arbiter.setThreads(0);
    EXPECT_EQ(arbiter.threads(), CPU_COUNT(&set));
}

TEST(ComputeArbiter, GivesTheCoresToOneAtATime) {
    ComputeArbiter arbiter;
    std::optional<ComputeArbiter::Lease> lease(arbiter.acquire(Background));
    Waiter waiter(arbiter, Measurement);
    EXPECT_TRUE(waiter.waits());
    lease.reset();
    EXPECT_TRUE(waiter.held());
}

TEST(ComputeArbiter, AMovedLeaseIsReleasedOnce) {
    ComputeArbiter arbiter;
    {
        auto first = arbiter.acquire(Background);
        const auto second = std::move(first);
        Waiter waiter(arbiter, Interactive);
        EXPECT_TRUE(waiter.waits());
        waiter.stop();
        EXPECT_FALSE(waiter.held());
    }
    Waiter waiter(arbiter, Background);
    EXPECT_TRUE(waiter.held());
}

TEST(ComputeArbiter, AsksOnlyLowerHoldersToYield) {
    const auto asked = [](ComputePriority holder, ComputePriority waiting) {
        ComputeArbiter arbiter;
        std::optional<ComputeArbiter::Lease> lease(arbiter.acquire(holder));
        EXPECT_FALSE(lease->shouldYield());
        Waiter waiter(arbiter, waiting);
        const bool higher = holder < waiting && holder != Measurement;
        if (higher) EXPECT_TRUE(eventually([&] { return lease->shouldYield(); }));
        else EXPECT_TRUE(waiter.waits());
        const bool answer = lease->shouldYield();
        lease.reset();
        EXPECT_TRUE(waiter.held());
        return answer;
    };
    EXPECT_TRUE(asked(Background, Interactive));
    EXPECT_TRUE(asked(Background, Measurement));
    EXPECT_TRUE(asked(Interactive, Measurement));
    EXPECT_FALSE(asked(Background, Background));
    EXPECT_FALSE(asked(Interactive, Background));
    EXPECT_FALSE(asked(Measurement, Interactive));
    EXPECT_FALSE(asked(Measurement, Measurement));
}

TEST(ComputeArbiter, YieldLetsTheWaitingHigherOneInFirst) {
    ComputeArbiter arbiter;
    auto background = arbiter.acquire(Background);
    for (int round = 0; round < 100; ++round) {
        std::atomic<bool> ran = false;
        Waiter interactive(arbiter, Interactive, [&] { ran = true; });
        ASSERT_TRUE(eventually([&] { return background.shouldYield(); }));
        EXPECT_FALSE(ran);
        background.yield({});
        EXPECT_TRUE(ran) << "round " << round;
        EXPECT_FALSE(background.shouldYield());
        ASSERT_TRUE(interactive.finished());
    }
}

TEST(ComputeArbiter, TheHighestOfTheWaitingGoesFirst) {
    ComputeArbiter arbiter;
    std::mutex mutex;
    std::vector<ComputePriority> order;
    const auto note = [&](ComputePriority priority) {
        return [&, priority] {
            const std::scoped_lock lock(mutex);
            order.push_back(priority);
        };
    };
    std::optional<ComputeArbiter::Lease> lease(arbiter.acquire(Measurement));
    Waiter background(arbiter, Background, note(Background));
    Waiter interactive(arbiter, Interactive, note(Interactive));
    Waiter measurement(arbiter, Measurement, note(Measurement));
    ASSERT_TRUE(background.waits() && interactive.waits() && measurement.waits());
    lease.reset();
    ASSERT_TRUE(background.held() && interactive.held() && measurement.held());
    EXPECT_EQ(order, (std::vector{Measurement, Interactive, Background}));
}

TEST(ComputeArbiter, AStopEndsTheWait) {
    ComputeArbiter arbiter;
    std::optional<ComputeArbiter::Lease> lease(arbiter.acquire(Background));
    Waiter waiter(arbiter, Interactive);
    ASSERT_TRUE(eventually([&] { return lease->shouldYield(); }));
    waiter.stop();
    EXPECT_FALSE(waiter.held());
    EXPECT_FALSE(lease->shouldYield()) << "nobody waits any more";
    lease.reset();
    Waiter next(arbiter, Background);
    EXPECT_TRUE(next.held());
}

TEST(ComputeArbiter, AStoppedOneDoesNotStart) {
    ComputeArbiter arbiter;
    std::stop_source source;
    source.request_stop();
    EXPECT_THROW(arbiter.acquire(Measurement, source.get_token()), Cancelled);
    Waiter next(arbiter, Background);
    EXPECT_TRUE(next.held());
}

TEST(ComputeArbiter, AStopDuringYieldLeavesTheCoresFree) {
    ComputeArbiter arbiter;
    std::promise<void> release;
    auto released = release.get_future().share();
    {
        auto background = arbiter.acquire(Background);
        Waiter measurement(arbiter, Measurement, [&] { released.wait(); });
        ASSERT_TRUE(eventually([&] { return background.shouldYield(); }));
        std::stop_source source;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(kNotYet);
            source.request_stop();
        });
        EXPECT_THROW(background.yield(source.get_token()), Cancelled);
        EXPECT_THROW(background.shouldYield(), Cancelled) << "others that share the lease end, too";
        release.set_value();
        EXPECT_TRUE(measurement.held());
    }
    Waiter next(arbiter, Background);
    EXPECT_TRUE(next.held());
}

TEST(ComputeArbiter, HoldersNeverOverlapUnderLoad) {
    ComputeArbiter arbiter;
    std::atomic<int> holding = 0, overlaps = 0, turns = 0;
    const auto work = [&](ComputePriority priority) {
        for (int i = 0; i < 200; ++i) {
            auto lease = arbiter.acquire(priority);
            for (int batch = 0; batch < 3; ++batch) {
                if (++holding != 1) ++overlaps;
                std::this_thread::yield();
                --holding;
                if (lease.shouldYield()) lease.yield({});
            }
            ++turns;
        }
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) threads.emplace_back(work, static_cast<ComputePriority>(i % 3));
    threads.clear();
    EXPECT_EQ(overlaps, 0);
    EXPECT_EQ(turns, 6 * 200);
}

}  // namespace
}  // namespace bitdesk
