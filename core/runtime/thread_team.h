// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bitdesk::runtime {

/// A fixed team of threads that meet at every step. They wait for each other spinning for some microseconds, since a
/// layer is short, and then asleep, since a busy machine needs the core.
class ThreadTeam {
public:
    explicit ThreadTeam(int threads);
    ~ThreadTeam();
    ThreadTeam(const ThreadTeam&) = delete;
    ThreadTeam& operator=(const ThreadTeam&) = delete;

    int size() const { return static_cast<int>(m_threads.size()) + 1; }

    /// Calls work(0 … size − 1), each on a thread of its own (0 is the caller's), and returns when all are done. An
    /// exception of any of them is thrown here.
    void run(const std::function<void(int)>& work);

private:
    void serve(int index);
    void call(const std::function<void(int)>& work, int index);

    std::atomic<std::uint32_t> m_generation{0};
    std::atomic<int> m_busy{0};
    std::atomic<bool> m_stop{false};
    const std::function<void(int)>* m_work = nullptr;
    std::mutex m_mutex;  // guards m_error
    std::exception_ptr m_error;
    std::vector<std::thread> m_threads;
};

}  // namespace bitdesk::runtime
