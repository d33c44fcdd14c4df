// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/store/store.h"

// Inside the store: how a file becomes a connection.
namespace bitdesk {

/// What SQLite asks whether to try again when somebody else holds a lock. Of one connection, used by its thread alone.
class LockWaiter {
public:
    explicit LockWaiter(LockWait wait) : m_wait(std::move(wait)) {}
    LockWaiter(const LockWaiter&) = delete;
    LockWaiter& operator=(const LockWaiter&) = delete;

    /// The object must outlive the connection.
    void attach(SQLite::Database& database);
    /// Whether the last wait ended because it was stopped.
    bool stopped() const { return m_stopped; }

private:
    using Clock = std::chrono::steady_clock;

    static int ask(void* self, int count) noexcept;
    bool again(bool first);

    LockWait m_wait;
    Clock::time_point m_begin;
    std::optional<Clock::time_point> m_end;  ///< of all waits, once they are to stop
    bool m_stopped = false;
};

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

/// The schema that this program writes; the number of migrations in schema.cpp.
int schemaVersionNow();

/// Throws Error (BadInput) for a database of another program or of a newer Bitdesk. Reads only; an empty file passes.
void checkOwner(SQLite::Database& database, const std::filesystem::path& path);

int schemaVersionOf(SQLite::Database& database);

/// Brings a checked database to the present schema, each migration in a transaction of its own. An empty file becomes
/// ours.
void migrate(SQLite::Database& database);

}  // namespace bitdesk
