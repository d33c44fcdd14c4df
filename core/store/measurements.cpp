// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <SQLiteCpp/VariadicBind.h>
#include <algorithm>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/store/connection.h"
#include "core/store/row_fields.h"

namespace bitdesk {
namespace {

/// Where a field of a measurement is kept.
std::string measurementColumn(std::string_view key) {
    if (key == "model") return "m.name";
    return key == "model_hash" ? "m.hash" : "t." + std::string(key);
}
std::string selectedMeasurements() {
    return selected<Measurement>(measurementColumn) + " FROM measurements t JOIN models m ON m.id = t.model ";
}

/// Whether samples are times that a run can take.
bool holdTimes(const std::vector<double>& milliseconds) {
    constexpr double kLeast = 1e-9, kMost = 1e9;
    return !milliseconds.empty() &&
           std::ranges::all_of(milliseconds, [](double ms) { return ms == 0 || (ms >= kLeast && ms <= kMost); });
}

/// A row, and why it is no measurement; empty: it is one.
struct MeasurementRow {
    Measurement measurement;
    std::string damage;
};

MeasurementRow readMeasurement(SQLite::Statement& row) {
    auto m = rowOf<Measurement>(row);
    if (toText(m.bits) != row.getColumn("bits").getString()) return {std::move(m), "its bits are no mix"};
    if (m.threads < 0 || m.batch < 0) return {std::move(m), "its counts are out of range"};
    if (!holdTimes(m.samplesMs)) return {std::move(m), "its samples are no times"};
    m.summarize();
    return {std::move(m), {}};
}

constexpr const char* kTables =
    "SELECT t.body, t.id, t.environment, t.created_at, m.hash, t.backend, t.device, t.machine, t.build, t.threads, "
    "t.batch, m.name FROM layer_tables t JOIN models m ON m.id = t.model ";

/// Nothing for one that is damaged.
std::optional<LayerTable> readTable(SQLite::Statement& row) {
    auto table = layerTableFromJson(row.getColumn(0).getString());
    if (!table) return std::nullopt;
    int column = 1;
    const FromRow next{row, column};
    next("id", table->id);
    next("environment", table->conditions);
    next("created_at", table->createdAt);
    LayerTableKey& key = table->key;
    for (std::string* text : {&key.modelHash, &key.backend, &key.device, &key.machine, &key.build}) next("key", *text);
    next("threads", key.threads);
    next("batch", key.batch);
    return table;
}

}  // namespace

/// A measurement has no key: the same one is one that tells the same.
std::int64_t Store::Connection::findId(const Measurement& m) {
    SQLite::Statement row(
        database,
        "SELECT t.id FROM measurements t JOIN models m ON m.id = t.model WHERE m.hash = ? AND t.bits = ? AND "
        "t.run_group = ? AND t.machine = ? AND t.build = ? AND t.backend = ? AND t.device = ? AND t.threads = ? AND "
        "t.batch = ? AND t.created_at = ? AND t.samples_ms = ?");
    SQLite::bind(row, m.modelHash, toText(m.bits), m.runGroup, m.machine, m.build, m.backend, m.device, m.threads,
                 m.batch, m.createdAt);
    bindBlob(row, 11, m.samplesMs);
    return row.executeStep() ? row.getColumn(0).getInt64() : 0;
}

std::int64_t Store::Connection::insert(const Measurement& m) {
    SQLite::Statement row(
        database,
        "INSERT INTO measurements (model, bits, backend, device, threads, batch, simulated, samples_ms, "
        "layers, machine, build, environment, run_group, created_at, details, id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(1, modelId(m.modelHash, m.modelName));
    row.bind(2, toText(m.bits));
    row.bind(3, m.backend);
    row.bind(4, m.device);
    row.bind(5, m.threads);
    row.bind(6, m.batch);
    row.bind(7, m.simulated ? 1 : 0);
    bindBlob(row, 8, m.samplesMs);
    row.bind(9, layerTimesToJson(m.layers));
    row.bind(10, m.machine);
    row.bind(11, m.build);
    row.bind(12, toJson(m.conditions));
    row.bind(13, m.runGroup);
    row.bind(14, m.createdAt.empty() ? utcNow() : m.createdAt);
    row.bind(15, detailsToJson(m));
    row.bind(16, nextId());
    row.exec();
    return database.getLastInsertRowid();
}

std::int64_t Store::Connection::insert(const LayerTable& table, const std::string& modelName) {
    SQLite::Statement row(database,
                          "INSERT INTO layer_tables (model, backend, device, threads, batch, machine, build, body, "
                          "environment, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const LayerTableKey& key = table.key;
    SQLite::bind(row, modelId(key.modelHash, modelName), key.backend, key.device, key.threads, key.batch, key.machine,
                 key.build, layerTableToJson(table), toJson(table.conditions),
                 table.createdAt.empty() ? utcNow() : table.createdAt);
    row.exec();
    return database.getLastInsertRowid();
}

bool Store::Connection::holds(const LayerTable& table) {
    SQLite::Statement row(database,
                          "SELECT 1 FROM layer_tables t JOIN models m ON m.id = t.model WHERE m.hash = ? AND "
                          "t.created_at = ? AND t.machine = ? AND t.build = ? AND t.body = ?");
    SQLite::bind(row, table.key.modelHash, table.createdAt, table.key.machine, table.key.build,
                 layerTableToJson(table));
    return row.executeStep();
}

std::int64_t Store::save(const LayerTable& table, const std::string& modelName) {
    return m_connection->inTransaction([&] { return m_connection->insert(table, modelName); });
}

std::int64_t Store::save(const Measurement& measurement) { return save(std::span(&measurement, 1), {}).front(); }

std::vector<std::int64_t> Store::save(std::span<const Measurement> rows, const JobRows& of) {
    return m_connection->inTransaction([&] {
        std::vector<std::int64_t> ids;
        for (const Measurement& row : rows) ids.push_back(m_connection->insert(row));
        for (std::size_t i = 0; of.job > 0 && i < ids.size(); ++i)
            m_connection->finishItem(
                of.job, {.position = of.positions[i], .bits = rows[i].bits, .evaluation = 0, .measurement = ids[i]});
        return ids;
    });
}

std::optional<LayerTable> Store::layerTable(const LayerTableKey& key,
                                            const std::function<bool(const LayerTable&)>& accepted) {
    return m_connection->guarded([&]() -> std::optional<LayerTable> {
        SQLite::Statement row(
            m_connection->database,
            std::string(kTables) +
                "WHERE m.hash = ? AND t.backend = ? AND t.device = ? AND t.threads = ? AND t.batch = ? "
                "AND t.machine = ? AND t.build = ? ORDER BY t.id DESC");
        SQLite::bind(row, key.modelHash, key.backend, key.device, key.threads, key.batch, key.machine, key.build);
        while (row.executeStep())
            if (auto table = readTable(row); table && (!accepted || accepted(*table))) return table;
        return std::nullopt;
    });
}

std::optional<Measurement> Store::Connection::measurement(std::int64_t id) {
    SQLite::Statement row(database, selectedMeasurements() + "WHERE t.id = ?");
    row.bind(1, id);
    if (!row.executeStep()) return std::nullopt;
    MeasurementRow found = readMeasurement(row);
    if (!found.damage.empty())
        throw Error(ErrorKind::BadInput, path.string(),
                    "measurement " + std::to_string(id) + " is damaged: " + found.damage, hintOfDamagedRow());
    return std::move(found.measurement);
}

std::optional<Measurement> Store::measurement(std::int64_t id) {
    return m_connection->guarded([&] { return m_connection->measurement(id); });
}

std::vector<Measurement> Store::measurements(const std::string& modelHash, std::int64_t limit) {
    return m_connection->guarded([&] {
        SQLite::Statement row(m_connection->database,
                              selectedMeasurements() + "WHERE ?1 = '' OR m.hash = ?1 ORDER BY t.id DESC LIMIT ?2");
        row.bind(1, modelHash);
        row.bind(2, limit > 0 ? limit : std::int64_t{-1});
        std::vector<Measurement> all;
        while (row.executeStep())
            if (auto found = readMeasurement(row); found.damage.empty()) all.push_back(std::move(found.measurement));
        return all;
    });
}

std::vector<std::pair<LayerTable, std::string>> Store::layerTables() {
    return m_connection->guarded([&] {
        SQLite::Statement row(m_connection->database, std::string(kTables) + "ORDER BY t.id");
        std::vector<std::pair<LayerTable, std::string>> all;
        while (row.executeStep())
            if (auto table = readTable(row)) all.emplace_back(std::move(*table), row.getColumn("name").getString());
        return all;
    });
}

}  // namespace bitdesk
