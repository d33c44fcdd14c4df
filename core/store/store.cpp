// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/store.h"

#include <sqlite3.h>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include "core/base/error.h"
#include "core/store/layer_table_json.h"
#include "core/store/measurement_json.h"
#include "core/store/schema.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr int kBusyMs = 10'000;

std::string now() {
    const std::time_t time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm utc{};
    gmtime_r(&time, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

[[noreturn]] void rethrow(const SQLite::Exception& error, const fs::path& path) {
    const std::string reason = error.what();
    switch (error.getErrorCode()) {
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            throw Error(ErrorKind::BadInput, path.string(), "is no SQLite database, or a damaged one (" + reason + ")",
                        "Move it away, or choose another with --db");
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            throw Error(ErrorKind::BadInput, path.string(), "the database cannot be written (" + reason + ")",
                        "Check file and folder permissions, or choose another with --db");
        case SQLITE_ERROR:
        case SQLITE_CONSTRAINT:
        case SQLITE_SCHEMA:
        case SQLITE_MISMATCH:
            throw Error(ErrorKind::BadInput, path.string(),
                        "is damaged, or was changed by another program (" + reason + ")",
                        "Move it away, or choose another with --db");
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
            throw Error(ErrorKind::Resource, path.string(), "the database cannot be written (" + reason + ")",
                        "Check the free space");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Error(ErrorKind::Resource, path.string(), "the database has been locked by another program for 10 s",
                        "Close that program");
        default: throw Error(ErrorKind::Internal, path.string(), "database error: " + reason);
    }
}

template <typename Work>
auto guarded(const fs::path& path, const Work& work) {
    try {
        return work();
    } catch (const SQLite::Exception& error) {
        rethrow(error, path);
    }
}

template <typename T>
void bindBlob(SQLite::Statement& statement, int index, const std::vector<T>& values) {
    statement.bind(index, values.data(), static_cast<int>(values.size() * sizeof(T)));
}

template <typename T>
std::vector<T> blob(const SQLite::Column& column) {
    std::vector<T> values(static_cast<std::size_t>(column.getBytes()) / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), column.getBlob(), values.size() * sizeof(T));
    return values;
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

constexpr const char* kSummaryColumns =
    "SELECT e.id, m.name, m.hash, d.name, d.split, e.bits, e.correct, e.total, e.bitops, e.weight_bytes, e.norm_bytes, "
    "e.device, e.backend, e.created_at, e.looks";
constexpr const char* kEvaluationTables =
    " FROM evaluations e JOIN models m ON m.id = e.model JOIN data_sets d ON d.id = e.data_set ";

EvaluationSummary readSummary(SQLite::Statement& row) {
    EvaluationSummary summary;
    summary.id = row.getColumn(0).getInt64();
    summary.modelName = row.getColumn(1).getString();
    summary.modelHash = row.getColumn(2).getString();
    summary.dataName = row.getColumn(3).getString();
    summary.split = row.getColumn(4).getString();
    summary.bits = parseStoredBits(row.getColumn(5).getString());
    summary.correct = row.getColumn(6).getInt64();
    summary.total = row.getColumn(7).getInt64();
    summary.bitops = row.getColumn(8).getInt64();
    summary.weightBytes = row.getColumn(9).getInt64();
    summary.normBytes = row.getColumn(10).getInt64();
    summary.device = row.getColumn(11).getString();
    summary.backend = row.getColumn(12).getString();
    summary.createdAt = row.getColumn(13).getString();
    summary.looks = row.getColumn(14).getInt();
    return summary;
}

constexpr const char* kMeasurementColumns =
    "SELECT t.id, m.hash, m.name, t.bits, t.backend, t.device, t.threads, t.batch, t.simulated, t.samples_ms, "
    "t.layers, t.machine, t.build, t.environment, t.run_group, t.created_at, t.details "
    "FROM measurements t JOIN models m ON m.id = t.model ";

/// Whether a blob holds times that a run can take.
bool holdsTimes(const SQLite::Column& column, const std::vector<double>& milliseconds) {
    constexpr double kLeast = 1e-9, kMost = 1e9;
    return !milliseconds.empty() &&
           milliseconds.size() * sizeof(double) == static_cast<std::size_t>(column.getBytes()) &&
           std::ranges::all_of(milliseconds, [](double ms) { return ms == 0 || (ms >= kLeast && ms <= kMost); });
}

/// Nothing for a row whose samples are damaged.
std::optional<Measurement> readMeasurement(SQLite::Statement& row) {
    Measurement m;
    m.id = row.getColumn(0).getInt64();
    m.modelHash = row.getColumn(1).getString();
    m.modelName = row.getColumn(2).getString();
    m.bits = parseStoredBits(row.getColumn(3).getString());
    m.backend = row.getColumn(4).getString();
    m.device = row.getColumn(5).getString();
    m.threads = row.getColumn(6).getInt();
    m.batch = row.getColumn(7).getInt();
    m.simulated = row.getColumn(8).getInt() != 0;
    m.samplesMs = blob<double>(row.getColumn(9));
    if (!holdsTimes(row.getColumn(9), m.samplesMs)) return std::nullopt;
    m.summarize();
    m.layers = layerTimesFromJson(row.getColumn(10).getString());
    m.machine = row.getColumn(11).getString();
    m.build = row.getColumn(12).getString();
    m.environmentJson = row.getColumn(13).getString();
    m.runGroup = row.getColumn(14).getInt64();
    m.createdAt = row.getColumn(15).getString();
    readDetails(row.getColumn(16).getString(), m);
    return m;
}

}  // namespace

struct Store::Connection {
    enum class Damaged { Refuse, Accept };

    explicit Connection(const fs::path& file, Damaged damaged = Damaged::Refuse) : path(file), database(open(file)) {
        database.setBusyTimeout(kBusyMs);
        if (damaged == Damaged::Refuse) refuseDamage();
        // Before anything is written: is it ours, or empty?
        migrate(database, file);
        database.exec("PRAGMA journal_mode = WAL");
        database.exec("PRAGMA synchronous = FULL");
        database.exec("PRAGMA foreign_keys = ON");
        // A file or folder that only reads is found now, not after the first hour of work.
        SQLite::Transaction probe(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec("PRAGMA user_version = " + std::to_string(schemaVersionNow()));
        // The destructor rolls back.
    }

    static SQLite::Database open(const fs::path& file) {
        std::error_code code;
        if (fs::is_directory(file, code))
            throw Error(ErrorKind::BadInput, file.string(), "is a folder, not a database", "Name a file with --db");
        return {file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    }

    /// A damaged page need not be met by the queries of a run, which would then write beside it.
    void refuseDamage() {
        constexpr std::uintmax_t kMost = 256 << 20;  // a tenth of a second, once it is in memory
        std::error_code code;
        const auto size = fs::file_size(path, code);
        if (code || size > kMost) return;
        const std::string found = database.execAndGet("PRAGMA quick_check(1)").getString();
        if (found != "ok")
            throw Error(ErrorKind::BadInput, path.string(), "the database is damaged (" + found + ")",
                        "Move it away, or choose another with --db; bitdesk db check tells more");
    }

    std::vector<std::string> problems();

    std::int64_t idOf(const char* insert, const char* select, const std::vector<std::string>& values,
                      std::size_t keys) {
        SQLite::Statement adding(database, insert);
        for (std::size_t i = 0; i < values.size(); ++i) adding.bind(static_cast<int>(i) + 1, values[i]);
        adding.exec();
        SQLite::Statement finding(database, select);
        for (std::size_t i = 0; i < keys; ++i) finding.bind(static_cast<int>(i) + 1, values[i]);
        finding.executeStep();
        return finding.getColumn(0).getInt64();
    }

    std::int64_t modelId(const std::string& hash, const std::string& name) {
        return idOf("INSERT OR IGNORE INTO models (hash, name) VALUES (?, ?)", "SELECT id FROM models WHERE hash = ?",
                    {hash, name}, 1);
    }
    std::int64_t dataId(const std::string& hash, const std::string& split, const std::string& name) {
        return idOf("INSERT OR IGNORE INTO data_sets (hash, split, name) VALUES (?, ?, ?)",
                    "SELECT id FROM data_sets WHERE hash = ? AND split = ?", {hash, split, name}, 2);
    }

    /// One sequence for evaluations and measurements.
    std::int64_t nextId() {
        return database
            .execAndGet(
                "SELECT max((SELECT coalesce(max(id), 0) FROM evaluations), "
                "(SELECT coalesce(max(id), 0) FROM measurements)) + 1")
            .getInt64();
    }

    std::int64_t insert(const LayerTable& table, const std::string& modelName);
    std::int64_t insert(const Evaluation& e);
    std::int64_t insert(const Measurement& m);
    std::int64_t findId(const EvaluationKey& key);
    std::optional<Evaluation> read(std::int64_t id);

    fs::path path;
    SQLite::Database database;
};

Store::Store(const fs::path& path) : m_connection(guarded(path, [&] { return std::make_unique<Connection>(path); })) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

const fs::path& Store::path() const { return m_connection->path; }
int Store::schemaVersion() { return schemaVersionNow(); }

fs::path Store::defaultPath() {
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    if ((data == nullptr || *data == '\0') && (home == nullptr || *home == '\0'))
        throw Error(ErrorKind::Resource, "results database", "neither XDG_DATA_HOME nor HOME is set",
                    "Name one with --db");
    const fs::path folder =
        (data != nullptr && *data != '\0' ? fs::path(data) : fs::path(home) / ".local/share") / "bitdesk";
    std::error_code code;
    fs::create_directories(folder, code);
    if (code)
        throw Error(ErrorKind::Resource, folder.string(), "cannot be made: " + code.message(),
                    "Name a database with --db");
    return folder / "results.sqlite";
}

std::int64_t Store::Connection::findId(const EvaluationKey& key) {
    SQLite::Statement row(database, std::string("SELECT e.id") + kEvaluationTables +
                                        "WHERE m.hash = ? AND d.hash = ? AND d.split = ? AND e.subset = ? AND "
                                        "e.order_seed = ? AND e.bits = ? AND e.numerics_version = ?");
    row.bind(1, key.modelHash);
    row.bind(2, key.dataHash);
    row.bind(3, key.split);
    row.bind(4, key.subset);
    row.bind(5, static_cast<std::int64_t>(key.orderSeed));
    row.bind(6, toText(key.bits));
    row.bind(7, key.numericsVersion);
    return row.executeStep() ? row.getColumn(0).getInt64() : 0;
}

std::int64_t Store::Connection::insert(const Evaluation& e) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    if (const std::int64_t existing = findId(e.key); existing != 0) return existing;
    SQLite::Statement row(
        database,
        "INSERT INTO evaluations (id, model, data_set, subset, order_seed, bits, numerics_version, correct, "
        "total, bitops, weight_bytes, norm_bytes, device, backend, seconds, created_at, looks) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    SQLite::bind(row, nextId(), modelId(e.key.modelHash, e.modelName), dataId(e.key.dataHash, e.key.split, e.dataName),
                 e.key.subset, static_cast<std::int64_t>(e.key.orderSeed), toText(e.key.bits), e.key.numericsVersion,
                 e.correct, e.total, e.bitops, e.weightBytes, e.normBytes, e.device, e.backend, e.seconds,
                 e.createdAt.empty() ? now() : e.createdAt, e.looks);
    row.exec();
    const std::int64_t id = database.getLastInsertRowid();
    SQLite::Statement images(database, "INSERT INTO predictions (evaluation, classes, correct) VALUES (?, ?, ?)");
    images.bind(1, id);
    bindBlob(images, 2, e.predictions);
    bindBlob(images, 3, e.correctMask);
    images.exec();
    transaction.commit();
    return id;
}

std::int64_t Store::Connection::insert(const Measurement& m) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
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
    row.bind(12, m.environmentJson);
    row.bind(13, m.runGroup);
    row.bind(14, m.createdAt.empty() ? now() : m.createdAt);
    row.bind(15, detailsToJson(m));
    row.bind(16, nextId());
    row.exec();
    const std::int64_t id = database.getLastInsertRowid();
    transaction.commit();
    return id;
}

std::int64_t Store::Connection::insert(const LayerTable& table, const std::string& modelName) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement row(database,
                          "INSERT INTO layer_tables (model, backend, device, threads, batch, machine, build, body, "
                          "environment, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const LayerTableKey& key = table.key;
    SQLite::bind(row, modelId(key.modelHash, modelName), key.backend, key.device, key.threads, key.batch, key.machine,
                 key.build, layerTableToJson(table), table.environmentJson,
                 table.createdAt.empty() ? now() : table.createdAt);
    row.exec();
    const std::int64_t id = database.getLastInsertRowid();
    transaction.commit();
    return id;
}

std::int64_t Store::save(const LayerTable& table, const std::string& modelName) {
    return guarded(path(), [&] { return m_connection->insert(table, modelName); });
}

std::optional<LayerTable> Store::layerTable(const LayerTableKey& key,
                                            const std::function<bool(const LayerTable&)>& accepted) {
    return guarded(path(), [&]() -> std::optional<LayerTable> {
        SQLite::Statement row(
            m_connection->database,
            "SELECT t.id, t.body, t.environment, t.created_at FROM layer_tables t JOIN models m ON "
            "m.id = t.model WHERE m.hash = ? AND t.backend = ? AND t.device = ? AND t.threads = ? AND "
            "t.batch = ? AND t.machine = ? AND t.build = ? ORDER BY t.id DESC");
        SQLite::bind(row, key.modelHash, key.backend, key.device, key.threads, key.batch, key.machine, key.build);
        while (row.executeStep()) {
            auto table = layerTableFromJson(row.getColumn(1).getString());
            if (!table) continue;
            table->id = row.getColumn(0).getInt64();
            table->key = key;
            table->environmentJson = row.getColumn(2).getString();
            table->createdAt = row.getColumn(3).getString();
            if (!accepted || accepted(*table)) return table;
        }
        return std::nullopt;
    });
}

std::int64_t Store::save(const Evaluation& evaluation) {
    return guarded(path(), [&] { return m_connection->insert(evaluation); });
}

std::int64_t Store::save(const Measurement& measurement) {
    return guarded(path(), [&] { return m_connection->insert(measurement); });
}

std::optional<Evaluation> Store::Connection::read(std::int64_t id) {
    SQLite::Statement row(database, std::string(kSummaryColumns) +
                                        ", d.hash, e.subset, e.order_seed, e.numerics_version, e.seconds, p.classes, "
                                        "p.correct" +
                                        kEvaluationTables + "JOIN predictions p ON p.evaluation = e.id WHERE e.id = ?");
    row.bind(1, id);
    if (!row.executeStep()) return std::nullopt;
    const EvaluationSummary s = readSummary(row);
    Evaluation e;
    e.id = s.id;
    e.key = {.modelHash = s.modelHash,
             .dataHash = row.getColumn(15).getString(),
             .split = s.split,
             .subset = row.getColumn(16).getInt64(),
             .orderSeed = static_cast<std::uint64_t>(row.getColumn(17).getInt64()),
             .bits = s.bits,
             .numericsVersion = row.getColumn(18).getInt()};
    e.modelName = s.modelName;
    e.dataName = s.dataName;
    e.correct = s.correct;
    e.total = s.total;
    e.bitops = s.bitops;
    e.weightBytes = s.weightBytes;
    e.normBytes = s.normBytes;
    e.device = s.device;
    e.backend = s.backend;
    e.createdAt = s.createdAt;
    e.looks = s.looks;
    e.seconds = row.getColumn(19).getDouble();
    e.predictions = blob<std::uint16_t>(row.getColumn(20));
    e.correctMask = blob<std::uint8_t>(row.getColumn(21));
    const auto total = static_cast<std::size_t>(e.total);
    if (e.predictions.size() != total || e.correctMask.size() != total ||
        std::ranges::count(e.correctMask, 1) != e.correct)
        throw Error(ErrorKind::BadInput, path.string(),
                    "evaluation " + std::to_string(id) + " is damaged: its classes do not fit its counts",
                    "Move the database away, or choose another with --db");
    return e;
}

std::optional<Evaluation> Store::find(const EvaluationKey& key) {
    return guarded(path(), [&]() -> std::optional<Evaluation> {
        const std::int64_t id = m_connection->findId(key);
        return id == 0 ? std::nullopt : m_connection->read(id);
    });
}

std::optional<Evaluation> Store::evaluation(std::int64_t id) {
    return guarded(path(), [&] { return m_connection->read(id); });
}

std::vector<EvaluationSummary> Store::evaluations(const std::string& modelHash, std::int64_t limit) {
    return guarded(path(), [&] {
        SQLite::Statement row(m_connection->database, std::string(kSummaryColumns) + kEvaluationTables +
                                                          "WHERE ?1 = '' OR m.hash = ?1 ORDER BY e.id DESC LIMIT ?2");
        row.bind(1, modelHash);
        row.bind(2, limit > 0 ? limit : std::int64_t{-1});
        std::vector<EvaluationSummary> all;
        while (row.executeStep()) all.push_back(readSummary(row));
        return all;
    });
}

std::optional<Measurement> Store::measurement(std::int64_t id) {
    return guarded(path(), [&]() -> std::optional<Measurement> {
        SQLite::Statement row(m_connection->database, std::string(kMeasurementColumns) + "WHERE t.id = ?");
        row.bind(1, id);
        if (!row.executeStep()) return std::nullopt;
        auto found = readMeasurement(row);
        if (!found)
            throw Error(ErrorKind::BadInput, path().string(),
                        "measurement " + std::to_string(id) + " is damaged: its samples are no times",
                        "Measure again, or choose another database with --db");
        return found;
    });
}

std::vector<Measurement> Store::measurements(const std::string& modelHash, std::int64_t limit) {
    return guarded(path(), [&] {
        SQLite::Statement row(m_connection->database, std::string(kMeasurementColumns) +
                                                          "WHERE ?1 = '' OR m.hash = ?1 ORDER BY t.id DESC LIMIT ?2");
        row.bind(1, modelHash);
        row.bind(2, limit > 0 ? limit : std::int64_t{-1});
        std::vector<Measurement> all;
        while (row.executeStep())
            if (auto found = readMeasurement(row)) all.push_back(std::move(*found));
        return all;
    });
}

std::vector<std::string> Store::Connection::problems() {
    std::vector<std::string> found;
    SQLite::Statement row(database, "PRAGMA integrity_check");
    while (row.executeStep())
        if (row.getColumn(0).getString() != "ok") found.push_back(row.getColumn(0).getString());
    SQLite::Statement keys(database, "PRAGMA foreign_key_check");
    while (keys.executeStep())
        found.push_back("table " + keys.getColumn(0).getString() + ", row " + keys.getColumn(1).getString() +
                        ": its reference leads nowhere");
    SQLite::Statement measured(database, kMeasurementColumns);
    while (measured.executeStep())
        if (!readMeasurement(measured))
            found.push_back("measurement " + std::to_string(measured.getColumn(0).getInt64()) +
                            ": its samples are no times");
    return found;
}

std::vector<std::string> Store::check(const fs::path& path) {
    try {
        return Connection(path, Connection::Damaged::Accept).problems();
    } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() != SQLITE_CORRUPT) rethrow(error, path);
        return {error.what()};  // so damaged that it cannot be looked through
    }
}

}  // namespace bitdesk
