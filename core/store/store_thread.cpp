// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/store_thread.h"

#include <optional>

namespace bitdesk {

StoreThread::StoreThread(const std::filesystem::path& path) : m_path(path) {
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
        store.emplace(m_path);
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
    }
}

}  // namespace bitdesk
