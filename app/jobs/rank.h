// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace bitdesk::jobs {

/// Which part of a work that several processes share is this one's.
struct Rank {
    int index = 0, count = 1;  ///< 0 ≤ index < count
    int onThisMachine = 1;     ///< processes of the work that run here, as far as the launcher tells
    int allocatedCpus = 0;     ///< that the launcher gave them together on this machine; 0: it does not tell
    std::string launcher;      ///< what says so: "mpirun", "srun", "Slurm job array", "--part"; empty: alone

    bool shared() const { return count > 1; }
};

/// Reads an environment variable; nothing where it is not set.
using ReadVariable = std::function<std::optional<std::string>(const char* name)>;

/// The rank that a launcher gave this process: OpenMPI's mpirun, another one that speaks PMI, Slurm's srun, or a Slurm
/// job array (whose tasks may be steps of several processes themselves). No library of theirs is needed. Throws Error
/// (Usage) for a rank beyond the count, and for an array with gaps, whose indices are no ranks.
Rank rankOf(const ReadVariable& environment);
/// The same of this process.
Rank rankOfProcess();
/// "2/5": the second of five parts. Throws Error (Usage) naming --part.
Rank parsePart(const std::string& text);

/// A store of its own for each rank, beside the one named: results.sqlite → results.rank0.sqlite.
std::filesystem::path databaseOf(const Rank& rank, const std::filesystem::path& database);

/// Threads of one rank where none are asked for: its share of the CPUs that it may use, and that were allocated. A
/// launcher that binds ranks to CPUs has shared them out already.
int threadsOf(const Rank& rank, int usable, int online);

}  // namespace bitdesk::jobs
