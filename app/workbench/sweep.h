// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QStringList>
#include <string>

#include "app/jobs/batch_job.h"
#include "app/workbench/results.h"
#include "app/workbench/task.h"
#include "core/base/compute_arbiter.h"

namespace bitdesk {

/// A batch that runs below the hand, one at a time: a drag pauses it. What it stores is among the results every few
/// seconds.
class Sweep : public QObject {
    Q_OBJECT
public:
    /// Both outlive it.
    Sweep(Results& results, ComputeArbiter& arbiter, QObject* parent = nullptr);

    bool running() const { return m_running.running(); }
    /// Goes on with an earlier run of the same batch. `modelHash`: what the model must be, since its file may have
    /// changed since it was opened; empty: whatever it is.
    void run(const jobs::Batch& batch, const std::string& modelHash);
    /// What is finished is stored.
    void cancel() { m_running.cancel(); }
    /// As a batch file.
    void save(const jobs::Batch& batch, const QString& path);

signals:
    void began();
    void progressed(const bitdesk::Progress& progress);
    /// Whatever came of it.
    void ended();
    void saved(const QString& path);
    void written(const QString& title, const QString& summary, const QStringList& files);
    void failed(const QString& title, const QString& message);

private:
    struct Outcome {
        QString summary, problem;  ///< problem empty: all went well
        QStringList files;
    };
    static Outcome outcomeOf(const jobs::BatchResult& result);
    void end();
    void tell(const Outcome& outcome);

    Results& m_results;
    ComputeArbiter& m_arbiter;
    QElapsedTimer m_sinceRefresh;
    Task m_saving, m_running;
};

}  // namespace bitdesk
