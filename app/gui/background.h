// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bitdesk {

/// Runs blocking work (files, hashes, the store) on threads of its own and delivers the result on the GUI thread. The
/// latest call of a key wins: results of older calls are dropped. The destructor waits for what still runs.
class Background : public QObject {
public:
    explicit Background(QObject* parent = nullptr) : QObject(parent) {}

    /// `work` runs elsewhere; then `done(result)` or `failed(message)` here.
    template <typename Work, typename Done>
    void run(int key, Work work, Done done, std::function<void(const QString&)> failed) {
        const int call = ++callOf(key);
        reap();
        auto finished = std::make_shared<std::atomic<bool>>(false);
        m_threads.push_back({finished, std::jthread([this, key, call, finished, work = std::move(work),
                                                     done = std::move(done), failed = std::move(failed)]() mutable {
                                 using Result = decltype(work());
                                 auto result = std::make_shared<std::optional<Result>>();
                                 QString message;
                                 try {
                                     result->emplace(work());
                                 } catch (const std::exception& error) {
                                     message = QString::fromStdString(error.what());
                                 }
                                 const auto deliver = [this, key, call, result, message, done, failed] {
                                     if (callOf(key) != call) return;
                                     if (*result) done(std::move(**result));
                                     else failed(message);
                                 };
                                 QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
                                 *finished = true;
                             })});
    }

private:
    struct Running {
        std::shared_ptr<std::atomic<bool>> finished;
        std::jthread thread;
    };
    int& callOf(int key) {
        if (key >= static_cast<int>(m_calls.size())) m_calls.resize(static_cast<std::size_t>(key) + 1, 0);
        return m_calls[static_cast<std::size_t>(key)];
    }
    void reap() {
        std::erase_if(m_threads, [](const Running& running) { return running.finished->load(); });
    }

    std::vector<int> m_calls;
    std::vector<Running> m_threads;
};

}  // namespace bitdesk
