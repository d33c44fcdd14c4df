// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <SQLiteCpp/VariadicBind.h>
#include <array>

#include "core/base/clock.h"
#include "core/store/connection.h"

namespace bitdesk {
namespace {

constexpr const char* kJobColumns =
    "SELECT j.id, j.kind, j.request, j.state, j.created_at, coalesce(j.finished_at, ''), "
    "(SELECT count(evaluation) FROM job_items WHERE job = j.id), "
    "(SELECT count(measurement) FROM job_items WHERE job = j.id) FROM jobs j ";

JobState parseState(const std::string& text) {
    for (const JobState state : {JobState::Done, JobState::Failed, JobState::Cancelled})
        if (text == toText(state)) return state;
    return JobState::Running;
}

StoredJob readJob(SQLite::Statement& row) {
    return {.id = row.getColumn(0).getInt64(),
            .kind = row.getColumn(1).getString(),
            .request = row.getColumn(2).getString(),
            .state = parseState(row.getColumn(3).getString()),
            .evaluated = row.getColumn(6).getInt64(),
            .measured = row.getColumn(7).getInt64(),
            .createdAt = row.getColumn(4).getString(),
            .finishedAt = row.getColumn(5).getString()};
}

/// 0 is kept as NULL: a reference must lead somewhere.
void bindId(SQLite::Statement& row, int index, std::int64_t id) {
    if (id > 0) row.bind(index, id);
    else row.bind(index);
}

}  // namespace

std::int64_t Store::Connection::insertJob(const std::string& kind, const std::string& request, JobState state) {
    SQLite::Statement row(database, "INSERT INTO jobs (kind, request, state, created_at) VALUES (?, ?, ?, ?)");
    SQLite::bind(row, kind, request, toText(state), utcNow());
    row.exec();
    return database.getLastInsertRowid();
}

void Store::Connection::setJobState(std::int64_t job, JobState state) {
    SQLite::Statement row(database, "UPDATE jobs SET state = ?, finished_at = ? WHERE id = ?");
    row.bind(1, toText(state));
    if (state == JobState::Running) row.bind(2);
    else row.bind(2, utcNow());
    row.bind(3, job);
    row.exec();
}

void Store::Connection::finishItem(std::int64_t job, const JobItem& item) {
    if (item.position < 0) return;
    SQLite::Statement row(
        database,
        "INSERT INTO job_items (job, position, request, evaluation, measurement, finished_at) VALUES "
        "(?, ?, ?, ?, ?, ?) ON CONFLICT (job, position) DO UPDATE SET evaluation = coalesce(evaluation, "
        "excluded.evaluation), measurement = coalesce(measurement, excluded.measurement), finished_at = "
        "excluded.finished_at");
    SQLite::bind(row, job, item.position, toText(item.bits));
    bindId(row, 4, item.evaluation);
    bindId(row, 5, item.measurement);
    row.bind(6, utcNow());
    row.exec();
}

std::int64_t Store::beginJob(const std::string& kind, const std::string& request) {
    return m_connection->inTransaction([&] { return m_connection->insertJob(kind, request, JobState::Running); });
}

std::optional<StoredJob> Store::findJob(const std::string& kind, const std::string& request) {
    return m_connection->guarded([&]() -> std::optional<StoredJob> {
        SQLite::Statement row(
            m_connection->database,
            std::string(kJobColumns) + "WHERE j.kind = ? AND j.request = ? ORDER BY j.id DESC LIMIT 1");
        SQLite::bind(row, kind, request);
        if (!row.executeStep()) return std::nullopt;
        return readJob(row);
    });
}

std::vector<JobItem> Store::jobItems(std::int64_t job) {
    return m_connection->guarded([&] {
        SQLite::Statement row(m_connection->database,
                              "SELECT position, request, coalesce(evaluation, 0), coalesce(measurement, 0) FROM "
                              "job_items WHERE job = ? ORDER BY position");
        row.bind(1, job);
        std::vector<JobItem> items;
        while (row.executeStep())
            items.push_back({.position = row.getColumn(0).getInt64(),
                             .bits = parseStoredBits(row.getColumn(1).getString()),
                             .evaluation = row.getColumn(2).getInt64(),
                             .measurement = row.getColumn(3).getInt64()});
        return items;
    });
}

void Store::finishItems(std::int64_t job, std::span<const JobItem> items) {
    m_connection->inTransaction([&] {
        for (const JobItem& item : items)
            if (item.evaluation > 0 || item.measurement > 0) m_connection->finishItem(job, item);
        return true;
    });
}

void Store::setJobState(std::int64_t job, JobState state) {
    m_connection->inTransaction([&] {
        m_connection->setJobState(job, state);
        return true;
    });
}

std::vector<StoredJob> Store::jobs(std::int64_t limit) {
    return m_connection->guarded([&] {
        SQLite::Statement row(m_connection->database, std::string(kJobColumns) + "ORDER BY j.id DESC LIMIT ?");
        row.bind(1, limit > 0 ? limit : std::int64_t{-1});
        std::vector<StoredJob> all;
        while (row.executeStep()) all.push_back(readJob(row));
        return all;
    });
}

}  // namespace bitdesk
