// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/results/results_json.h"
#include "core/store/store.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/data/small_data.h"
#include "tests/core/store/store_folder.h"

namespace bitdesk {
namespace {

Evaluation evaluation(int width, std::vector<std::uint16_t> predictions = {1, 2}) {
    Evaluation e;
    e.setKey({.modelHash = "m",
              .dataHash = "d",
              .split = "test",
              .subset = 2,
              .orderSeed = 7,
              .bits = {{width, 3}},
              .numericsVersion = 1});
    e.modelName = "model";
    e.dataName = "data";
    e.correct = 1;
    e.total = 2;
    e.predictions = std::move(predictions);
    e.correctMask = {1, 0};
    e.device = "cpu";
    e.backend = "packed";
    e.createdAt = "2026-11-24T00:00:00Z";
    return e;
}

Measurement measurement(int width, std::int64_t group) {
    Measurement m;
    m.modelHash = "m";
    m.modelName = "model";
    m.bits = {{width, 3}};
    m.backend = "packed";
    m.device = "cpu";
    m.samplesMs = {1, 2, 3};
    m.machine = "here";
    m.build = "this";
    m.conditions = conditionsFromJson("{}");
    m.runGroup = group;
    m.createdAt = "2026-11-24T00:00:00Z";
    return m;
}

class Merge : public ::testing::Test {
protected:
    std::filesystem::path file(const char* name) const { return folder / name; }
    test::TemporaryFolder folder;
    Store a{folder / "a.sqlite"}, b{folder / "b.sqlite"}, target{folder / "target.sqlite"};
};

TEST_F(Merge, JoinsWithoutDuplicates) {
    a.save(evaluation(2));
    a.save(evaluation(3));
    a.save(measurement(2, 10));
    b.save(evaluation(3));
    b.save(evaluation(4));
    b.save(measurement(2, 10));  // the same one, as after an earlier merge
    b.save(measurement(2, 11));
    const MergeResult first = target.merge(a);
    EXPECT_EQ(first.evaluations, 2);
    EXPECT_EQ(first.measurements, 1);
    EXPECT_EQ(first.known, 0);
    const MergeResult second = target.merge(b);
    EXPECT_EQ(second.evaluations, 1);
    EXPECT_EQ(second.measurements, 1);
    EXPECT_EQ(second.known, 2);
    EXPECT_EQ(target.merge(b).known, 4);
    EXPECT_EQ(target.evaluations().size(), 3U);
    EXPECT_EQ(target.measurements().size(), 2U);
    EXPECT_EQ(a.evaluations().size(), 2U) << "sources stay";
}

TEST_F(Merge, KeepsWhatBelongsToARow) {
    const std::int64_t theirs = a.save(evaluation(2, {1, 300}));
    a.save(measurement(4, 12));
    target.save(evaluation(4));
    target.merge(a);
    const auto found = target.find(evaluation(2).key());
    ASSERT_TRUE(found);
    EXPECT_NE(found->id, theirs);
    EXPECT_EQ(found->predictions, (std::vector<std::uint16_t>{1, 300}));
    EXPECT_EQ(found->createdAt, "2026-11-24T00:00:00Z");
    EXPECT_EQ(target.measurements().at(0).samplesMs, (std::vector<double>{1, 2, 3}));
}

TEST_F(Merge, TellsAnswersThatDiffer) {
    target.save(evaluation(2, {1, 2}));
    a.save(evaluation(2, {1, 5}));
    const MergeResult found = target.merge(a);
    ASSERT_EQ(found.conflicts.size(), 1U);
    EXPECT_NE(found.conflicts[0].find("2,3"), std::string::npos) << found.conflicts[0];
    EXPECT_EQ(target.find(evaluation(2).key())->predictions, (std::vector<std::uint16_t>{1, 2})) << "ours is kept";
}

TEST_F(Merge, ADamagedSourceLeavesTheTargetAsItWas) {
    a.save(evaluation(2));
    Evaluation wrong = evaluation(3);
    wrong.correctMask = {1};
    a.save(wrong);
    EXPECT_THROW(target.merge(a), Error);
    EXPECT_TRUE(target.evaluations().empty());
}

/// Also where only the target's constraints meet it.
TEST_F(Merge, WhatIsDamagedInTheSourceIsToldOfTheSource) {
    a.save(evaluation(2));
    const auto refused = [&](const std::string& change, const std::string& says) {
        Outsider(file("a.sqlite")).run("PRAGMA ignore_check_constraints = ON; " + change);
        test::expectBadInput({file("a.sqlite").string() + ": evaluation 1 is damaged", says}, [&] { target.merge(a); });
        EXPECT_TRUE(target.evaluations().empty());
    };
    refused("UPDATE data_sets SET preparation = 'x', skipped = -1", "CHECK");
    refused("UPDATE evaluations SET looks = 9223372036854775807", "out of range");
}

TEST_F(Merge, PartsOfAJobBecomeOneJob) {
    for (auto* store : {&a, &b}) {
        const std::int64_t job = store->beginJob("sweep", "{}");
        const std::int64_t position = store == &a ? 0 : 1;
        store->save(std::vector{evaluation(store == &a ? 2 : 3)}, {.job = job, .positions = {position}});
        store->setJobState(job, JobState::Done);
    }
    target.merge(a);
    target.merge(b);
    const auto jobs = target.jobs();
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0].state, JobState::Done);
    EXPECT_EQ(jobs[0].evaluated, 2);
    const auto items = target.jobItems(jobs[0].id);
    ASSERT_EQ(items.size(), 2U);
    for (const JobItem& item : items) EXPECT_EQ(target.summary(item.evaluation)->bits, item.bits);
}

