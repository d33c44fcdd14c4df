// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/results/results_json.h"
#include "core/store/connection.h"

// Rows of the store by the fields of what they hold: one column for each field, in their order.
namespace bitdesk {

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

}  // namespace bitdesk
