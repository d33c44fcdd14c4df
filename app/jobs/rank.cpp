// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/rank.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "core/base/error.h"

namespace bitdesk::jobs {
namespace {

/// A whole number that a launcher set; nothing for another text.
std::optional<int> number(const ReadVariable& read, const char* name) {
    const auto text = read(name);
    if (!text) return std::nullopt;
    int value = 0;
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
    if (parsed.ec != std::errc{} || parsed.ptr != text->data() + text->size() || value < 0) return std::nullopt;
    return value;
}

std::optional<Rank> launched(const ReadVariable& read, const char* index, const char* count, const char* local,
                             const char* launcher) {
    const auto i = number(read, index), n = number(read, count);
    if (!i || !n) return std::nullopt;
    return Rank{.index = *i,
                .count = *n,
                .onThisMachine = number(read, local).value_or(1),
                .allocatedCpus = 0,
                .launcher = launcher};
}

/// The processes of one step. A batch script itself has SLURM_PROCID, too, but is not one of several.
std::optional<Rank> stepOf(const ReadVariable& read) {
    auto step = launched(read, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_TASKS_PER_NODE", "srun");
    if (!step || !step->shared()) return std::nullopt;
    step->allocatedCpus = number(read, "SLURM_CPUS_ON_NODE").value_or(0);
    return step;
}

/// The task of a job array, numbered from 0.
std::optional<Rank> arrayTaskOf(const ReadVariable& read) {
    const auto id = number(read, "SLURM_ARRAY_TASK_ID"), first = number(read, "SLURM_ARRAY_TASK_MIN"),
               count = number(read, "SLURM_ARRAY_TASK_COUNT");
    if (!id || !first || !count || *count < 2) return std::nullopt;
    const int stride = std::max(number(read, "SLURM_ARRAY_TASK_STEP").value_or(1), 1);
    const int last = number(read, "SLURM_ARRAY_TASK_MAX").value_or(*first + (*count - 1) * stride);
    if ((last - *first) / stride + 1 != *count)
        throw Error(ErrorKind::Usage, "Slurm job array", "has gaps, so that its indices are no ranks",
                    "Submit one as 0-9 or 0-18:2; or say --part");
    return Rank{.index = (*id - *first) / stride,
                .count = *count,
                .onThisMachine = 1,
                .allocatedCpus = number(read, "SLURM_CPUS_ON_NODE").value_or(0),
                .launcher = "Slurm job array"};
}

/// Every task of an array has all processes of its step.
Rank combined(const Rank& task, const Rank& step) {
    return {.index = task.index * step.count + step.index,
            .count = task.count * step.count,
            .onThisMachine = step.onThisMachine,
            .allocatedCpus = step.allocatedCpus,
            .launcher = task.launcher + " and " + step.launcher};
}

}  // namespace

Rank rankOf(const ReadVariable& read) {
    std::optional<Rank> step =
        launched(read, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", "mpirun");
    if (!step) step = stepOf(read);
    if (!step) step = launched(read, "PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", "PMI");
    const std::optional<Rank> task = arrayTaskOf(read);
    Rank rank = task && step && step->shared() ? combined(*task, *step) : task ? *task : step.value_or(Rank());
    if (rank.index >= rank.count)
        throw Error(ErrorKind::Usage, rank.launcher,
                    "gives rank " + std::to_string(rank.index) + " of " + std::to_string(rank.count),
                    "A job array must be without gaps, as 0-9 or 0-18:2; or say --part");
    return rank;
}

Rank rankOfProcess() {
    return rankOf([](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    });
}

Rank parsePart(const std::string& text) {
    constexpr int kMost = 1'000'000;
    Rank rank{.index = -1, .count = 0, .onThisMachine = 1, .allocatedCpus = 0, .launcher = "--part"};
    const char* const end = text.data() + text.size();
    const auto index = std::from_chars(text.data(), end, rank.index);
    if (index.ec == std::errc{} && index.ptr != end && *index.ptr == '/') {
        const auto count = std::from_chars(index.ptr + 1, end, rank.count);
        --rank.index;
        if (count.ec == std::errc{} && count.ptr == end && rank.index >= 0 && rank.index < rank.count &&
            rank.count <= kMost)
            return rank;
    }
    throw Error(ErrorKind::Usage, "--part", "'" + text + "' is no part of a work", "Write 2/5 for the second of five");
}

std::filesystem::path databaseOf(const Rank& rank, const std::filesystem::path& database) {
    if (!rank.shared()) return database;
    std::filesystem::path own = database;
    own.replace_filename(database.stem().string() + ".rank" + std::to_string(rank.index) +
                         database.extension().string());
    return own;
}

int threadsOf(const Rank& rank, int usable, int online) {
    if (usable < online) return usable;  // bound
    const int cpus = rank.allocatedCpus > 0 ? std::min(usable, rank.allocatedCpus) : usable;
    return std::max(cpus / std::max(rank.onThisMachine, 1), 1);
}

}  // namespace bitdesk::jobs
