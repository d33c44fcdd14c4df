// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <sqlite3.h>
#include <map>

#include "core/base/error.h"
#include "core/store/connection.h"

namespace bitdesk {

/// Copies one store's rows into another, within a transaction of the latter.
class Store::Merge {
public:
    Merge(Store& target, Store& source) : m_store(target), m_source(source), m_target(*target.m_connection) {}

    MergeResult run() {
        for (const EvaluationSummary& row : m_source.evaluations())
            taken("evaluation", row.id, [&] { addEvaluation(row.id); });
        for (const Measurement& row : m_source.measurements())
            taken("measurement", row.id, [&] { addMeasurement(row); });
        for (const auto& entry : m_source.layerTables())
            taken("layer table", entry.first.id, [&] { addTable(entry.first, entry.second); });
        for (const StoredJob& job : m_source.jobs()) taken("job", job.id, [&] { addJob(job); });
        return std::move(m_result);
    }

private:
    /// A row that ours may not hold is damaged in the source, whatever the target is called.
    template <typename Add>
    void taken(const char* what, std::int64_t id, const Add& add) {
        try {
            add();
        } catch (const SQLite::Exception& error) {
            if (error.getErrorCode() != SQLITE_CONSTRAINT) throw;
            throw Error(ErrorKind::BadInput, m_source.path().string(),
                        fmt::format("{} {} is damaged ({})", what, id, error.what()),
                        "Leave the database out; bitdesk db check tells more");
        }
    }

    void addEvaluation(std::int64_t id) {
        const auto theirs = m_source.evaluation(id);
        if (!theirs) return;
        const std::int64_t ours = m_target.findId(theirs->key());
        m_ids.evaluations[id] = ours != 0 ? ours : m_target.insert(*theirs);
        ++(ours == 0 ? m_result.evaluations : m_result.known);
        if (ours != 0) m_target.dataId(*theirs);  // what an older schema did not tell
        if (ours != 0 && m_target.read(ours)->predictions != theirs->predictions)
            m_result.conflicts.push_back(
                fmt::format("{} at {} on {} ({}): evaluation {} gives other answers than {} in {}", theirs->modelName,
                            toText(theirs->bits), theirs->dataName, theirs->split, ours, id, m_source.path().string()));
    }

    void addMeasurement(const Measurement& row) {
        const std::int64_t ours = m_target.findId(row);
        m_ids.measurements[row.id] = ours != 0 ? ours : m_target.insert(row);
        ++(ours == 0 ? m_result.measurements : m_result.known);
    }

    void addTable(const LayerTable& table, const std::string& modelName) {
        const bool known = m_target.holds(table);
        if (!known) m_target.insert(table, modelName);
        ++(known ? m_result.known : m_result.layerTables);
    }

    void addJob(const StoredJob& job) {
        const auto ours = m_store.findJob(job.kind, job.request);
        const std::int64_t id = ours ? ours->id : m_target.insertJob(job.kind, job.request, job.state);
        // Parts of a job: it is done where all of them are.
        if (ours && job.state != JobState::Done) m_target.setJobState(id, job.state);
        for (JobItem item : m_source.jobItems(job.id)) {
            item.evaluation = m_ids.evaluations[item.evaluation];
            item.measurement = m_ids.measurements[item.measurement];
            m_target.finishItem(id, item);
        }
    }

    Store& m_store;
    Store& m_source;
    Store::Connection& m_target;
    struct {
        std::map<std::int64_t, std::int64_t> evaluations, measurements;  ///< ours by theirs; 0: none
    } m_ids;
    MergeResult m_result;
};

MergeResult Store::merge(Store& other) {
    return m_connection->inTransaction([&] { return Merge(*this, other).run(); });
}

}  // namespace bitdesk
