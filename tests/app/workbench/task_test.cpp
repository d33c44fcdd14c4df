// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/task.h"

#include <gtest/gtest.h>

#include <QTest>
#include <QThread>
#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>

namespace bitdesk {
namespace {

constexpr int kPatience = 20'000;  // milliseconds

/// Waits until it is asked to stop.
void waitForStop(const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait(lock, stop, [] { return false; });
    throw Cancelled();
}

/// The process's address space, MiB.
long mapped() {
    long pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    constexpr long kPagesOfMiB = 256;
    return pages / kPagesOfMiB;
}

TEST(Task, DeliversAResultOnItsOwnThread) {
    Task task;
    const QThread* here = QThread::currentThread();
    const QThread* there = here;
    int result = 0;
    task.start(
        [&there] {
            there = QThread::currentThread();
            return 42;
        },
        [&](int value) {
            EXPECT_EQ(QThread::currentThread(), here);
            EXPECT_FALSE(task.running());
            result = value;
        });
    EXPECT_TRUE(task.running());
    ASSERT_TRUE(QTest::qWaitFor([&] { return result == 42; }, kPatience));
    EXPECT_NE(there, here);
}

TEST(Task, RunsUntilTheOutcomeIsDelivered) {
    Task task;
    std::promise<void> ended;
    bool done = false;
    task.start([&ended] { ended.set_value(); }, [&done] { done = true; });
    ended.get_future().wait();
    QThread::msleep(50);  // the worker has nothing left to do but to say so
    EXPECT_TRUE(task.running()) << "nobody was told yet";
    EXPECT_FALSE(done);
    ASSERT_TRUE(QTest::qWaitFor([&] { return done; }, kPatience));
    EXPECT_FALSE(task.running());
}

TEST(Task, AnErrorIsAValue) {
    Task task;
    std::optional<Error> told;
    QObject::connect(&task, &Task::failed, [&told](const Error& error) { told = error; });
    task.start([]() -> int { throw Error(ErrorKind::Resource, "disk", "is full", "Buy another"); },
               [](int) { FAIL() << "nothing came of it"; });
    ASSERT_TRUE(QTest::qWaitFor([&] { return told.has_value(); }, kPatience));
    EXPECT_EQ(told->kind(), ErrorKind::Resource);
    EXPECT_EQ(told->where(), "disk");
    EXPECT_EQ(told->reason(), "is full");
    EXPECT_EQ(told->hint(), "Buy another");
    told.reset();
    task.start([] { throw std::runtime_error("odd"); }, [] {});
    ASSERT_TRUE(QTest::qWaitFor([&] { return told.has_value(); }, kPatience));
    EXPECT_EQ(told->kind(), ErrorKind::Internal);
    EXPECT_EQ(told->reason(), "odd");
}

TEST(Task, CancellingStopsTheWork) {
    Task task;
    int cancelled = 0;
    QObject::connect(&task, &Task::cancelled, [&] {
        EXPECT_FALSE(task.running());
        ++cancelled;
    });
    task.start([](const std::stop_token& stop, const ProgressSink&) { waitForStop(stop); }, [] { FAIL(); });
    task.cancel();
    EXPECT_TRUE(task.running());
    ASSERT_TRUE(QTest::qWaitFor([&] { return cancelled == 1; }, kPatience));
}

TEST(Task, TheLatestWins) {
    Task task;
    QObject::connect(&task, &Task::cancelled, [] { FAIL() << "of the work before nothing is told"; });
    std::vector<int> done;
    task.start([](const std::stop_token& stop, const ProgressSink&) { waitForStop(stop); }, [&] { done.push_back(1); });
    task.start([] { return 2; }, [&](int value) { done.push_back(value); });
    task.start([] { return 3; }, [&](int value) { done.push_back(value); });
    ASSERT_TRUE(QTest::qWaitFor([&] { return !task.running(); }, kPatience));
    QTest::qWait(20);
    EXPECT_EQ(done, std::vector<int>{3});
}

TEST(Task, ProgressIsThinnedOutButNewActivitiesAreTold) {
    Task task;
    std::vector<std::string> activities;
    QObject::connect(&task, &Task::progressed,
                     [&](const Progress& progress) { activities.push_back(progress.activity); });
    bool done = false;
    task.start(
        [](const std::stop_token&, const ProgressSink& progress) {
            for (const char* activity : {"reading", "writing"})
                for (int i = 0; i < 10'000; ++i) progress({.activity = activity, .fraction = i / 1e4});
        },
        [&] { done = true; });
    ASSERT_TRUE(QTest::qWaitFor([&] { return done; }, kPatience));
    EXPECT_LT(activities.size(), 5'000u);
    EXPECT_EQ(activities.front(), "reading");
    EXPECT_NE(std::ranges::find(activities, "writing"), activities.end());
}

TEST(Task, ThreadsThatEndedAreReaped) {
    Task task;
    const auto runOnce = [&task] {
        task.start([] {}, [] {});
        return QTest::qWaitFor([&] { return !task.running(); }, kPatience);
    };
    ASSERT_TRUE(runOnce());
    const long before = mapped();
    constexpr int kRuns = 100;
    for (int i = 0; i < kRuns; ++i) ASSERT_TRUE(runOnce());
    // A thread that ended and is not joined keeps its stack: 8 MiB of address space each.
    EXPECT_LT(mapped() - before, 8 * kRuns / 2);
}

TEST(Task, TheDestructorStopsTheWorkAndWaitsForIt) {
    bool ended = false;
    auto held = std::make_shared<int>(0);
    {
        Task task;
        task.start(
            [&ended, held](const std::stop_token& stop, const ProgressSink&) {
                try {
                    waitForStop(stop);
                } catch (const Cancelled&) {
                    ended = true;
                    throw;
                }
            },
            [] { FAIL(); });
    }
    EXPECT_TRUE(ended);
    EXPECT_EQ(held.use_count(), 1);
    QCoreApplication::processEvents();  // nothing is left to be delivered
}

}  // namespace
}  // namespace bitdesk
