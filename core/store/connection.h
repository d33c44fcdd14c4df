// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/setting_name.h"
#include "core/results/results_json.h"
#include "core/store/open_database.h"
#include "core/store/store.h"

// Inside the store: one connection, and what its tables have in common. A file for each kind of rows.
namespace bitdesk {

inline std::string hintOfDamagedRow() {
    return "Choose another database with " + settingName("db") + "; bitdesk db check tells what can be done";
}

/// Turns SQLite's failures into Errors that name the file.
[[noreturn]] void rethrow(const SQLite::Exception& error, const std::filesystem::path& path);

template <typename T>
void bindBlob(SQLite::Statement& statement, int index, const std::vector<T>& values) {
    statement.bind(index, values.data(), static_cast<int>(values.size() * sizeof(T)));
}

/// Empty for what is none of whole values.
template <typename T>
std::vector<T> blob(const SQLite::Column& column) {
    if (!column.isBlob() || static_cast<std::size_t>(column.getBytes()) % sizeof(T) != 0) return {};
    std::vector<T> values(static_cast<std::size_t>(column.getBytes()) / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), column.getBlob(), values.size() * sizeof(T));
    return values;
}

/// One of SQLite's numbers of 64 bits; −1, which none of ours is, where an int does not hold it.
int smallNumber(const SQLite::Column& column);

/// "4,4,3": as toText() wrote it, without a network to hold it against.
BitConfiguration parseStoredBits(const std::string& text);

// Rows by the fields of what they hold: one column for each field, in their order.

/// A list of columns, each under the name of its field.
template <typename ColumnOf>
struct ColumnNames {
    const ColumnOf& columnOf;
    std::string& list;
    void operator()(const char* key, auto&&) const {
        list += (list.empty() ? "SELECT " : ", ") + columnOf(key) + " AS " + key;
    }
    void derived(const char*, auto&&) const {}
};

/// "SELECT a, b, …": the column that `columnOf(key)` names, for each field.
template <typename T, typename ColumnOf>
std::string selected(const ColumnOf& columnOf) {
    std::string list;
    T value;
    fields(value, ColumnNames<ColumnOf>{columnOf, list});
    return list;
}

/// Takes the columns one by one. What a type does not hold is −1 or empty: for a check of the row to find.
struct FromRow {
    SQLite::Statement& row;
    int& column;

    void operator()(const char*, auto& value) const { take(row.getColumn(column++), value); }
    void derived(const char*, auto&&) const {}

private:
    static void take(const SQLite::Column& c, std::string& value) { value = c.getString(); }
    static void take(const SQLite::Column& c, std::int64_t& value) { value = c.getInt64(); }
    static void take(const SQLite::Column& c, std::uint64_t& value) {
        value = static_cast<std::uint64_t>(c.getInt64());
    }
    static void take(const SQLite::Column& c, int& value) { value = smallNumber(c); }
    static void take(const SQLite::Column& c, double& value) { value = c.getDouble(); }
    static void take(const SQLite::Column& c, bool& value) { value = c.getInt() != 0; }
    static void take(const SQLite::Column& c, BitConfiguration& value) { value = parseStoredBits(c.getString()); }
    static void take(const SQLite::Column& c, Conditions& value) { value = conditionsFromJson(c.getString()); }
    static void take(const SQLite::Column& c, MeasurementDetails& value) { readDetails(c.getString(), value); }
    static void take(const SQLite::Column& c, std::vector<LayerTime>& value) {
        value = layerTimesFromJson(c.getString());
    }
    template <typename T>
    static void take(const SQLite::Column& c, std::vector<T>& value) {
        value = blob<T>(c);
    }
    template <typename T>
    static void take(const SQLite::Column& c, std::optional<T>& value) {
        if (!c.isNull()) take(c, value.emplace());
    }
};

template <typename T>
T rowOf(SQLite::Statement& row) {
    T value;
    int column = 0;
    fields(value, FromRow{row, column});
    return value;
}

/// For SQL's LIMIT: 0 is all.
inline std::int64_t atMost(std::int64_t limit) { return limit > 0 ? limit : -1; }
/// The first of some, if there is one.
template <typename Row>
std::optional<Row> firstOf(std::vector<Row> rows) {
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

struct Store::Connection {
    enum class Damaged { Refuse, Accept };

    Connection(const std::filesystem::path& file, const StoreAccess& access, Damaged damaged = Damaged::Refuse);

    void findProblems(StoreProblems& found);

    std::int64_t modelId(const std::string& hash, const std::string& name);
    /// Of what it was evaluated on; what is told of the data is noted where it was not known.
    std::int64_t dataId(const Evaluation& e);
    void setNames(const EvaluationKey& key, const std::string& modelName, const std::string& dataName);
    /// One sequence for evaluations and measurements.
    std::int64_t nextId();

    // Each within a transaction of the caller's. An evaluation whose key is there already is not added again.
    std::int64_t insert(const Evaluation& e);
    std::int64_t insert(const Measurement& m);
    std::int64_t insert(const LayerTable& table, const std::string& modelName);
    void finishItem(std::int64_t job, const JobItem& item);
    std::int64_t insertJob(const std::string& kind, const std::string& request, JobState state);
    void setJobState(std::int64_t job, JobState state);

    std::int64_t findId(const EvaluationKey& key);  ///< 0: not there
    std::int64_t findId(const Measurement& m);      ///< 0: not there
    bool holds(const LayerTable& table);
    // Each throws Error (BadInput) for a row that is damaged.
    std::optional<Evaluation> read(std::int64_t id);
    std::optional<Measurement> measurement(std::int64_t id);

    /// Runs `work`; SQLite's failures become Errors, a wait for a lock that was stopped Cancelled.
    template <typename Work>
    auto guarded(const Work& work) {
        try {
            return work();
        } catch (const SQLite::Exception& error) {
            fail(error);
        }
    }

    /// What `read` makes of each row that a query finds with these values.
    template <typename Read, typename... Values>
    auto rows(const std::string& query, const Read& read, const Values&... values) {
        return guarded([&] {
            SQLite::Statement row(database, query);
            SQLite::bind(row, values...);
            std::vector<std::invoke_result_t<Read, SQLite::Statement&>> all;
            while (row.executeStep()) all.push_back(read(row));
            return all;
        });
    }

    /// Runs `work` in one transaction that is committed if it returns.
    template <typename Work>
    auto inTransaction(const Work& work) {
        return guarded([&] {
            SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
            auto result = work();
            transaction.commit();
            return result;
        });
    }

    std::filesystem::path path;
    StoreAccess::Use use;
    std::vector<std::string> notes;
    LockWaiter waiter;  // before the connection that asks it
    SQLite::Database database;

private:
    void open(const StoreAccess& access, Damaged damaged);
    void refuseDamage();
    [[noreturn]] void fail(const SQLite::Exception& error) const;
    std::int64_t idOf(const char* insert, const char* select, const std::vector<std::string>& values, std::size_t keys);
};

}  // namespace bitdesk
