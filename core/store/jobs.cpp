// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>

#include "core/base/clock.h"
#include "core/store/connection.h"

namespace bitdesk {
namespace {

constexpr const char* kJobColumns =
    "SELECT j.id, j.kind, j.request, j.state, j.created_at, coalesce(j.finished_at, ''), "
    "(SELECT count(evaluation) FROM job_items WHERE job = j.id), "
    "(SELECT count(measurement) FROM job_items WHERE job = j.id) FROM jobs j ";

constexpr std::array kStates{"running", "done", "failed", "cancelled"};  // by JobState
static_assert(kStates.size() == 1 + static_cast<std::size_t>(JobState::Cancelled));

JobState parseState(const std::string& text) {
    const auto known = std::ranges::find(kStates, text);
    return known != kStates.end() ? static_cast<JobState>(known - kStates.begin()) : JobState::Running;
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

}  // namespace

const char* toText(JobState state) { return kStates.at(static_cast<std::size_t>(state)); }

std::int64_t Store::Connection::insertJob(const std::string& kind, const std::string& request, JobState state) {
    SQLite::Statement row(database, "INSERT INTO jobs (kind, request, state, created_at) VALUES (?, ?, ?, ?)");
    SQLite::bind(row, kind, request, toText(state), utcNow());
    row.exec();
    return database.getLastInsertRowid();
}

void Store::Connection::setJobState(std::int64_t job, JobState state) {
    SQLite::Statement row(database, "UPDATE jobs SET state = ?, finished_at = nullif(?, '') WHERE id = ?");
    SQLite::bind(row, toText(state), state == JobState::Running ? std::string() : utcNow(), job);
    row.exec();
}

void Store::Connection::finishItem(std::int64_t job, const JobItem& item) {
    if (item.position < 0) return;
    SQLite::Statement row(
        database,
        "INSERT INTO job_items (job, position, request, evaluation, measurement, finished_at) VALUES "
        "(?, ?, ?, nullif(?, 0), nullif(?, 0), ?) ON CONFLICT (job, position) DO UPDATE SET evaluation = "
        "coalesce(evaluation, "
        "excluded.evaluation), measurement = coalesce(measurement, excluded.measurement), finished_at = "
        "excluded.finished_at");
    // An id of 0 is kept as NULL: a reference must lead somewhere.
    SQLite::bind(row, job, item.position, toText(item.bits), item.evaluation, item.measurement, utcNow());
    row.exec();
}

std::int64_t Store::beginJob(const std::string& kind, const std::string& request) {
    return m_connection->inTransaction([&] { return m_connection->insertJob(kind, request, JobState::Running); });
}

std::optional<StoredJob> Store::findJob(const std::string& kind, const std::string& request) {
    return firstOf(
        m_connection->rows(std::string(kJobColumns) + "WHERE j.kind = ? AND j.request = ? ORDER BY j.id DESC LIMIT 1",
                           readJob, kind, request));
}

std::vector<JobItem> Store::jobItems(std::int64_t job) {
    const auto read = [](SQLite::Statement& row) {
        return JobItem{.position = row.getColumn(0).getInt64(),
                       .bits = parseStoredBits(row.getColumn(1).getString()),
                       .evaluation = row.getColumn(2).getInt64(),
                       .measurement = row.getColumn(3).getInt64()};
    };
    return m_connection->rows(
        "SELECT position, request, coalesce(evaluation, 0), coalesce(measurement, 0) FROM job_items WHERE job = ? "
        "ORDER BY position",
        read, job);
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
    return m_connection->rows(std::string(kJobColumns) + "ORDER BY j.id DESC LIMIT ?", readJob, atMost(limit));
}

}  // namespace bitdesk
