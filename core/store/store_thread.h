// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include "core/store/store.h"

namespace bitdesk {

/// Owns a Store on a thread of its own, so that no computing or GUI thread waits for the disk. Tasks run in order;
/// the destructor finishes those that were posted. An Error thrown by a task reaches the caller through the future.
class StoreThread {
public:
    /// Opens the store on the thread and waits for it: throws what Store's constructor throws.
    explicit StoreThread(const std::filesystem::path& path);
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

private:
    void enqueue(std::function<void(Store&)> task);
    void work(std::promise<void>& opened);

    std::filesystem::path m_path;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void(Store&)>> m_tasks;
    bool m_closing = false;
    std::jthread m_thread;
};

}  // namespace bitdesk
