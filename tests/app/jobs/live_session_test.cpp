// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/live_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/app/jobs/small_workplace.h"
#include "tests/core/store/store_folder.h"
#include "tests/patience.h"

namespace bitdesk::jobs {
namespace {

using namespace std::chrono_literals;

class Live : public testing::Test {
protected:
    void start(bool measureLatency = false) {
        m_session.reset();
        m_events.clear();  // generations begin anew
        EvaluationOptions options;
        options.firstBatch = 8;
        options.batch = 25;
        m_session = std::make_unique<LiveSession>(LiveSession::Setup{.model = m_place.model,
                                                                     .data = m_place.data,
                                                                     .device = {},
                                                                     .options = options,
                                                                     .store = m_place.store.get(),
                                                                     .arbiter = &m_place.arbiter,
                                                                     .measureLatency = measureLatency},
                                                  [this](const LiveEvent& event) {
                                                      const std::scoped_lock lock(m_mutex);
                                                      m_events.push_back(event);
                                                      m_changed.notify_all();
                                                  });
    }
    /// Waits until an event fulfils the wish.
    template <typename Wish>
    bool waitFor(const Wish& wish) {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, test::patience(60s), [&] { return std::ranges::any_of(m_events, wish); });
    }
    LiveUpdate finish(const BitConfiguration& bits) {
        const std::uint64_t generation = m_session->submit(bits);
        EXPECT_TRUE(waitFor([&](const LiveEvent& event) {
            const auto* update = std::get_if<LiveUpdate>(&event);
            return update != nullptr && update->finished && update->generation == generation;
        }));
        return updates(generation).back();
    }
    std::vector<LiveUpdate> updates(std::uint64_t generation) {
        const std::scoped_lock lock(m_mutex);
        std::vector<LiveUpdate> found;
        for (const LiveEvent& event : m_events)
            if (const auto* update = std::get_if<LiveUpdate>(&event); update && update->generation == generation)
                found.push_back(*update);
        return found;
    }

