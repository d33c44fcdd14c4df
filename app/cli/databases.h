// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/options.h"
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

}  // namespace bitdesk::cli
