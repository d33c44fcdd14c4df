// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/open_database.h"

#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/setting_name.h"

namespace bitdesk {
void LockWaiter::attach(SQLite::Database& database) { sqlite3_busy_handler(database.getHandle(), ask, this); }

int LockWaiter::ask(void* self, int count) noexcept {
    try {
        return static_cast<LockWaiter*>(self)->again(count == 0) ? 1 : 0;
    } catch (...) {  // of a listener: no reason to lose what waits
        return 1;
    }
}

bool LockWaiter::again(bool first) {
    const auto now = Clock::now();
    if (first) m_begin = now;
    m_stopped = false;
    if (!m_wait.endless && now - m_begin >= m_wait.patience) return false;
    if (m_wait.stop.stop_requested()) {
        if (!m_end) m_end = now + m_wait.grace;
        m_stopped = now >= *m_end;
        if (m_stopped) return false;
    }
    constexpr std::chrono::milliseconds kShortest{2}, kLongest{50};
    std::this_thread::sleep_for(std::clamp<Clock::duration>((now - m_begin) / 4, kShortest, kLongest));
    if (m_wait.waiting) m_wait.waiting(std::chrono::duration<double>(now - m_begin).count());
    return true;
}

namespace fs = std::filesystem;

namespace {

bool isInMemory(const fs::path& file) { return file == ":memory:"; }

/// Where a file lies in truth: what SQLite keeps beside it is beside the end of a link.
fs::path placeOf(const fs::path& file) {
    std::error_code code;
    fs::path place = fs::weakly_canonical(file, code);
    return code || !place.is_absolute() ? fullName(file) : place;
}

/// The name from the root on: no relative name is one that SQLite reads as something else ("file:…").
std::string nameForSqlite(const fs::path& file) { return isInMemory(file) ? file.string() : placeOf(file).string(); }

/// With the rights that opening would have.
bool may(int what, const fs::path& path) { return ::faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) == 0; }

/// Whether SQLite could make its files in a place: some that may be written by their rights take none (/proc, a file
/// that is no folder). The name is as long as the longest that SQLite takes beside a database ("-journal").
bool canMakeFileBeside(const fs::path& file) {
    std::string name = placeOf(file).string() + "-bXXXXXX";
    const int made = ::mkostemp(name.data(), O_CLOEXEC);
    if (made < 0) return false;
    ::close(made);
    ::unlink(name.c_str());
    return true;
}

/// How large a file is and when it was written last; nothing where it is not there.
struct Stamp {
    off_t bytes = 0;
    timespec written = {};
    bool operator==(const Stamp& other) const {
        return bytes == other.bytes && written.tv_sec == other.written.tv_sec &&
               written.tv_nsec == other.written.tv_nsec;
    }
};
std::optional<Stamp> stampOf(const fs::path& file, const char* ending = "") {
    struct stat found = {};
    if (::stat((placeOf(file).string() + ending).c_str(), &found) != 0) return std::nullopt;
    return Stamp{found.st_size, found.st_mtim};
}

constexpr const char *kLog = "-wal", *kRollback = "-journal";

/// Whether one of these holds results that are not in the database file itself yet.
bool has(const char* ending, const fs::path& file) {
    const auto beside = stampOf(file, ending);
    return beside && beside->bytes > 0;
}

/// As sqlite.org/uri.html wants a name of a file.
std::string immutableUri(const fs::path& file) {
    std::string uri = "file://";
    for (const char c : nameForSqlite(file)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                           c == '.' || c == '-' || c == '_';
        uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return uri + "?immutable=1";
}

[[noreturn]] void refuseUnfinished(const fs::path& file, const char* ending) {
    const std::string name = file.string();
    throw Error(ErrorKind::BadInput, name,
                fmt::format("cannot be read without the right to write: {}{} holds what its last writer did not finish",
                            file.filename().string(), ending),
                fmt::format("Copy both into a folder of your own and name the copy with {}, or let its owner run "
                            "bitdesk db check --db {}",
                            settingName("db"), name));
}

/// Nobody here may write it, so locks are no help: a copy holds if the file was the same before and after.
SQLite::Database copyOfUnwritable(const fs::path& file) {
    constexpr int kTries = 5;
    for (int i = 0; i < kTries; ++i) {
        const auto before = stampOf(file);
        SQLite::Database database(immutableUri(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
        SQLite::Database copy = privateCopyOf(database, file);
        if (before && before == stampOf(file) && !has(kLog, file) && !has(kRollback, file)) return copy;
    }
    throw Error(ErrorKind::Resource, file.string(), "is being written by another program all the time",
                "Try again, or copy it first");
}

}  // namespace

void checkIsDatabaseFile(const fs::path& file) {
    constexpr std::size_t kLongest = 500;  // SQLite's own buffers are of 512 bytes, endings included
    if (isInMemory(file)) return;
    const std::string other = otherThanAFile(typeOf(file));
    if (!other.empty())
        throw Error(ErrorKind::BadInput, file.string(), other + ", not a database",
                    "Name a file with " + settingName("db"));
    if (placeOf(file).string().size() > kLongest)
        throw Error(ErrorKind::BadInput, file.string(),
                    fmt::format("its full name has {} bytes, and SQLite opens at most {}",
                                placeOf(file).string().size(), kLongest),
                    "Choose another with " + settingName("db"));
}

void checkMayWrite(const fs::path& file) {
    if (isInMemory(file)) return;
    const fs::path folder = placeOf(file).parent_path();
    if (!isThere(folder))
        throw Error(ErrorKind::BadInput, file.string(), "its folder is not there",
                    "Make it, or choose another with " + settingName("db"));
    const bool known = isThere(file);
    const bool inFolder = may(W_OK, folder) && (known || canMakeFileBeside(file));
    if (inFolder && (!known || may(W_OK, file))) return;
    throw Error(
        ErrorKind::BadInput, file.string(),
        fmt::format("the database cannot be written{} ({})", inFolder ? "" : " in its folder", std::strerror(errno)),
        "Check file and folder permissions, or choose another with " + settingName("db"));
}

SQLite::Database openToWrite(const fs::path& file) {
    checkMayWrite(file);
    return {nameForSqlite(file), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
}

SQLite::Database openToRead(const fs::path& file, LockWaiter& waiter) {
    // Who may write also cleans up: a reader's log left behind would keep the owner out.
    if (may(W_OK, file) && may(W_OK, placeOf(file).parent_path())) {
        SQLite::Database database(nameForSqlite(file), SQLite::OPEN_READWRITE);
        waiter.attach(database);
        return database;
    }
    if (!may(R_OK, file))
        throw Error(ErrorKind::BadInput, file.string(), "cannot be read: " + std::string(std::strerror(errno)),
                    "Check its permissions, or choose another with " + settingName("db"));
    if (!has(kLog, file) && !has(kRollback, file)) return copyOfUnwritable(file);
    try {
        SQLite::Database database(nameForSqlite(file), SQLite::OPEN_READONLY);
        waiter.attach(database);
        database.execAndGet("PRAGMA schema_version");  // a log is looked for at the first reading
        return database;
    } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() != SQLITE_CANTOPEN && error.getErrorCode() != SQLITE_READONLY) throw;
        refuseUnfinished(file, has(kLog, file) ? kLog : kRollback);
    }
}

SQLite::Database privateCopyOf(SQLite::Database& database, const fs::path& file) {
    // A file without a name is SQLite's own: in memory while it is small, else in the folder for temporary files.
    SQLite::Database copy("", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup backup(copy, database);
    int result = SQLITE_OK;
    do result = backup.executeStep();
    while (result == SQLITE_OK);
    if (result != SQLITE_DONE)
        throw Error(ErrorKind::Resource, file.string(), "could not be copied to be read", "Check the free space");
    return copy;
}

std::vector<std::string> chooseJournal(SQLite::Database& database, const fs::path& file, const StoreAccess& access) {
    if (isInMemory(file)) return {};
    const std::string system = access.fileSystem(file);
    const bool shared = isNetworkFileSystem(system);
    std::string mode;
    try {
        mode = database.execAndGet(shared ? "PRAGMA journal_mode = TRUNCATE" : "PRAGMA journal_mode = WAL").getString();
    } catch (const SQLite::Exception& error) {
        if (!shared || error.getErrorCode() != SQLITE_BUSY) throw;
        mode = "wal";  // somebody else has it open: it stays as it is
    }
    if (!shared && mode == "wal") return {};
    if (!shared)
        return {
            fmt::format("{}: this place ({}) allows no write-ahead log, so a rollback journal is kept, which is "
                        "slower, and readers may wait for writers",
                        file.string(), system.empty() ? "of an unknown kind" : system)};
    return {
        fmt::format("{} lies on a network file system ({}), where SQLite depends on the server's locks: let one "
                    "process alone write it. Better: {} on a local disk, one for each process, then bitdesk db "
                    "merge{}",
                    file.string(), system, settingName("db"),
                    mode == "wal" ? "; another program has it open with a write-ahead log, which works on one "
                                    "machine alone: close it"
                                  : "")};
}

}  // namespace bitdesk
