// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <map>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/store/connection.h"

namespace bitdesk {
namespace {

constexpr const char* kEvaluationTables =
    " FROM evaluations e JOIN models m ON m.id = e.model JOIN data_sets d ON d.id = e.data_set ";

/// Where a field of an evaluation is kept.
std::string evaluationColumn(std::string_view key) {
    static const std::map<std::string_view, const char*> kElsewhere{
        {"model", "m.name"},          {"model_hash", "m.hash"},
        {"data", "d.name"},           {"data_hash", "d.hash"},
        {"split", "d.split"},         {"preparation", "coalesce(d.preparation, '')"},
        {"skipped", "d.skipped"},     {"numerics", "e.numerics_version"},
        {"predictions", "p.classes"}, {"correct_mask", "p.correct"}};
    const auto found = kElsewhere.find(key);
    return found != kElsewhere.end() ? found->second : "e." + std::string(key);
}

/// Why a row is no evaluation; empty: it is one.
std::string damageOf(const Evaluation& e, const std::string& bits) {
    const bool counted = e.total > 0 && e.correct >= 0 && e.correct <= e.total && e.looks > 0;
    if (!counted || e.numericsVersion < 0) return "its counts are out of range";
    if (toText(e.bits) != bits) return "its bits are no mix";
    const auto total = static_cast<std::size_t>(e.total);
    const bool fits = e.predictions.size() == total && e.correctMask.size() == total &&
                      std::ranges::count(e.correctMask, 1) == e.correct &&
                      std::ranges::count(e.correctMask, 0) == e.total - e.correct;
    return fits ? std::string() : "its classes do not fit its counts";
}

}  // namespace

std::int64_t Store::Connection::findId(const EvaluationKey& key) {
    SQLite::Statement row(database, std::string("SELECT e.id") + kEvaluationTables +
                                        "WHERE m.hash = ? AND d.hash = ? AND d.split = ? AND e.subset = ? AND "
                                        "e.order_seed = ? AND e.bits = ? AND e.numerics_version = ?");
    SQLite::bind(row, key.modelHash, key.dataHash, key.split, key.subset, static_cast<std::int64_t>(key.orderSeed),
                 toText(key.bits), key.numericsVersion);
    return row.executeStep() ? row.getColumn(0).getInt64() : 0;
}

std::int64_t Store::Connection::insert(const Evaluation& e) {
    if (const std::int64_t existing = findId(e.key()); existing != 0) return existing;
    SQLite::Statement row(
        database,
        "INSERT INTO evaluations (id, model, data_set, subset, order_seed, bits, numerics_version, correct, "
        "total, bitops, weight_bytes, norm_bytes, device, backend, seconds, created_at, looks) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    SQLite::bind(row, nextId(), modelId(e.modelHash, e.modelName), dataId(e), e.subset,
                 static_cast<std::int64_t>(e.orderSeed), toText(e.bits), e.numericsVersion, e.correct, e.total,
                 e.bitops, e.weightBytes, e.normBytes, e.device, e.backend, e.seconds,
                 e.createdAt.empty() ? utcNow() : e.createdAt, e.looks);
    row.exec();
    const std::int64_t id = database.getLastInsertRowid();
    SQLite::Statement images(database, "INSERT INTO predictions (evaluation, classes, correct) VALUES (?, ?, ?)");
    images.bind(1, id);
    bindBlob(images, 2, e.predictions);
    bindBlob(images, 3, e.correctMask);
    images.exec();
    return id;
}

std::optional<Evaluation> Store::Connection::read(std::int64_t id) {
    SQLite::Statement row(database, selected<Evaluation>(evaluationColumn) + kEvaluationTables +
                                        "LEFT JOIN predictions p ON p.evaluation = e.id WHERE e.id = ?");
    row.bind(1, id);
    if (!row.executeStep()) return std::nullopt;
    const auto e = rowOf<Evaluation>(row);
    const std::string damage = damageOf(e, row.getColumn("bits").getString());
    if (!damage.empty())
        throw Error(ErrorKind::BadInput, path.string(), "evaluation " + std::to_string(id) + " is damaged: " + damage,
                    hintOfDamagedRow());
    return e;
}

std::int64_t Store::save(const Evaluation& evaluation) { return save(std::span(&evaluation, 1), {}).front(); }

std::vector<std::int64_t> Store::save(std::span<const Evaluation> rows, const JobRows& of) {
    return m_connection->inTransaction([&] {
        std::vector<std::int64_t> ids;
        for (const Evaluation& row : rows) {
            ids.push_back(m_connection->insert(row));
            m_connection->setNames(row.key(), row.modelName, row.dataName);
        }
        for (std::size_t i = 0; of.job > 0 && i < ids.size(); ++i)
            m_connection->finishItem(
                of.job, {.position = of.positions[i], .bits = rows[i].bits, .evaluation = ids[i], .measurement = 0});
        return ids;
    });
}

void Store::setNames(const EvaluationKey& key, const std::string& modelName, const std::string& dataName) {
    m_connection->inTransaction([&] {
        m_connection->setNames(key, modelName, dataName);
        return true;
    });
}

std::int64_t Store::findId(const EvaluationKey& key) {
    return m_connection->guarded([&] { return m_connection->findId(key); });
}

std::optional<Evaluation> Store::find(const EvaluationKey& key) {
    return m_connection->guarded([&]() -> std::optional<Evaluation> {
        const std::int64_t id = m_connection->findId(key);
        return id == 0 ? std::nullopt : m_connection->read(id);
    });
}

std::optional<Evaluation> Store::evaluation(std::int64_t id) {
    return m_connection->guarded([&] { return m_connection->read(id); });
}

std::optional<EvaluationSummary> Store::summary(std::int64_t id) {
    return firstOf(
        m_connection->rows(selected<EvaluationSummary>(evaluationColumn) + kEvaluationTables + "WHERE e.id = ?",
                           rowOf<EvaluationSummary>, id));
}

std::vector<EvaluationSummary> Store::evaluations(const std::string& modelHash, std::int64_t limit) {
    return m_connection->rows(selected<EvaluationSummary>(evaluationColumn) + kEvaluationTables +
                                  "WHERE ?1 = '' OR m.hash = ?1 ORDER BY e.id DESC LIMIT ?2",
                              rowOf<EvaluationSummary>, modelHash, atMost(limit));
}

}  // namespace bitdesk
