// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/task.h"

#include <chrono>
#include <string>

namespace bitdesk {
namespace {

ProgressSink thinned(ProgressSink sink) {
    static constexpr std::chrono::milliseconds kPause(60);
    return [sink = std::move(sink), next = std::chrono::steady_clock::time_point(),
            activity = std::string()](const Progress& progress) mutable {
        if (std::chrono::steady_clock::now() < next && progress.activity == activity) return;
        next = std::chrono::steady_clock::now() + kPause;
        activity = progress.activity;
        sink(progress);
    };
}

}  // namespace

Task::~Task() {
    for (Running& each : m_threads) each.thread.request_stop();
    m_threads.clear();
}

void Task::cancel() {
    if (!m_threads.empty()) m_threads.back().thread.request_stop();
}

void Task::launch(Work work) {
    cancel();
    m_running = true;
    auto ended = std::make_shared<std::atomic<bool>>(false);
    auto body = [this, call = ++m_call, ended, work = std::move(work)](const std::stop_token& stop) mutable {
        Delivery outcome = outcomeOf(work, stop, call);
        work = nullptr;  // not after `ended`: who reaps the thread waits for no more than its end
        *ended = true;
        const auto deliver = [this, call, outcome = std::move(outcome)] {
            std::erase_if(m_threads, [](const Running& each) { return each.ended->load(); });
            if (call != m_call) return;
            m_running = false;
            outcome();
        };
        QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
    };
    m_threads.push_back({std::move(ended), std::jthread(std::move(body))});
}

Task::Delivery Task::outcomeOf(const Work& work, const std::stop_token& stop, std::uint64_t call) {
    const auto tell = [this, call](const Progress& progress) {
        const auto deliver = [this, call, progress] {
            if (call == m_call && m_running) emit progressed(progress);
        };
        QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
    };
    try {
        return work(stop, thinned(tell));
    } catch (const Cancelled&) {
        return [this] { emit cancelled(); };
    } catch (const std::exception& exception) {
        return [this, error = asError(exception)] { emit failed(error); };
    }
}

Error asError(const std::exception& exception) {
    const auto* error = dynamic_cast<const Error*>(&exception);
    return error != nullptr ? *error : Error(ErrorKind::Internal, {}, exception.what());
}

}  // namespace bitdesk
