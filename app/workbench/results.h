// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "app/jobs/executors.h"
#include "app/jobs/report_job.h"
#include "app/workbench/task.h"
#include "core/base/compute_arbiter.h"
#include "core/data/data_set.h"
#include "core/model/meta_model.h"
#include "core/report/report.h"
#include "core/store/store_thread.h"

namespace bitdesk {

/// A report that was opened to be shown beside one's own results. It comes from a file that anybody may have written,
/// and a stored accuracy is an answer; so what it holds is shown, and never enters the database.
struct Session {
    QString name;  ///< of its file
    Report report;

    /// Throws Error (BadInput).
    static Session read(const QString& path);

    const ReportInput& input() const { return report.input; }
    const BitConfiguration& baseline() const { return input().subjects.front().bits; }
    /// Its first other mix; the baseline where there is none.
    const BitConfiguration& mix() const { return input().subjects[input().subjects.size() > 1 ? 1 : 0].bits; }
    /// Why the model, opened from that file, is not the one that this is of; empty: it is.
    QString misfit(const MetaModel& model, const QString& file) const;

    /// Of this model, this data set and its whole split, at widths that it has; what the model itself tells is worked
    /// out. Ids below 0: they are not of the database.
    std::vector<EvaluationSummary> rows(const MetaModel& model, const DataSet& data) const;
    std::vector<Measurement> latencies(const MetaModel& model) const;
};

/// What was found so far: the results database, and beside it a report that was opened as a session. Rows and latencies
/// are those of the model and data set in hand. All that takes long is read on the store's second connection.
class Results : public QObject {
    Q_OBJECT
public:
    /// Latencies may be compared where `device` and the arbiter's threads took them.
    Results(jobs::DeviceChoice device, const ComputeArbiter& arbiter, QObject* parent = nullptr);

    /// Null: results are not stored. Who computes with it keeps it, so that another can take its place meanwhile.
    const std::shared_ptr<StoreThread>& store() const { return m_store; }
    /// At the start: made where it is not there; empty: the user's.
    void openFirst(const QString& path);
    /// One that is there, in place of the present one, which stays where the other cannot be opened.
    void open(const QString& path);
    /// The window closes: nobody waits for another program's lock any more.
    void stopWaiting() { m_closing.request_stop(); }

    const std::optional<Session>& session() const { return m_session; }
    void setSession(std::optional<Session> session);

    /// Another model or data set in hand, both not null.
    void begin(std::shared_ptr<const MetaModel> model, std::shared_ptr<const DataSet> data);
    /// Reads what is stored by now.
    void refresh();
    /// A mix that was seen to the end; of id 0: not stored.
    void add(const EvaluationSummary& row);

    /// Newest first, those of a session last.
    std::vector<EvaluationSummary> rows() const;
    /// For a plot: those of a session first, then oldest first.
    std::vector<EvaluationSummary> points() const;
    /// The newest stored evaluation of a mix over all images; 0: none.
    std::int64_t idOf(const BitConfiguration& bits) const;
    /// That may stand on one axis, the newest of a mix last; those of a session first.
    const std::vector<Measurement>& latencies() const { return m_latencies; }
    /// Those of the database alone.
    const std::vector<Measurement>& storedLatencies() const { return m_storedLatencies; }

    void write(jobs::ReportRequest request, const std::vector<std::string>& limits, const QStringList& files);

signals:
    void storeChanged();
    /// There is none to begin with.
    void notStored(const bitdesk::Error& error);
    void sessionChanged();
    /// All that was shown is of another model or data set.
    void cleared();
    void rowsChanged();
    void added(const bitdesk::EvaluationSummary& row);
    void latenciesChanged();
    void written(const QString& title, const QString& summary, const QStringList& files);
    void failed(const QString& title, const QString& message);

private:
    void take(std::shared_ptr<StoreThread> store);
    void takeRows(std::vector<EvaluationSummary> rows);
    void loadLatencies();
    void takeLatencies(std::vector<Measurement> stored);
    std::vector<EvaluationSummary> sessionRows() const;

    jobs::DeviceChoice m_device;
    const ComputeArbiter& m_arbiter;
    std::stop_source m_closing;
    StoreAccess m_toWrite;
    std::shared_ptr<StoreThread> m_store;
    std::optional<Session> m_session;
    std::shared_ptr<const MetaModel> m_model;
    std::shared_ptr<const DataSet> m_data;
    std::vector<EvaluationSummary> m_rows;   ///< of the database, newest first
    std::vector<EvaluationSummary> m_since;  ///< added since it was asked for its rows
    std::vector<Measurement> m_latencies, m_storedLatencies;
    Task m_opening, m_retiring, m_readingRows, m_readingLatencies, m_writing;
};

}  // namespace bitdesk
