// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bitdesk::packed {

/// A fixed team of threads that take items of work from one counter. The caller works, too, and waits only for items
/// that somebody has begun: on a busy machine, where a thread may not get a core for milliseconds, the others do its
/// share. Threads wait spinning for some microseconds, since a layer is short, and then asleep.
class ThreadTeam {
public:
    explicit ThreadTeam(int threads);
    ~ThreadTeam();
    ThreadTeam(const ThreadTeam&) = delete;
    ThreadTeam& operator=(const ThreadTeam&) = delete;

    int size() const { return static_cast<int>(m_threads.size()) + 1; }

    /// Calls work(item, thread) for every item 0 … items − 1, in any order, on threads 0 (the caller's) … size − 1, and
    /// returns when all are done. An exception of any of them is thrown here.
    void run(int items, const std::function<void(int, int)>& work);

private:
    void dismiss();
    void serve(int thread);
    /// Gives each thread a core of its own, other than the caller's, where the team has as many threads as the process
    /// has cores. One that slept is else woken on the core of the one that wakes it, and waits there, for milliseconds,
    /// until the scheduler moves one of them.
    void leaveCallersCore();
    /// Takes items of the present run until none is left.
    void takeItems(int thread);

    /// The number of the run in the upper half, the items that nobody has taken yet in the lower.
    std::atomic<std::uint64_t> m_ticket{0};
    std::atomic<int> m_done{0};
    std::atomic<int> m_asleep{0};  ///< threads that nobody has woken yet
    std::atomic<bool> m_stop{false};
    const std::function<void(int, int)>* m_work = nullptr;
    int m_items = 0;
    int m_callersCore = -1;
    std::mutex m_mutex;  // guards m_error
    std::exception_ptr m_error;
    std::vector<std::thread> m_threads;
};

}  // namespace bitdesk::packed
