// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/connection.h"

#include <sqlite3.h>
#include <cstdlib>
#include <utility>

#include "core/base/error.h"
#include "core/base/machine_limits.h"

namespace bitdesk {

namespace fs = std::filesystem;

[[noreturn]] void rethrow(const SQLite::Exception& error, const fs::path& path) {
    const std::string reason = error.what();
    switch (error.getErrorCode()) {
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            throw Error(ErrorKind::BadInput, path.string(), "is no SQLite database, or a damaged one (" + reason + ")",
                        "Move it away, or choose another with " + settingName("db"));
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            throw Error(ErrorKind::BadInput, path.string(), "the database cannot be written (" + reason + ")",
                        "Check file and folder permissions, or choose another with " + settingName("db"));
        case SQLITE_ERROR:
        case SQLITE_CONSTRAINT:
        case SQLITE_SCHEMA:
        case SQLITE_MISMATCH:
            throw Error(ErrorKind::BadInput, path.string(),
                        "is damaged, or was changed by another program (" + reason + ")",
                        "Move it away, or choose another with " + settingName("db"));
        case SQLITE_IOERR:
            // SQLite does not say that a file would have passed the limit, but calls a full disk SQLITE_FULL.
            if (const auto limit = fileSizeLimit())
                throw Error(ErrorKind::Resource, path.string(),
                            "the database cannot be read or written (" + reason +
                                "; the file size limit (ulimit -f) is " + std::to_string(*limit) + " bytes)",
                            "Raise the limit, and check the disk");
            [[fallthrough]];
        case SQLITE_FULL:
        case SQLITE_NOMEM:
            throw Error(ErrorKind::Resource, path.string(), "the database cannot be read or written (" + reason + ")",
                        "Check the free space");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Error(ErrorKind::Resource, path.string(), "the database is locked by another program",
                        "Close that program, or try again");
        default: throw Error(ErrorKind::Internal, path.string(), "database error: " + reason);
    }
}

int smallNumber(const SQLite::Column& column) {
    const std::int64_t value = column.getInt64();
    return std::in_range<int>(value) ? static_cast<int>(value) : -1;
}

BitConfiguration parseStoredBits(const std::string& text) {
    BitConfiguration bits;
    for (const char* at = text.c_str(); *at != '\0';) {
        char* end = nullptr;
        bits.bits.push_back(static_cast<int>(std::strtol(at, &end, 10)));
        at = *end == ',' ? end + 1 : end;
        if (end == at && *at != '\0') break;
    }
    return bits;
}

Store::Connection::Connection(const fs::path& file, const StoreAccess& access, Damaged damaged)
    : path(file), use(access.use), waiter(access.wait), database(":memory:") {
    try {
        open(access, damaged);
    } catch (const SQLite::Exception& error) {
        if (damaged == Damaged::Accept && error.getErrorCode() == SQLITE_CORRUPT) throw;
        fail(error);
    }
}

void Store::Connection::open(const StoreAccess& access, Damaged damaged) {
    checkIsDatabaseFile(path);
    database = use == StoreAccess::Use::Write ? openToWrite(path) : openToRead(path, waiter);
    waiter.attach(database);
    if (damaged == Damaged::Refuse) refuseDamage();
    // Before anything is written: is it ours, or empty?
    checkOwner(database, path);
    if (use == StoreAccess::Use::Read) {
        if (schemaVersionOf(database) < schemaVersionNow()) {
            database = privateCopyOf(database, path);
            migrate(database);
        }
        database.exec("PRAGMA query_only = ON");
        return;
    }
    migrate(database);
    notes = chooseJournal(database, path, access);
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA foreign_keys = ON");
}

void Store::Connection::fail(const SQLite::Exception& error) const {
    if (waiter.stopped() && error.getErrorCode() == SQLITE_BUSY) throw Cancelled();
    rethrow(error, path);
}

/// A damaged page need not be met by the queries of a run, which would then write beside it.
void Store::Connection::refuseDamage() {
    constexpr std::uintmax_t kMost = 256 << 20;  // a tenth of a second, once it is in memory
    std::error_code code;
    const auto size = fs::file_size(path, code);
    if (code || size > kMost) return;
    const std::string found = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (found != "ok")
        throw Error(ErrorKind::BadInput, path.string(), "the database is damaged (" + found + ")",
                    "Move it away, or choose another with " + settingName("db") + "; bitdesk db check tells more");
}

std::int64_t Store::Connection::idOf(const char* insert, const char* select, const std::vector<std::string>& values,
                                     std::size_t keys) {
    SQLite::Statement adding(database, insert);
    for (std::size_t i = 0; i < values.size(); ++i) adding.bind(static_cast<int>(i) + 1, values[i]);
    adding.exec();
    SQLite::Statement finding(database, select);
    for (std::size_t i = 0; i < keys; ++i) finding.bind(static_cast<int>(i) + 1, values[i]);
    finding.executeStep();
    return finding.getColumn(0).getInt64();
}

std::int64_t Store::Connection::modelId(const std::string& hash, const std::string& name) {
    return idOf("INSERT OR IGNORE INTO models (hash, name) VALUES (?, ?)", "SELECT id FROM models WHERE hash = ?",
                {hash, name}, 1);
}
std::int64_t Store::Connection::dataId(const Evaluation& e) {
    const std::int64_t id =
        idOf("INSERT OR IGNORE INTO data_sets (hash, split, name) VALUES (?, ?, ?)",
             "SELECT id FROM data_sets WHERE hash = ? AND split = ?", {e.dataHash, e.split, e.dataName}, 2);
    if (e.facts.preparation.empty() && !e.facts.skipped) return id;
    SQLite::Statement row(database,
                          "UPDATE data_sets SET preparation = coalesce(preparation, nullif(?, '')), skipped = "
                          "coalesce(skipped, ?) WHERE id = ? AND (preparation IS NULL OR skipped IS NULL)");
    row.bind(1, e.facts.preparation);
    if (e.facts.skipped) row.bind(2, *e.facts.skipped);
    row.bind(3, id);
    row.exec();
    return id;
}

void Store::Connection::setNames(const EvaluationKey& key, const std::string& modelName, const std::string& dataName) {
    SQLite::Statement model(database, "UPDATE models SET name = ?2 WHERE hash = ?1 AND name <> ?2");
    SQLite::bind(model, key.modelHash, modelName);
    model.exec();
    SQLite::Statement data(database, "UPDATE data_sets SET name = ?3 WHERE hash = ?1 AND split = ?2 AND name <> ?3");
    SQLite::bind(data, key.dataHash, key.split, dataName);
    data.exec();
}

std::int64_t Store::Connection::nextId() {
    return database
        .execAndGet(
            "SELECT max((SELECT coalesce(max(id), 0) FROM evaluations), "
            "(SELECT coalesce(max(id), 0) FROM measurements)) + 1")
        .getInt64();
}

Store::Store(const fs::path& path, const StoreAccess& access)
    : m_connection(std::make_unique<Connection>(path, access)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

const fs::path& Store::path() const { return m_connection->path; }
bool Store::writes() const { return m_connection->use == StoreAccess::Use::Write; }
const std::vector<std::string>& Store::notes() const { return m_connection->notes; }
int Store::schemaVersion() { return schemaVersionNow(); }

fs::path Store::defaultPath() {
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    if ((data == nullptr || *data == '\0') && (home == nullptr || *home == '\0'))
        throw Error(ErrorKind::Resource, "results database", "neither XDG_DATA_HOME nor HOME is set",
                    "Name one with " + settingName("db"));
    const fs::path folder =
        (data != nullptr && *data != '\0' ? fs::path(data) : fs::path(home) / ".local/share") / "bitdesk";
    std::error_code code;
    fs::create_directories(folder, code);
    if (code)
        throw Error(ErrorKind::Resource, folder.string(), "cannot be made: " + code.message(),
                    "Name a database with " + settingName("db"));
    return folder / "results.sqlite";
}

void Store::checkWritable(const fs::path& path) {
    checkIsDatabaseFile(path);
    checkMayWrite(path);
    std::error_code code;
    if (fs::file_size(path, code) > 0 && !code) const Store sound(path, {.use = StoreAccess::Use::Read});
}

}  // namespace bitdesk
