// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/rank.h"

#include <gtest/gtest.h>
#include <map>

#include "core/base/error.h"

namespace bitdesk::jobs {
namespace {

Rank rankIn(const std::map<std::string, std::string>& variables) {
    return rankOf([&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found != variables.end() ? std::optional(found->second) : std::nullopt;
    });
}

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
    EXPECT_FALSE(rankIn({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "2"}}).shared());
}

TEST(Rank, CountsTheTasksOfAnArrayFromNought) {
    const Rank rank = rankIn({{"SLURM_ARRAY_TASK_ID", "14"},
                              {"SLURM_ARRAY_TASK_MIN", "10"},
                              {"SLURM_ARRAY_TASK_MAX", "18"},
                              {"SLURM_ARRAY_TASK_STEP", "2"},
                              {"SLURM_ARRAY_TASK_COUNT", "5"}});
    EXPECT_EQ(rank.index, 2);
    EXPECT_EQ(rank.count, 5);
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

/// As "--array=1,5,6" sets them: the first task, too, must not take itself for a rank.
TEST(Rank, RefusesAnArrayWithGaps) {
    for (const char* id : {"1", "5", "6"})
        EXPECT_THROW(rankIn({{"SLURM_ARRAY_TASK_ID", id},
                             {"SLURM_ARRAY_TASK_MIN", "1"},
                             {"SLURM_ARRAY_TASK_MAX", "6"},
                             {"SLURM_ARRAY_TASK_STEP", "1"},
                             {"SLURM_ARRAY_TASK_COUNT", "3"}}),
                     Error);
}

TEST(Rank, IgnoresWhatIsNoNumber) {
    EXPECT_FALSE(rankIn({{"PMI_RANK", "x"}, {"PMI_SIZE", "2"}}).shared());
    EXPECT_EQ(rankIn({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}).index, 1);
}

TEST(Rank, MayBeSaid) {
    const Rank rank = parsePart("2/5");
    EXPECT_EQ(rank.index, 1);
    EXPECT_EQ(rank.count, 5);
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
}

}  // namespace
}  // namespace bitdesk::jobs
