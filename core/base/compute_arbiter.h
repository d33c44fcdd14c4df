// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace bitdesk {

/// Who wants to compute. Higher values go first; a waiting higher one asks a lower holder to yield.
enum class ComputePriority {
    Background,   ///< sweeps, training
    Interactive,  ///< the evaluation that follows the hand
    Measurement,  ///< a timing run: exclusive, nothing else computes meanwhile
};

/// One per process: hands the machine's cores to one computation at a time, so that evaluation and timing never
/// overlap. Holders call `Lease::shouldYield()` between mini-batches and `Lease::yield()` when it says so.
/// Thread-safe. A measurement is never asked to yield.
class ComputeArbiter {
public:
    class Lease {
    public:
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        /// True when somebody of higher priority waits. Throws Cancelled where a yield() of this lease was cancelled:
        /// it holds nothing any more, whichever of the threads that share it waited.
        bool shouldYield() const;
        /// Gives the cores up, lets the waiting ones run and takes them again. Throws Cancelled when `stop` fires.
        void yield(std::stop_token stop);

    private:
        friend class ComputeArbiter;
        Lease(ComputeArbiter& arbiter, ComputePriority priority) : m_arbiter(&arbiter), m_priority(priority) {}
        ComputeArbiter* m_arbiter;
        ComputePriority m_priority;
    };

    /// Waits until the cores are free for this priority. Throws Cancelled when `stop` fires first.
    Lease acquire(ComputePriority priority, std::stop_token stop = {});

    /// The process's thread budget: the `--threads` of the command line, else usableThreads().
    /// Executors and LibTorch's pool follow it.
    int threads() const;
    void setThreads(int threads);

private:
    static constexpr int kPriorities = 3;
    void acquireSlot(ComputePriority priority, std::stop_token stop);
    void releaseSlot();
    bool mayRun(ComputePriority priority) const;

    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    int m_waiting[kPriorities] = {};
    bool m_busy = false;
    int m_threads = 0;
};

}  // namespace bitdesk