    test::SmallWorkplace m_place;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<LiveEvent> m_events;
    std::unique_ptr<LiveSession> m_session;
};

TEST_F(Live, StreamsFromAFirstEstimateToAStoredResult) {
    start();
    const LiveUpdate last = finish(m_place.uniform(4));
    const auto all = updates(last.generation);
    EXPECT_EQ(all.front().seen, 8) << "the first estimate waits for no whole mini-batch";
    EXPECT_FALSE(all.front().finished);
    for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GT(all[i].seen, all[i - 1].seen);
    EXPECT_EQ(last.seen, test::SmallWorkplace::kImages);
    ASSERT_EQ(m_place.rows().size(), 1u);
    EXPECT_EQ(m_place.rows()[0].id, last.id);
    EXPECT_EQ(m_place.rows()[0].correct, last.correct);
}

TEST_F(Live, TheLatestMixWins) {
    start();
    std::uint64_t last = 0;
    for (int i = 0; i < 10; ++i) {
        BitConfiguration mix = m_place.uniform(4);
        mix.bits[static_cast<std::size_t>(i)] = 2;
        last = m_session->submit(mix);
        std::this_thread::sleep_for(3ms);
    }
    ASSERT_TRUE(waitFor([&](const LiveEvent& event) {
        const auto* update = std::get_if<LiveUpdate>(&event);
        return update != nullptr && update->finished && update->generation == last;
    }));
    for (std::uint64_t generation = 1; generation < last; ++generation)
        for (const LiveUpdate& update : updates(generation)) EXPECT_FALSE(update.finished) << generation;
    ASSERT_EQ(m_place.rows().size(), 1u) << "a mix that the hand passed through is stored";
    EXPECT_EQ(m_place.rows()[0].bits.bits[9], 2);
}

TEST_F(Live, AHandDoesNotWaitForAnotherProgramsLock) {
    m_place.store = std::make_unique<StoreThread>(m_place.databasePath(), StoreAccess{.wait = {.endless = true}});
    start();
    finish(m_place.uniform(4));
    Outsider other(m_place.databasePath());
    other.run("BEGIN IMMEDIATE");
    for (const int bits : {3, 2, 4}) {
        const LiveUpdate update = finish(m_place.uniform(bits));
        EXPECT_EQ(update.seen, test::SmallWorkplace::kImages);
        EXPECT_EQ(update.id, 0) << "it cannot be a row yet";
    }
    EXPECT_TRUE(m_place.store->waiting());
    EXPECT_EQ(m_place.rows().size(), 1u);
    other.run("COMMIT");
    m_place.store->post([](Store&) { return true; }).get();  // behind those that waited
    EXPECT_EQ(m_place.rows().size(), 3u);
    EXPECT_TRUE(finish(m_place.uniform(2)).fromStore);
    const std::scoped_lock lock(m_mutex);
    for (const LiveEvent& event : m_events) EXPECT_FALSE(std::holds_alternative<LiveFailure>(event));
}

TEST_F(Live, WhatCannotBeStoredIsShownAndTold) {
    start();
    finish(m_place.uniform(4));
    Outsider(m_place.databasePath())
        .run("CREATE TRIGGER t BEFORE INSERT ON evaluations BEGIN SELECT RAISE(ABORT, 'no'); END");
    const LiveUpdate update = finish(m_place.uniform(3));
    EXPECT_EQ(update.seen, test::SmallWorkplace::kImages);
    EXPECT_EQ(update.id, 0);
    EXPECT_TRUE(waitFor([](const LiveEvent& event) { return std::holds_alternative<LiveFailure>(event); }));
}

TEST_F(Live, AReaderKeepsNothing) {
    start();
    finish(m_place.uniform(4));
    m_session.reset();  // before its store
    m_place.store = std::make_unique<StoreThread>(m_place.databasePath(), StoreAccess{.use = StoreAccess::Use::Read});
    start();
    EXPECT_TRUE(finish(m_place.uniform(4)).fromStore);
    EXPECT_EQ(finish(m_place.uniform(3)).id, 0);
    EXPECT_EQ(m_place.rows().size(), 1u);
}

TEST_F(Live, AStoredMixComesBackInOneStep) {
    start();
    finish(m_place.uniform(4));
    const LiveUpdate again = finish(m_place.uniform(4));
    EXPECT_TRUE(again.fromStore);
    EXPECT_EQ(updates(again.generation).size(), 1u);
}

TEST_F(Live, DifferencesAreAgainstTheMixBeforeUntilOneIsPinned) {
    start();
    const LiveUpdate four = finish(m_place.uniform(4));
    EXPECT_FALSE(four.difference) << "there is nothing before the first";
    const LiveUpdate two = finish(m_place.uniform(2));
    ASSERT_TRUE(two.difference);
    const auto share = [](const LiveUpdate& u) { return static_cast<double>(u.correct) / static_cast<double>(u.seen); };
    EXPECT_NEAR(two.difference->difference.delta, share(two) - share(four), 1e-12);
    EXPECT_TRUE(updates(two.generation).front().difference) << "streamed estimates have one, too";
    m_session->pinBaseline(m_place.uniform(4));
    const LiveUpdate three = finish(m_place.uniform(3));
    ASSERT_TRUE(three.difference);
    EXPECT_NEAR(three.difference->difference.delta, share(three) - share(four), 1e-12) << "not against the mix before";
    m_session->pinBaseline(std::nullopt);
    EXPECT_NEAR(finish(m_place.uniform(2)).difference->difference.delta, share(two) - share(three), 1e-12);
}

TEST_F(Live, AMixIsNotComparedWithItself) {
    start();
    finish(m_place.uniform(4));
    const LiveUpdate two = finish(m_place.uniform(2));
    const LiveUpdate again = finish(m_place.uniform(2));
    ASSERT_TRUE(again.difference);
    EXPECT_EQ(again.difference->difference.delta, two.difference->difference.delta) << "still against the mix before";
    EXPECT_NEAR(finish(m_place.uniform(4)).difference->difference.delta, -two.difference->difference.delta, 1e-12);
}

TEST_F(Live, ABaselineThatWasPinnedUnfinishedIsEvaluatedWhenTheHandRests) {
    start();
    m_session->submit(m_place.uniform(4));
    m_session->pinBaseline(m_place.uniform(4));
    const std::uint64_t generation = m_session->submit(m_place.uniform(2));  // before the baseline is finished
    EXPECT_TRUE(waitFor([&](const LiveEvent& event) {
        const auto* update = std::get_if<LiveUpdate>(&event);
        return update != nullptr && update->generation == generation && update->finished && update->difference;
    }));
    EXPECT_EQ(m_place.rows().size(), 2u);
}

TEST_F(Live, AFailureIsToldAndTheNextMixRuns) {
    start();
    const std::uint64_t bad = m_session->submit({{9, 9}});
    ASSERT_TRUE(waitFor([&](const LiveEvent& event) {
        const auto* failure = std::get_if<LiveFailure>(&event);
        return failure != nullptr && failure->generation == bad && !failure->message.empty();
    }));
    EXPECT_TRUE(finish(m_place.uniform(2)).finished);
}

TEST_F(Live, LatencyIsMeasuredWhenTheHandRests) {
    start(true);
    const std::uint64_t generation = m_session->submit(m_place.uniform(3));
    ASSERT_TRUE(waitFor([&](const LiveEvent& event) {
        const auto* latency = std::get_if<LiveLatency>(&event);
        return latency != nullptr && latency->generation == generation && !latency->measurement.simulated &&
               latency->measurement.latencyMs.n >= 5 && !latency->reference;
    })) << "alone: nothing is before it";
}

TEST_F(Live, LatencyIsComparedWithTheMixBeforeInOneRun) {
    start(true);
    finish(m_place.uniform(4));
    const std::uint64_t generation = m_session->submit(m_place.uniform(2));
    ASSERT_TRUE(waitFor([&](const LiveEvent& event) {
        const auto* latency = std::get_if<LiveLatency>(&event);
        return latency != nullptr && latency->generation == generation && latency->reference && latency->comparison &&
               latency->reference->bits == m_place.uniform(4) && latency->measurement.bits == m_place.uniform(2) &&
               latency->reference->runGroup == latency->measurement.runGroup &&
               latency->comparison->pairs == latency->measurement.latencyMs.n && !latency->conditions.empty();
    }));
}

TEST_F(Live, TheLayerTableIsMeasuredOnceAndThenKept) {
    m_place.arbiter.setThreads(1);  // where a host puts the CPUs is then of no matter
    const auto told = [&](std::int64_t& id) {
        return waitFor([&](const LiveEvent& event) {
            const auto* table = std::get_if<LiveLayerTable>(&event);
            if (table != nullptr) id = table->table.id;
            return table != nullptr && table->table.checks.size() == 30;
        });
    };
    std::int64_t first = 0, second = 0;
    start(true);
    m_session->submit(m_place.uniform(3));
    ASSERT_TRUE(told(first));
    EXPECT_GT(first, 0);
    m_session.reset();
    m_events.clear();
    start(true);
    m_session->submit(m_place.uniform(4));
    ASSERT_TRUE(told(second));
    EXPECT_EQ(second, first) << "out of the store";
}

TEST_F(Live, EndsAtOnceInTheMiddleOfAnEvaluation) {
    start();
    m_session->submit(m_place.uniform(4));
    ASSERT_TRUE(waitFor([](const LiveEvent& event) { return std::holds_alternative<LiveUpdate>(event); }));
    m_session.reset();
    EXPECT_TRUE(m_place.rows().empty());
}

}  // namespace
}  // namespace bitdesk::jobs
