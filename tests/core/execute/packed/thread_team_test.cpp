// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/thread_team.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <stdexcept>

namespace bitdesk::packed {
namespace {

TEST(ThreadTeam, DoesEveryItemOnce) {
    for (const int threads : {1, 2, 5}) {
        ThreadTeam team(threads);
        for (int run = 0; run < 2000; ++run) {
            const int items = run % 7;
            std::vector<std::atomic<int>> calls(static_cast<std::size_t>(items));
            team.run(items, [&](int item, int thread) {
                EXPECT_LT(thread, threads);
                ++calls[static_cast<std::size_t>(item)];
            });
            for (const auto& count : calls) ASSERT_EQ(count, 1);
        }
    }
}

TEST(ThreadTeam, WaitsAsleepBetweenRuns) {
    ThreadTeam team(3);
    std::atomic<int> done{0};
    for (int run = 0; run < 5; ++run) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        team.run(3, [&](int, int) { ++done; });
    }
    EXPECT_EQ(done, 15);
}

TEST(ThreadTeam, OneSlowItemDoesNotHoldUpTheOthers) {
    ThreadTeam team(2);
    std::set<int> late;
    std::mutex mutex;
    std::atomic<bool> slowIsDone{false};
    team.run(20, [&](int item, int) {
        if (item == 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            slowIsDone = true;
        }
        const std::scoped_lock lock(mutex);
        if (slowIsDone && item != 0) late.insert(item);
    });
    EXPECT_LT(late.size(), 19U);  // the other thread went on meanwhile
}

TEST(ThreadTeam, ThrowsWhatAnItemThrew) {
    ThreadTeam team(2);
    for (int run = 0; run < 20; ++run) {
        EXPECT_THROW(team.run(4,
                              [](int item, int) {
                                  if (item == 2) throw std::runtime_error("two");
                              }),
                     std::runtime_error);
        int sum = 0;
        std::mutex mutex;
        team.run(4, [&](int item, int) {
            const std::scoped_lock lock(mutex);
            sum += item;
        });
        EXPECT_EQ(sum, 6);
    }
}

}  // namespace
}  // namespace bitdesk::packed
