// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <sqlite3.h>
#include <set>

#include "core/base/error.h"
#include "core/results/results_json.h"
#include "core/store/connection.h"

namespace bitdesk {
namespace {

/// "table.column" of all that a database has.
std::set<std::string> columnsOf(SQLite::Database& database) {
    SQLite::Statement row(database,
                          "SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE "
                          "t.type = 'table'");
    std::set<std::string> names;
    while (row.executeStep()) names.insert(row.getColumn(0).getString());
    return names;
}

std::vector<std::string> missingColumns(SQLite::Database& database) {
    SQLite::Database whole(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    migrate(whole);
    const std::set<std::string> found = columnsOf(database);
    std::vector<std::string> missing;
    for (const std::string& name : columnsOf(whole))
        if (!found.contains(name)) missing.push_back("column " + name + " is missing");
    return missing;
}

std::vector<std::int64_t> idsOf(SQLite::Database& database, const std::string& table) {
    SQLite::Statement row(database, "SELECT id FROM " + table + " ORDER BY id");
    std::vector<std::int64_t> ids;
    while (row.executeStep()) ids.push_back(row.getColumn(0).getInt64());
    return ids;
}

/// What reading says of each of the rows.
template <typename Read>
std::vector<std::string> refusals(const std::vector<std::int64_t>& ids, const Read& read) {
    std::vector<std::string> found;
    for (const std::int64_t id : ids) try {
            read(id);
        } catch (const Error& error) {
            found.push_back(error.reason());
        }
    return found;
}

}  // namespace

void Store::Connection::findProblems(StoreProblems& found) {
    SQLite::Statement row(database, "PRAGMA integrity_check");
    while (row.executeStep())
        if (row.getColumn(0).getString() != "ok") found.file.push_back(row.getColumn(0).getString());
    for (std::string& name : missingColumns(database)) found.file.push_back(std::move(name));
    SQLite::Statement keys(database, "PRAGMA foreign_key_check");
    while (keys.executeStep())
        found.file.push_back("table " + keys.getColumn(0).getString() + ", row " + keys.getColumn(1).getString() +
                             ": its reference leads nowhere");
    found.evaluations = refusals(idsOf(database, "evaluations"), [&](std::int64_t id) { read(id); });
    found.measurements = refusals(idsOf(database, "measurements"), [&](std::int64_t id) { measurement(id); });
    SQLite::Statement table(database, "SELECT id, body FROM layer_tables ORDER BY id");
    while (table.executeStep())
        if (!layerTableFromJson(table.getColumn(1).getString()))
            found.measurements.push_back("layer table " + table.getColumn(0).getString() +
                                         " is damaged: its text is no whole table");
}

StoreProblems Store::check(const std::filesystem::path& path) {
    StoreProblems found;
    try {
        Connection connection(path, {.use = StoreAccess::Use::Read}, Connection::Damaged::Accept);
        connection.findProblems(found);
    } catch (const SQLite::Exception& error) {
        // So damaged that it cannot be looked through.
        if (error.getErrorCode() != SQLITE_CORRUPT && error.getErrorCode() != SQLITE_ERROR) rethrow(error, path);
        if (found.file.empty()) found.file.emplace_back(error.what());
    }
    return found;
}

}  // namespace bitdesk
