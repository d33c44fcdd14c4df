// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/databases.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/rank_output.h"
#include "app/jobs/rank.h"
#include "core/base/files.h"

namespace bitdesk::cli {
namespace {

/// A line after five seconds of a wait, then each time it has become ten times as long, but every hour.
class LockNotice {
public:
    LockNotice(const std::filesystem::path& database, Terminal& terminal)
        : m_database(printable(database.string())), m_err(terminal.err) {}

    void operator()(double seconds) {
        constexpr double kFactor = 10, kHour = 3600;
        if (seconds < m_last) m_next = kFirst;  // another wait
        m_last = seconds;
        if (seconds < m_next) return;
        m_next = std::min(m_next * kFactor, m_next + kHour);
        // Over a progress line that is written in place.
        const char* over = ::isatty(STDERR_FILENO) == 1 ? "\r\x1b[K" : "";
        m_err << fmt::format(
                     "{}bitdesk: {} is locked by another program; waited {:.0f} s so far. What is found is kept, and "
                     "stored once the lock is gone; Ctrl-C gives up\n",
                     over, m_database, seconds)
              << std::flush;
    }

private:
    static constexpr double kFirst = 5;

    std::string m_database;
    std::ostream& m_err;
    double m_last = 0, m_next = kFirst;
};

}  // namespace

std::filesystem::path databasePath(const StoreOptions& options) {
    return options.db.empty() ? Store::defaultPath() : std::filesystem::path(options.db);
}

std::filesystem::path existingDatabase(const StoreOptions& options) {
    auto path = databasePath(options);
    const auto type = typeOf(path);
    if (type == std::filesystem::file_type::not_found) {
        const auto parts = jobs::rankDatabasesOf(path);
        throw Error(
            ErrorKind::BadInput, path.string(), "there is no such database",
            parts.empty() ? "Name one with --db" : "Parts of it are there; join them: " + mergeCommand(path, parts));
    }
    std::error_code code;
    if (type == std::filesystem::file_type::regular && std::filesystem::file_size(path, code) == 0 && !code)
        throw Error(ErrorKind::BadInput, path.string(), "is an empty file, no database", "Name another with --db");
    return path;
}

StoreAccess toWrite(const std::filesystem::path& database, Terminal& terminal) {
    return {.use = StoreAccess::Use::Write,
            .wait = {.endless = true, .stop = terminal.stop, .waiting = LockNotice(database, terminal)}};
}

StoreAccess toRead() { return {.use = StoreAccess::Use::Read}; }

std::unique_ptr<StoreThread> openStore(const std::filesystem::path& database, Terminal& terminal, bool quiet) {
    auto store = std::make_unique<StoreThread>(database, toWrite(database, terminal));
    if (!quiet) tellNotes(store->notes(), terminal);
    return store;
}

std::unique_ptr<StoreThread> openStore(const StoreOptions& options, Terminal& terminal) {
    return options.none ? nullptr : openStore(databasePath(options), terminal);
}

void checkStore(const StoreOptions& options) {
    if (!options.none) Store::checkWritable(databasePath(options));
}

}  // namespace bitdesk::cli
