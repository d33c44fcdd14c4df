// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bitdesk::jobs {

/// Which part of a work that several processes share is this one's.
struct Rank {
    int index = 0, count = 1;  ///< 0 ≤ index < count
    int onThisMachine = 1;     ///< processes of the work that run here, as far as the launcher tells
    int allocatedCpus = 0;     ///< that the launcher gave them together on this machine; 0: it does not tell
    std::string launcher;      ///< what says so: "mpirun", "srun", "Slurm job array 0-15", "--part"; empty: alone

    bool shared() const { return count > 1; }
};

/// A Slurm job array as it was submitted: the ids first, first + stride, … last.
struct JobArray {
    int first = 0, last = 0, stride = 1;
    int tasks = 0;  ///< fewer than there is room for: some are left out, as in 1,5,6

    bool whole() const;          ///< none is left out
    bool holds(int id) const;    ///< as far as the three numbers tell
    std::string toText() const;  ///< "0-15", "0-30:2"
    bool operator==(const JobArray&) const = default;
};

/// How a work was divided when an array was first submitted for it: what a part that is submitted again goes by.
struct Division {
    JobArray array;
    int processes = 1;  ///< of each of the array's tasks
    bool operator==(const Division&) const = default;
};

/// What a launcher says of this process. Which part of the work a task of an array has may be known only from an
/// earlier submission: rankOf().
struct Launch {
    struct Task {
        int id = 0;
        JobArray array;
    };
    Rank step;  ///< among the processes of one task or job, or said by --part
    std::optional<Task> task;
    std::string job;  ///< the Slurm job that this process runs in, as its number; empty: in none

    /// Whether there may be others with a part of the same work.
    bool shared() const { return step.shared() || task.has_value(); }
};

/// Reads an environment variable; nothing where it is not set.
using ReadVariable = std::function<std::optional<std::string>(const char* name)>;

/// What a launcher tells: OpenMPI's mpirun, another one that speaks PMI, Slurm's srun, or a Slurm job array (whose
/// tasks may be steps of several processes themselves). No library of theirs is needed. Throws Error (Usage) for a rank
/// beyond the count or without one, and for a task of an array that does not tell which ids it has.
Launch launchOf(const ReadVariable& environment);
/// The same of this process.
Launch launchOfProcess();
/// "2/5": the second of five parts; "1/1": all of the work, whatever a launcher says. Throws Error (Usage) naming
/// --part.
Launch parsePart(const std::string& text);

/// The part of a process. `recorded`: how the work was divided before. A task of an array has the part that its id had
/// then; without a record, only an array that is a first submission beyond doubt is divided: two tasks or more, from 0
/// or 1 on, none left out. Throws Error (Usage) for any other: what is submitted again in part must not take itself for
/// the whole.
Rank rankOf(const Launch& launch, const std::optional<Division>& recorded);

/// How the work of a task of an array is divided, to be recorded for those that are submitted again.
Division divisionOf(const Launch& launch, const std::optional<Division>& recorded);

/// A store of its own for each rank, beside the one named: results.sqlite → results.rank0.sqlite.
std::filesystem::path databaseOf(const Rank& rank, const std::filesystem::path& database);
/// Those that lie beside the one named, by rank.
std::vector<std::filesystem::path> rankDatabasesOf(const std::filesystem::path& database);

/// Threads of one rank where none are asked for: its share of the CPUs that it may use, that were allocated, and that a
/// quota gives all ranks of a container together. A launcher that binds ranks to CPUs has shared them out already.
int threadsOf(const Rank& rank, int usable, int online, std::optional<double> quota = {});

/// A count for each node, as Slurm writes it: "2(x3),1" → 2, 2, 2, 1. Empty for another text, and for more than
/// 100 000 nodes.
std::vector<int> countsByNode(std::string_view text);

// How a work was divided among the tasks of an array, kept beside their stores: what is submitted again in part is the
// part that it was. A small file of its own, since the stores of others may be in use on other machines, and a database
// must not be shared over a network.

/// night.sqlite and a work → night.parts-<start of the work>.json. `work`: 64 hexadecimal digits (workOf()).
std::filesystem::path divisionFileOf(const std::filesystem::path& database, const std::string& work);

/// Nothing where none is recorded, and where no store lies there any more: who has removed them begins anew. Throws
/// Error (BadInput) for a file that is no record.
std::optional<Division> recordedDivision(const std::filesystem::path& database, const std::string& work);

/// To be called before the rank's store is made. Ranks that start together write the same. Throws Error: Usage where
/// another array was quicker to record a division of its own, Resource where the file cannot be written.
void recordDivision(const std::filesystem::path& database, const std::string& work, const Division& division);

}  // namespace bitdesk::jobs
