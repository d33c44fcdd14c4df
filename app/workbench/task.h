// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QString>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace bitdesk {

/// One kind of work that the GUI thread must not wait for: files, the store, a job. Starting it again asks the work
/// before to stop, and nothing more is told of that: the latest wins. Everything is delivered on the thread that this
/// object lives in. The destructor asks what runs to stop, and waits for it: make it the last member of its owner.
class Task : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    ~Task() override;

    /// From start() until done, failed or cancelled is told.
    bool running() const { return m_running; }
    /// Asks the work to stop. What it comes to is told all the same.
    void cancel();

    /// `work(stop, progress)`, or `work()`, runs on a thread of its own; then `done(result)` here, `done()` where it
    /// has none, or a signal tells what came instead. What the work holds is let go on its own thread.
    template <typename Work, typename Done>
    void start(Work work, Done done) {
        launch([work = std::move(work), done = std::move(done)](
                   const std::stop_token& stop, const ProgressSink& progress) mutable -> std::function<void()> {
            const auto run = [&] {
                if constexpr (std::is_invocable_v<Work&>) return work();
                else return work(stop, progress);
            };
            using Result = decltype(run());
            if constexpr (std::is_void_v<Result>) {
                run();
                return std::move(done);
            } else {
                auto result = std::make_shared<Result>(run());
                return [result, done = std::move(done)]() mutable { done(std::move(*result)); };
            }
        });
    }

    /// Lets `owner` tell what fails, by its signal failed(title, message).
    template <typename Owner>
    void failAs(Owner* owner, const QString& title) {
        connect(this, &Task::failed, owner,
                [owner, title](const Error& error) { emit owner->failed(title, QString::fromUtf8(error.what())); });
    }

signals:
    /// Thinned out: a window has better to do than to draw each image. A new activity is always told.
    void progressed(const bitdesk::Progress& progress);
    /// What is no Error is one of kind Internal.
    void failed(const bitdesk::Error& error);
    void cancelled();

private:
    using Delivery = std::function<void()>;
    using Work = std::function<Delivery(const std::stop_token&, const ProgressSink&)>;
    struct Running {
        std::shared_ptr<std::atomic<bool>> ended;
        std::jthread thread;
    };
    void launch(Work work);
    Delivery outcomeOf(const Work& work, const std::stop_token& stop, std::uint64_t call);

    bool m_running = false;
    std::uint64_t m_call = 0;
    std::vector<Running> m_threads;  ///< the latest is the last
};

/// An exception as the value that is told of it.
Error asError(const std::exception& exception);

}  // namespace bitdesk
