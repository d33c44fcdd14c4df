// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/cli/verb.h"
#include "app/jobs/rank.h"

// What is said of a work that several processes share, before it begins and when it is read.
namespace bitdesk::cli {

/// On standard error, before the work: which part this process does, into which file, and how to say otherwise; that
/// one within a Slurm job does all; how the parts are joined, with what comes after them where there is `more` to do.
void tellPart(const jobs::Launch& launch, const jobs::Rank& rank, const std::filesystem::path& database, bool more,
              Terminal& terminal);

/// Stores of ranks beside a database that hold what it lacks, and the command that joins them; nothing where there are
/// none.
void tellUnmerged(const std::filesystem::path& database, Terminal& terminal);

/// "bitdesk db merge night.sqlite night.rank0.sqlite …", quoted for a shell.
std::string mergeCommand(const std::filesystem::path& database, const std::vector<std::filesystem::path>& parts);

}  // namespace bitdesk::cli
