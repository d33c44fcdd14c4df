// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QStringList>
#include <atomic>
#include <memory>
#include <thread>

#include "app/jobs/batch_job.h"
#include "app/jobs/job_context.h"

namespace bitdesk {

/// Runs one batch at a time on a thread of its own, below the hand: a drag pauses it. Signals are
/// emitted on that thread: receivers on the GUI thread get them queued.
class BatchRunner : public QObject {
    Q_OBJECT
public:
    explicit BatchRunner(QObject* parent = nullptr) : QObject(parent) {}
    ~BatchRunner() override;  ///< cancels and joins; what is finished is stored

    bool running() const { return m_running; }
    /// Goes on with an earlier run of the same batch. `store` and `arbiter` must outlive the runner. `modelHash`: what
    /// the model must be, since its file may have changed since it was opened; empty: whatever it is.
    void start(jobs::Batch batch, std::string modelHash, StoreThread& store, ComputeArbiter& arbiter);
    void cancel();

signals:
    /// remaining < 0: not known, seconds
    void progressed(const QString& activity, double fraction, double remaining);
    /// `problem` empty: all went well.
    void finished(const QString& summary, const QStringList& files, const QString& problem);
    void cancelled();

private:
    void work(const jobs::Batch& batch, const std::string& modelHash, StoreThread& store, ComputeArbiter& arbiter,
              const std::stop_token& stop);

    std::atomic<bool> m_running = false;
    std::jthread m_thread;
};

}  // namespace bitdesk
