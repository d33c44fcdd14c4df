// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/store_thread.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <optional>
#include <stop_token>
#include <thread>

namespace bitdesk {

/// One Store, its thread, and the tasks that wait for it.
class StoreThread::Connection {
public:
    Connection(const std::filesystem::path& path, StoreAccess access)
        : m_path(path), m_access(std::move(access)), m_forward(m_access.wait.stop, [this] { m_stop.request_stop(); }) {
        m_access.wait.stop = m_stop.get_token();
        m_access.wait.waiting = [this, tell = m_access.wait.waiting](double seconds) {
            constexpr double kNoticed = 0.2;  // others' locks are shorter as a rule
            if (seconds >= kNoticed) m_waiting = true;
            if (tell) tell(seconds);
        };
        std::promise<void> opened;
        auto ready = opened.get_future();
        m_thread = std::jthread([this, &opened] { work(opened); });
        ready.get();
    }
    ~Connection() {
        {
            const std::scoped_lock lock(m_mutex);
            m_closing = true;
        }
        m_stop.request_stop();
        m_changed.notify_all();
    }

    void enqueue(std::function<void(Store&)> task) {
        {
            const std::scoped_lock lock(m_mutex);
            m_tasks.push_back(std::move(task));
        }
        m_changed.notify_all();
    }
    const std::vector<std::string>& notes() const { return m_notes; }
    bool waiting() const { return m_waiting; }

private:
    void work(std::promise<void>& opened) {
        std::optional<Store> store;
        try {
            store.emplace(m_path, m_access);
            m_notes = store->notes();
            m_waiting = false;
            opened.set_value();
        } catch (...) {
            opened.set_exception(std::current_exception());
            return;
        }
        while (auto task = next()) {
            task(*store);
            m_waiting = false;
        }
    }
    /// Empty: there are no more.
    std::function<void(Store&)> next() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_closing || !m_tasks.empty(); });
        if (m_tasks.empty()) return {};
        auto task = std::move(m_tasks.front());
        m_tasks.pop_front();
        return task;
    }

    std::filesystem::path m_path;
    StoreAccess m_access;
    std::vector<std::string> m_notes;
    std::atomic<bool> m_waiting = false;
    std::stop_source m_stop;
    std::stop_callback<std::function<void()>> m_forward;  ///< from LockWait::stop
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void(Store&)>> m_tasks;
    bool m_closing = false;
    std::jthread m_thread;
};

StoreThread::StoreThread(const std::filesystem::path& path, StoreAccess access)
    : m_path(path), m_access(std::move(access)), m_own(std::make_unique<Connection>(path, m_access)) {}

StoreThread::~StoreThread() = default;

void StoreThread::enqueueTask(Connection& connection, std::function<void(Store&)> task) {
    connection.enqueue(std::move(task));
}

StoreThread::Connection& StoreThread::reader() {
    if (m_path == ":memory:" || !m_own->notes().empty()) return *m_own;  // notes: there is no write-ahead log
    const std::scoped_lock lock(m_opening);
    if (m_reader == nullptr) {
        StoreAccess access = m_access;
        access.use = StoreAccess::Use::Read;
        m_reader = std::make_unique<Connection>(m_path, std::move(access));
    }
    return *m_reader;
}

const std::vector<std::string>& StoreThread::notes() const { return m_own->notes(); }
bool StoreThread::waiting() const { return m_own->waiting(); }

}  // namespace bitdesk
