// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/store_thread.h"

#include <optional>

namespace bitdesk {

StoreThread::StoreThread(const std::filesystem::path& path, StoreAccess access)
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

StoreThread::~StoreThread() {
    {
        const std::scoped_lock lock(m_mutex);
        m_closing = true;
    }
    m_stop.request_stop();
    m_changed.notify_all();
}

void StoreThread::enqueue(std::function<void(Store&)> task) {
    {
        const std::scoped_lock lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_changed.notify_all();
}

void StoreThread::work(std::promise<void>& opened) {
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
    for (;;) {
        std::function<void(Store&)> task;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_closing || !m_tasks.empty(); });
            if (m_tasks.empty()) return;
            task = std::move(m_tasks.front());
            m_tasks.pop_front();
        }
        task(*store);
        m_waiting = false;
    }
}

}  // namespace bitdesk
