// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/store/connection.h"

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

/// Why a row is no measurement; empty: it is one.
std::string damageOf(const Measurement& m, const std::string& bits) {
    if (toText(m.bits) != bits) return "its bits are no mix";
    if (m.threads < 0 || m.batch < 0) return "its counts are out of range";
    return holdTimes(m.samplesMs) ? std::string() : "its samples are no times";
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
    LatencyKey& key = table->key;
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
        "INSERT INTO measurements (model, bits, backend, device, threads, batch, simulated, layers, machine, build, "
        "environment, run_group, created_at, details, id, samples_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    SQLite::bind(row, modelId(m.modelHash, m.modelName), toText(m.bits), m.backend, m.device, m.threads, m.batch,
                 m.simulated ? 1 : 0, storedText(m.layers), m.machine, m.build, toJson(m.conditions), m.runGroup,
                 m.createdAt.empty() ? utcNow() : m.createdAt, storedText<MeasurementDetails>(m), nextId());
    bindBlob(row, 16, m.samplesMs);
    row.exec();
    return database.getLastInsertRowid();
}

std::int64_t Store::Connection::insert(const LayerTable& table, const std::string& modelName) {
    SQLite::Statement row(database,
                          "INSERT INTO layer_tables (model, backend, device, threads, batch, machine, build, body, "
                          "environment, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const LatencyKey& key = table.key;
    SQLite::bind(row, modelId(key.modelHash, modelName), key.backend, key.device, key.threads, key.batch, key.machine,
                 key.build, storedText(table), toJson(table.conditions),
                 table.createdAt.empty() ? utcNow() : table.createdAt);
    row.exec();
    return database.getLastInsertRowid();
}

bool Store::Connection::holds(const LayerTable& table) {
    SQLite::Statement row(database,
                          "SELECT 1 FROM layer_tables t JOIN models m ON m.id = t.model WHERE m.hash = ? AND "
                          "t.created_at = ? AND t.machine = ? AND t.build = ? AND t.body = ?");
    SQLite::bind(row, table.key.modelHash, table.createdAt, table.key.machine, table.key.build, storedText(table));
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

std::optional<LayerTable> Store::layerTable(const LatencyKey& key,
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
    auto m = rowOf<Measurement>(row);
    if (const std::string damage = damageOf(m, row.getColumn("bits").getString()); !damage.empty())
        throw Error(ErrorKind::BadInput, path.string(), "measurement " + std::to_string(id) + " is damaged: " + damage,
                    hintOfDamagedRow());
    m.summarize();
    return m;
}

std::optional<Measurement> Store::measurement(std::int64_t id) {
    return m_connection->guarded([&] { return m_connection->measurement(id); });
}

std::vector<Measurement> Store::measurements(const std::string& modelHash, std::int64_t limit) {
    return m_connection->guarded([&] {
        SQLite::Statement row(m_connection->database,
                              selectedMeasurements() + "WHERE ?1 = '' OR m.hash = ?1 ORDER BY t.id DESC LIMIT ?2");
        row.bind(1, modelHash);
        row.bind(2, atMost(limit));
        std::vector<Measurement> all;
        while (row.executeStep()) {
            auto m = rowOf<Measurement>(row);
            if (!damageOf(m, row.getColumn("bits").getString()).empty()) continue;
            m.summarize();
            all.push_back(std::move(m));
        }
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
