// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace bitdesk {

/// Progress of a worker, thinned out: a window has better to do than to draw each image. A new activity is always told.
ProgressSink thinned(ProgressSink sink);

/// Runs one job at a time on a thread of its own. Everything is delivered on the thread that this object lives in. The
/// destructor cancels, and waits.
class JobRunner : public QObject {
    Q_OBJECT
public:
    explicit JobRunner(QObject* parent = nullptr) : QObject(parent) {}

    bool running() const { return m_running; }
    void cancel() { m_thread.request_stop(); }

    /// `work(stop, progress)` runs elsewhere; then `done(result)` here, or a signal tells what came instead.
    template <typename Work, typename Done>
    void start(Work work, Done done) {
        m_running = true;
        m_thread = std::jthread([this, work = std::move(work), done = std::move(done)](std::stop_token stop) mutable {
            using Result = decltype(work(stop, ProgressSink()));
            auto result = std::make_shared<std::optional<Result>>();
            QString message;
            bool stopped = false;
            try {
                result->emplace(work(stop, thinned([this](const Progress& p) { tell(p); })));
            } catch (const Cancelled&) {
                stopped = true;
            } catch (const std::exception& error) {
                message = QString::fromStdString(error.what());
            }
            const auto deliver = [this, result, message, stopped, done = std::move(done)] {
                m_running = false;
                if (*result) done(std::move(**result));
                else if (stopped) emit cancelled();
                else emit failed(message);
            };
            QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
        });
    }

signals:
    /// remaining < 0: not known, seconds
    void progressed(const QString& activity, double fraction, double remaining);
    void failed(const QString& message);
    void cancelled();

private:
    void tell(const Progress& progress);  ///< from the job's thread

    bool m_running = false;
    std::jthread m_thread;  // last, so first to go
};

}  // namespace bitdesk