TEST_F(Merge, AJobIsDoneOnlyWhereAllPartsAre) {
    a.setJobState(a.beginJob("sweep", "{}"), JobState::Done);
    b.setJobState(b.beginJob("sweep", "{}"), JobState::Cancelled);
    target.merge(a);
    target.merge(b);
    EXPECT_EQ(target.jobs().at(0).state, JobState::Cancelled);
}

TEST_F(Merge, LayerTablesAndOtherJobsStayApart) {
    a.beginJob("sweep", "{\"x\":1}");
    b.beginJob("sweep", "{\"x\":2}");
    target.merge(a);
    target.merge(b);
    EXPECT_EQ(target.jobs().size(), 2U);
}

TEST(Jobs, RowsAndItemsAreSavedTogetherOrNotAtAll) {
    const test::TemporaryFolder folder;
    Store store(folder / "results.sqlite");
    const std::int64_t job = store.beginJob("sweep", "{}");
    const auto ids = store.save(std::vector{evaluation(2), evaluation(3)}, {.job = job, .positions = {4, 5}});
    const auto items = store.jobItems(job);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].position, 4);
    EXPECT_EQ(items[0].evaluation, ids[0]);
    EXPECT_EQ(items[1].bits, (BitConfiguration{{3, 3}}));
    // A job that is not there: the reference leads nowhere, and the rows must not stay either.
    EXPECT_THROW(store.save(std::vector{evaluation(4)}, {.job = 99, .positions = {0}}), Error);
    EXPECT_EQ(store.evaluations().size(), 2U);
}

TEST(Jobs, AnItemKeepsItsFirstResult) {
    const test::TemporaryFolder folder;
    Store store(folder / "results.sqlite");
    const std::int64_t job = store.beginJob("sweep", "{}");
    const auto first = store.save(std::vector{measurement(2, 1)}, {.job = job, .positions = {0}});
    store.save(std::vector{measurement(2, 2)}, {.job = job, .positions = {0}});
    store.save(std::vector{measurement(2, 3)}, {.job = job, .positions = {-1}});
    ASSERT_EQ(store.jobItems(job).size(), 1U);
    EXPECT_EQ(store.jobItems(job)[0].measurement, first[0]);
    EXPECT_EQ(store.jobs().at(0).measured, 1);
}

TEST(Jobs, AreFoundByWhatTheyAre) {
    const test::TemporaryFolder folder;
    Store store(folder / "results.sqlite");
    EXPECT_FALSE(store.findJob("sweep", "{}"));
    store.beginJob("sweep", "{}");
    const std::int64_t newest = store.beginJob("sweep", "{}");
    store.beginJob("sweep", "{ }");
    EXPECT_EQ(store.findJob("sweep", "{}")->id, newest);
    EXPECT_EQ(store.findJob("sweep", "{}")->state, JobState::Running);
    store.setJobState(newest, JobState::Failed);
    EXPECT_EQ(store.findJob("sweep", "{}")->state, JobState::Failed);
    EXPECT_FALSE(store.findJob("sweep", "{}")->finishedAt.empty());
}

}  // namespace
}  // namespace bitdesk
