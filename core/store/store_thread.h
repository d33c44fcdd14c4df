// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/store/store.h"

namespace bitdesk {

/// Owns a Store on a thread of its own, so that no computing or GUI thread waits for the disk. Tasks run in order;
/// the destructor finishes those that were posted, but waits no longer for a lock than LockWait::stop lets it. An Error
/// thrown by a task reaches the caller through the future.
class StoreThread {
public:
    /// Opens the store on the thread and waits for it: throws what Store's constructor throws. LockWait::waiting is
    /// called from that thread.
    explicit StoreThread(const std::filesystem::path& path, StoreAccess access = {});
    ~StoreThread();

    template <typename Task>
    auto post(Task task) -> std::future<std::invoke_result_t<Task, Store&>> {
        using Result = std::invoke_result_t<Task, Store&>;
        auto packaged = std::make_shared<std::packaged_task<Result(Store&)>>(std::move(task));
        auto future = packaged->get_future();
        enqueue([packaged](Store& store) { (*packaged)(store); });
        return future;
    }

    const std::filesystem::path& path() const { return m_path; }
    bool writes() const { return m_access.use == StoreAccess::Use::Write; }
    const std::vector<std::string>& notes() const { return m_notes; }
    /// Whether its thread waits for another program's lock, so that a task posted now would wait behind it.
    bool waiting() const { return m_waiting; }

private:
    void enqueue(std::function<void(Store&)> task);
    void work(std::promise<void>& opened);

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

}  // namespace bitdesk
