// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/databases.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/quoting.h"
#include "core/store/store.h"

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

/// Whether a rank's store has evaluations that the other lacks, as the newest of them tell.
bool holdsMore(const std::filesystem::path& path, Store& whole) {
    constexpr std::int64_t kNewest = 64;
    try {
        Store part(path, {.use = StoreAccess::Use::Read});
        for (const EvaluationSummary& row : part.evaluations({}, kNewest)) {
            const auto full = part.evaluation(row.id);
            if (full && whole.findId(full->key()) == 0) return true;
        }
        return false;
    } catch (const Error&) {
        return true;
    }
}

/// Those of the parts that hold more; all of them where there is no whole. One that cannot be read may hold more.
std::vector<std::filesystem::path> unmerged(const std::filesystem::path& database) {
    std::vector<std::filesystem::path> parts = jobs::rankDatabasesOf(database);
    std::error_code code;
    if (parts.empty() || !std::filesystem::exists(database, code)) return parts;
    try {
        Store whole(database, {.use = StoreAccess::Use::Read});
        std::erase_if(parts, [&](const std::filesystem::path& part) { return !holdsMore(part, whole); });
    } catch (const Error&) {
        return {};
    }
    return parts;
}

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

std::string mergeCommand(const std::filesystem::path& database, const std::vector<std::filesystem::path>& parts) {
    constexpr std::size_t kMostNamed = 4;
    std::string command = "bitdesk db merge " + shellQuoted(database.string());
    if (parts.size() <= kMostNamed) {
        for (const auto& part : parts) command += " " + shellQuoted(part.string());
        return command;
    }
    const auto folder = database.parent_path();
    const std::string ending = database.extension().string();
    return command + " " + (folder.empty() ? "" : shellQuoted(folder.string()) + "/") +
           shellQuoted(database.stem().string()) + ".rank*" + (ending.empty() ? "" : shellQuoted(ending));
}

void tellPart(const jobs::Launch& launch, const jobs::Rank& rank, const std::filesystem::path& database, bool more,
              Terminal& terminal) {
    const std::string file = jobs::databaseOf(rank, database).string();
    if (!rank.shared()) {
        if (!launch.job.empty() && database != ":memory:")
            terminal.err << fmt::format(
                "bitdesk: all of the work, by this process alone (in Slurm job {}), into {}; srun or a job array "
                "shares "
                "it, or --part\n",
                printable(launch.job), file);
        return;
    }
    const bool said = rank.launcher == "--part";
    terminal.err << fmt::format("bitdesk: part {} of {} ({}), into {}{}\n", rank.index + 1, rank.count, rank.launcher,
                                file, said ? "" : "; --part says otherwise, --part 1/1 takes all of it");
    if (rank.index != 0) return;
    terminal.err << fmt::format(
        "bitdesk: {} parts, each with a store of its own beside {}: join them with bitdesk db merge{}\n", rank.count,
        database.string(),
        more ? "; then the same command without the launcher measures latency and writes reports" : "");
}

void tellUnmerged(const std::filesystem::path& database, Terminal& terminal) {
    const std::vector<std::filesystem::path> parts = unmerged(database);
    if (parts.empty()) return;
    terminal.err << fmt::format(
        "bitdesk: note: {} beside {} {} results that it lacks; join them: {}\n",
        parts.size() == 1 ? parts.front().filename().string() : std::to_string(parts.size()) + " stores of ranks",
        database.string(), parts.size() == 1 ? "holds" : "hold", mergeCommand(database, parts));
}

}  // namespace bitdesk::cli
