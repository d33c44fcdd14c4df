// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/store/store.h"

namespace bitdesk {

/// Owns a Store on a thread of its own, so that no GUI thread waits for the disk, and a computing one only where it
/// wants the answer. Tasks run in order; the destructor finishes those that were posted, but waits no longer for a lock
/// than LockWait::stop lets it. An Error thrown by a task reaches the caller through the future. Thread-safe.
class StoreThread {
public:
    /// Opens the store on the thread and waits for it: throws what Store's constructor throws. LockWait::waiting is
    /// called from that thread.
    explicit StoreThread(const std::filesystem::path& path, StoreAccess access = {});
    ~StoreThread();

    template <typename Task>
    auto post(Task task) {
        return enqueue(*m_own, std::move(task));
    }
    /// For what takes long (a history, a report): on a second connection, which only reads, and a thread of its own, so
    /// that nothing posted waits behind it. It sees what was stored when it begins. The first call opens the
    /// connection, and throws what Store's constructor throws. Where a reader would keep the writer waiting (no
    /// write-ahead log), and in memory, it is post().
    template <typename Task>
    auto read(Task task) {
        return enqueue(reader(), std::move(task));
    }

    const std::filesystem::path& path() const { return m_path; }
    bool writes() const { return m_access.use == StoreAccess::Use::Write; }
    const std::vector<std::string>& notes() const;
    /// Whether its thread waits for another program's lock, so that a task posted now would wait behind it.
    bool waiting() const;

private:
    class Connection;

    template <typename Task>
    static auto enqueue(Connection& connection, Task task) {
        using Result = std::invoke_result_t<Task, Store&>;
        auto packaged = std::make_shared<std::packaged_task<Result(Store&)>>(std::move(task));
        auto future = packaged->get_future();
        enqueueTask(connection, [packaged](Store& store) { (*packaged)(store); });
        return future;
    }
    static void enqueueTask(Connection& connection, std::function<void(Store&)> task);
    Connection& reader();

    std::filesystem::path m_path;
    StoreAccess m_access;
    std::unique_ptr<Connection> m_own;
    std::mutex m_opening;  ///< of m_reader
    std::unique_ptr<Connection> m_reader;
};

}  // namespace bitdesk
