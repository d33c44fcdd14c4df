// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/options.h"
#include "app/cli/verb.h"
#include "app/jobs/rank.h"
#include "core/store/store_thread.h"

// How verbs come to a results database.
namespace bitdesk::cli {

/// The one that --db names, or the user's default.
std::filesystem::path databasePath(const StoreOptions& options);
/// The same. Looking into one must not make one: throws Error (BadInput) where there is none.
std::filesystem::path existingDatabase(const StoreOptions& options);

/// To write: waits for others' locks as long as it takes, until a signal; says so on standard error after some seconds,
/// then ever more rarely.
StoreAccess toWrite(const std::filesystem::path& database, Terminal& terminal);
/// To look into it.
StoreAccess toRead();

/// Opens one to write and tells what the user should know of its place; `quiet`: somebody else does.
std::unique_ptr<StoreThread> openStore(const std::filesystem::path& database, Terminal& terminal, bool quiet = false);
/// Null under --no-store.
std::unique_ptr<StoreThread> openStore(const StoreOptions& options, Terminal& terminal);
/// For --dry-run: throws what openStore() would throw; makes nothing.
void checkStore(const StoreOptions& options);

// What is said of a work that several processes share, before it begins and when it is read.

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
