// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/rank.h"

#include <gtest/gtest.h>
#include <fstream>
#include <map>

#include "core/base/hash.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk::jobs {
namespace {

using Variables = std::map<std::string, std::string>;

Launch launchIn(const Variables& variables) {
    return launchOf([&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found != variables.end() ? std::optional(found->second) : std::nullopt;
    });
}

Rank rankIn(const Variables& variables, const std::optional<Division>& recorded = {}) {
    return rankOf(launchIn(variables), recorded);
}

/// As Slurm sets them for one task: `count` 0 where the range says it.
Variables task(int id, int first, int last, int stride = 1, int count = 0) {
    return {{"SLURM_ARRAY_TASK_ID", std::to_string(id)},
            {"SLURM_ARRAY_TASK_MIN", std::to_string(first)},
            {"SLURM_ARRAY_TASK_MAX", std::to_string(last)},
            {"SLURM_ARRAY_TASK_STEP", std::to_string(stride)},
            {"SLURM_ARRAY_TASK_COUNT", std::to_string(count > 0 ? count : (last - first) / stride + 1)}};
}

Division divided(int first, int last, int stride = 1, int processes = 1) {
    return {.array = {.first = first, .last = last, .stride = stride, .tasks = (last - first) / stride + 1},
            .processes = processes};
}

std::pair<int, int> partOf(const Rank& rank) { return {rank.index + 1, rank.count}; }

TEST(Rank, IsAloneWithoutALauncher) {
    const Rank rank = rankIn({});
    EXPECT_FALSE(rank.shared());
    EXPECT_EQ(databaseOf(rank, "/a/results.sqlite"), "/a/results.sqlite");
}

TEST(Rank, IsWhatMpirunSays) {
    const Rank rank = rankIn({{"OMPI_COMM_WORLD_RANK", "3"},
                              {"OMPI_COMM_WORLD_SIZE", "8"},
                              {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"},
                              {"SLURM_PROCID", "0"},  // of the daemon that Slurm started for mpirun
                              {"SLURM_STEP_NUM_TASKS", "2"}});
    EXPECT_EQ(rank.index, 3);
    EXPECT_EQ(rank.count, 8);
    EXPECT_EQ(rank.onThisMachine, 4);
    EXPECT_EQ(databaseOf(rank, "/a/results.sqlite"), "/a/results.rank3.sqlite");
    EXPECT_EQ(databaseOf(rank, "night"), "night.rank3");
}

TEST(Rank, IsWhatSrunSaysButNotWhatABatchScriptInherits) {
    EXPECT_EQ(rankIn({{"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_NTASKS", "2"}}).index, 1);
    const Launch script = launchIn({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "2"}, {"SLURM_JOB_ID", "17"}});
    EXPECT_FALSE(script.shared());
    EXPECT_EQ(script.job, "17");
    EXPECT_THROW(rankIn({{"SLURM_PROCID", "2"}, {"SLURM_STEP_NUM_TASKS", "2"}}), Error);
}

void expectUnknownPart(const Variables& variables, const std::string& told, const std::string& lacking) {
    test::expectError(ErrorKind::Usage, {told, lacking + " tells no number", "--part"}, [&] { launchIn(variables); });
}

TEST(Rank, OneOfAnUnknownNumberIsRefused) {
    for (const char* prefix : {"OMPI_COMM_WORLD_", "PMI_"}) {
        const std::string rank = prefix + std::string("RANK"), size = prefix + std::string("SIZE");
        for (const char* index : {"0", "1"}) expectUnknownPart({{rank, index}}, rank, size);
        expectUnknownPart({{rank, "1"}, {size, "many"}}, rank, size);
        expectUnknownPart({{size, "4"}}, size, rank);
        expectUnknownPart({{rank, "x"}, {size, "2"}}, size, rank);
    }
    const char *index = "SLURM_PROCID", *count = "SLURM_STEP_NUM_TASKS";
    const Variables step{{"SLURM_JOB_ID", "1"}, {"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "4"}, {index, "1"}};
    expectUnknownPart(step, index, count);
    Variables first = step, other = step;
    first[index] = "0";
    expectUnknownPart(first, index, count);
    other.erase("SLURM_STEP_ID");
    expectUnknownPart(other, index, count);  // no script has any number but 0
    expectUnknownPart({{count, "4"}}, count, index);
    first[count] = "1";
    EXPECT_FALSE(launchIn(first).shared()) << "srun --pty bash";
}

TEST(Rank, IsAloneInAScriptAndInAShell) {
    EXPECT_FALSE(launchIn({{"SLURM_JOB_ID", "1"}, {"SLURM_NTASKS", "4"}}).shared()) << "salloc";
    EXPECT_FALSE(launchIn({{"SLURM_JOB_ID", "1"}, {"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}).shared());
    EXPECT_FALSE(launchIn({{"SLURM_PROCID", "0"}, {"SLURM_STEP_ID", "4294967291"}}).shared());
    EXPECT_TRUE(launchIn({{"SLURM_PROCID", "1"}, {"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}).shared()) << "PMI tells all";
}

/// The forms that Slurm's documentation and clusters show.
TEST(Rank, ReadsSlurmsCountsByNode) {
    using Counts = std::vector<int>;
    EXPECT_EQ(countsByNode("2(x2)"), (Counts{2, 2}));
    EXPECT_EQ(countsByNode("2(x3),1"), (Counts{2, 2, 2, 1}));
    EXPECT_EQ(countsByNode("1,3"), (Counts{1, 3}));
    EXPECT_EQ(countsByNode("72(x2),36,4(x1)"), (Counts{72, 72, 36, 4}));
    for (const char* wrong : {"", "x", "2(x)", "2(x0)", "2(3)", "(x2)", "2(x2", "1,,2", "-1", "2(x99999999)", "1,0"})
        EXPECT_EQ(countsByNode(wrong), Counts{}) << wrong;
}

/// Threads of a rank of a step: both ranks of a node must not take all of its CPUs.
TEST(Rank, SharesTheNodeThatItRunsOn) {
    struct Case {
        const char *perNode, *node, *index;
        int count, here;
    };
    for (const Case& c :
         {Case{"2(x2)", "1", "3", 4, 2}, Case{"2(x3),1", "3", "6", 7, 1}, Case{"2(x3),1", "0", "0", 7, 2},
          Case{"1,3", "0", "0", 4, 1}, Case{"1,3", "1", "2", 4, 3}, Case{"4", "0", "2", 4, 4}}) {
        Variables variables{{"SLURM_PROCID", c.index},
                            {"SLURM_STEP_NUM_TASKS", std::to_string(c.count)},
                            {"SLURM_STEP_TASKS_PER_NODE", c.perNode},
                            {"SLURM_NODEID", c.node},
                            {"SLURM_CPUS_ON_NODE", "12"}};
        EXPECT_EQ(rankIn(variables).onThisMachine, c.here) << c.perNode << " on " << c.node;
        EXPECT_EQ(threadsOf(rankIn(variables), 64, 64), 12 / c.here);
        variables.erase("SLURM_NODEID");  // tasks fill node after node
        EXPECT_EQ(rankIn(variables).onThisMachine, c.here) << c.perNode << " of " << c.index;
    }
    Variables variables{{"SLURM_PROCID", "3"},
                        {"SLURM_STEP_NUM_TASKS", "5"},
                        {"SLURM_NODEID", "1"},
                        {"SLURM_TASKS_PER_NODE", "2,3"},
                        {"SLURM_JOB_CPUS_PER_NODE", "8,6"}};
    EXPECT_EQ(rankIn(variables).onThisMachine, 3);
    EXPECT_EQ(rankIn(variables).allocatedCpus, 6);
    variables["SLURM_TASKS_PER_NODE"] = "?";
    EXPECT_EQ(rankIn(variables).onThisMachine, 5) << "not known: as if all were here";
    variables["SLURM_STEP_NUM_NODES"] = "2";
    EXPECT_EQ(rankIn(variables).onThisMachine, 3);
}

TEST(Rank, CountsTheTasksOfAnArrayFromNought) {
    EXPECT_EQ(partOf(rankIn(task(14, 0, 15))), std::pair(15, 16));
    EXPECT_EQ(partOf(rankIn(task(1, 1, 16))), std::pair(1, 16));
    EXPECT_EQ(partOf(rankIn(task(30, 0, 30, 2))), std::pair(16, 16));
    EXPECT_EQ(partOf(rankIn(task(4, 1, 4, 3))), std::pair(2, 2));
    const Rank both = rankIn({{"SLURM_ARRAY_TASK_ID", "1"},
                              {"SLURM_ARRAY_TASK_MIN", "0"},
                              {"SLURM_ARRAY_TASK_COUNT", "3"},
                              {"SLURM_PROCID", "1"},
                              {"SLURM_STEP_NUM_TASKS", "2"}});
    EXPECT_EQ(both.index, 3);
    EXPECT_EQ(both.count, 6);
    EXPECT_THROW(rankIn({{"SLURM_ARRAY_TASK_ID", "9"}, {"SLURM_ARRAY_TASK_MIN", "0"}, {"SLURM_ARRAY_TASK_COUNT", "2"}}),
                 Error);
}

/// What may be a part that is submitted again is told to say so: it must not take itself for the whole.
TEST(Rank, IsNotGuessedFromAPartOfAnArray) {
    test::expectError(ErrorKind::Usage, {"array 3", "single task", "--part 4/16"}, [] { rankIn(task(3, 3, 3)); });
    test::expectError(ErrorKind::Usage, {"array 0", "single task"}, [] { rankIn(task(0, 0, 0)); });
    test::expectError(ErrorKind::Usage, {"array 3-4", "begins in the middle"}, [] { rankIn(task(4, 3, 4)); });
    test::expectError(ErrorKind::Usage, {"array 8-14:2"}, [] { rankIn(task(8, 8, 14, 2)); });
    // As "--array=1,5,6" sets them: the first task, too, must not take itself for a rank.
    for (const int id : {1, 5, 6})
        test::expectError(ErrorKind::Usage, {"3 of 1-6", "gaps", "--part"}, [&] { rankIn(task(id, 1, 6, 1, 3)); });
    test::expectError(ErrorKind::Usage, {"which ids"}, [] { rankIn({{"SLURM_ARRAY_TASK_ID", "3"}}); });
}

TEST(Rank, IsThatOfTheFirstSubmission) {
    const Division first = divided(0, 15);
    EXPECT_EQ(partOf(rankIn(task(3, 3, 3), first)), std::pair(4, 16));
    EXPECT_EQ(partOf(rankIn(task(4, 3, 4), first)), std::pair(5, 16));
    EXPECT_EQ(partOf(rankIn(task(7, 0, 7), first)), std::pair(8, 16));
    EXPECT_EQ(partOf(rankIn(task(9, 3, 15, 1, 4), first)), std::pair(10, 16)) << "as 3,7,9,15";
    EXPECT_EQ(partOf(rankIn(task(15, 0, 15), first)), std::pair(16, 16));
    EXPECT_EQ(partOf(rankIn(task(16, 16, 16), divided(1, 16))), std::pair(16, 16));
    EXPECT_EQ(partOf(rankIn(task(6, 6, 8, 2), divided(0, 30, 2))), std::pair(4, 16));
    EXPECT_NE(rankIn(task(3, 3, 3), first).launcher.find("0-15"), std::string::npos);
    Variables step = task(3, 3, 3);
    step.insert({{"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}});
    EXPECT_EQ(partOf(rankIn(step, divided(0, 15, 1, 2))), std::pair(8, 32));
}

TEST(Rank, RefusesWhatContradictsTheFirstSubmission) {
    for (const Variables& now : {task(3, 0, 31), task(16, 16, 16), task(1, 1, 16), task(2, 0, 30, 2)})
        test::expectError(ErrorKind::Usage, {"is no part of 0-15", "--db", "--part"},
                          [&] { rankIn(now, divided(0, 15)); });
    test::expectError(ErrorKind::Usage, {"no part of 0-30:2"}, [] { rankIn(task(2, 0, 14), divided(0, 30, 2)); });
    test::expectError(ErrorKind::Usage, {"1 processes a task", "had 2"},
                      [] { rankIn(task(3, 3, 3), divided(0, 15, 1, 2)); });
}

TEST(Rank, IsWhatPmiSays) { EXPECT_EQ(rankIn({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}).index, 1); }

TEST(Rank, MayBeSaid) {
    const Rank rank = rankOf(parsePart("2/5"), {});
    EXPECT_EQ(rank.index, 1);
    EXPECT_EQ(rank.count, 5);
    EXPECT_FALSE(rankOf(parsePart("1/1"), {}).shared());
    for (const char* wrong : {"", "2", "0/5", "6/5", "a/b", "1/2/3", "-1/3", "2/", "/2"})
        EXPECT_THROW(parsePart(wrong), Error) << wrong;
}

TEST(Rank, TakesItsShareOfTheCpusUnlessItIsBound) {
    Rank rank{.index = 0, .count = 4, .onThisMachine = 4, .allocatedCpus = 0, .launcher = "mpirun"};
    EXPECT_EQ(threadsOf(rank, 16, 16), 4);
    EXPECT_EQ(threadsOf(rank, 2, 16), 2);
    EXPECT_EQ(threadsOf(rank, 2, 2), 1);
    EXPECT_EQ(threadsOf({}, 8, 8), 8);
    rank.allocatedCpus = 8;
    EXPECT_EQ(threadsOf(rank, 16, 16), 2);
    EXPECT_EQ(threadsOf({}, 64, 64, 1.5), 2) << "a quota";
    EXPECT_EQ(threadsOf({}, 64, 64, 0.2), 1);
    EXPECT_EQ(threadsOf({}, 8, 8, 16.0), 8);
    rank.allocatedCpus = 0;
    EXPECT_EQ(threadsOf(rank, 64, 64, 8.0), 2) << "of all ranks of a container together";
}

class DivisionRecord : public ::testing::Test {
protected:
    void touch(const char* name) const { std::ofstream(folder / name) << "x"; }

    test::TemporaryFolder folder;
    std::filesystem::path database = folder / "night.sqlite";
    std::string work = sha256("one"), other = sha256("other");
};

TEST_F(DivisionRecord, IsKeptForEachWorkWhileThereAreStores) {
    EXPECT_FALSE(recordedDivision(database, work));
    recordDivision(database, work, divided(0, 15));
    EXPECT_FALSE(recordedDivision(database, work)) << "no store: nothing was begun, or all was removed";
    recordDivision(database, work, divided(0, 7, 1, 2));
    touch("night.rank4.sqlite");
    EXPECT_EQ(recordedDivision(database, work), divided(0, 7, 1, 2));
    recordDivision(database, work, divided(0, 7, 1, 2));
    EXPECT_FALSE(recordedDivision(database, other));
    recordDivision(database, other, divided(1, 4));
    EXPECT_EQ(recordedDivision(database, other), divided(1, 4));
    EXPECT_EQ(recordedDivision(database, work), divided(0, 7, 1, 2));
}

TEST_F(DivisionRecord, IsCheckedBeforeItIsBelieved) {
    touch("night.sqlite");
    const auto file = divisionFileOf(database, work);
    const std::string name = file.filename().string();
    for (const std::string& text :
         {std::string("{"), std::string("{}"), R"({"bitdesk_parts": 2, "work": ")" + work + R"("})",
          R"({"bitdesk_parts": 1, "work": ")" + other +
              R"(", "array": {"first": 0, "last": 1, "stride": 1, "tasks": 2}, "processes": 1})",
          R"({"bitdesk_parts": 1, "work": ")" + work +
              R"(", "array": {"first": 0, "last": 15, "stride": 1, "tasks": 3}, "processes": 1})",
          R"({"bitdesk_parts": 1, "work": ")" + work +
              R"(", "array": {"first": 0, "last": 1, "stride": 0, "tasks": 2}})",
          std::string(5000, ' ')}) {
        std::ofstream(file, std::ios::trunc) << text;
        test::expectError(ErrorKind::BadInput, {name}, [&] { recordedDivision(database, work); });
    }
}

TEST_F(DivisionRecord, StoresOfRanksAreFoundByTheirNumber) {
    for (const char* name : {"night.rank0.sqlite", "night.rank10.sqlite", "night.rank2.sqlite",
                             "night.rank2.sqlite-wal", "night.rank.sqlite", "night.rank02.sqlite", "night.rankx.sqlite",
                             "other.rank1.sqlite", "night.rank-1.sqlite"})
        touch(name);
    std::vector<std::string> names;
    for (const auto& path : rankDatabasesOf(database)) names.push_back(path.filename().string());
    EXPECT_EQ(names, (std::vector<std::string>{"night.rank0.sqlite", "night.rank2.sqlite", "night.rank10.sqlite"}));
}

}  // namespace
}  // namespace bitdesk::jobs
