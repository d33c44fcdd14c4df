// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <filesystem>
#include <string>
#include <vector>

#include "core/store/access.h"
#include "core/store/lock_waiter.h"

// Inside the store: how a file becomes a connection.
namespace bitdesk {

/// Throws Error (BadInput): a folder, a pipe, a device; a name that cannot be followed, or is longer than SQLite takes.
void checkIsDatabaseFile(const std::filesystem::path& file);

/// Throws Error (BadInput) where the file, or the folder that it is to be made in, cannot be written. Leaves nothing.
void checkMayWrite(const std::filesystem::path& file);

/// Opens or creates. Throws SQLite::Exception, and Error as above.
SQLite::Database openToWrite(const std::filesystem::path& file);
/// Opens what is there: as it is where the rights suffice to clean up afterwards, or while somebody else's write-ahead
/// log is beside it; else a private copy. Throws SQLite::Exception, and Error.
SQLite::Database openToRead(const std::filesystem::path& file, LockWaiter& waiter);
/// A copy of what a connection sees now, which goes with the object.
SQLite::Database privateCopyOf(SQLite::Database& database, const std::filesystem::path& file);

/// Switches to the journal that fits the place: a write-ahead log, or, where that cannot be, a rollback journal; then
/// tells so.
std::vector<std::string> chooseJournal(SQLite::Database& database, const std::filesystem::path& file,
                                       const StoreAccess& access);

}  // namespace bitdesk
