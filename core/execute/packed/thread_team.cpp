// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/thread_team.h"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif

#include "core/base/error.h"
#include "core/base/machine_files.h"
#include "core/base/setting_name.h"

namespace bitdesk::packed {
namespace {

constexpr std::chrono::microseconds kSpin{30};
constexpr std::uint64_t kRun = std::uint64_t{1} << 32;  // one run in a ticket
constexpr std::uint64_t kItems = kRun - 1;              // mask of the items left

/// Returns true when `ready` came within the spin.
template <typename Ready>
bool spin(const Ready& ready) {
    const auto end = std::chrono::steady_clock::now() + kSpin;
    do {
        for (int i = 0; i < 64; ++i)
            if (ready()) return true;
    } while (std::chrono::steady_clock::now() < end);
    return false;
}

}  // namespace

ThreadTeam::ThreadTeam(int threads) {
    try {
        for (int i = 1; i < threads; ++i) m_threads.emplace_back([this, i] { serve(i); });
    } catch (const std::system_error&) {
        const std::size_t begun = m_threads.size() + 1;
        dismiss();
        throw Error(ErrorKind::Resource, std::to_string(threads) + " threads",
                    "only " + std::to_string(begun) + " can be started",
                    "Ask for fewer with " + settingName("threads"));
    }
}

ThreadTeam::~ThreadTeam() { dismiss(); }

void ThreadTeam::dismiss() {
    m_stop = true;
    m_ticket += kRun;
    m_ticket.notify_all();
    for (std::thread& thread : m_threads) thread.join();
}

void ThreadTeam::leaveCallersCore() {
#ifdef __linux__
    const int callers = sched_getcpu();
    if (callers == m_callersCore) return;
    m_callersCore = callers;
    const auto cores = usableCpus();
    if (cores.size() != m_threads.size() + 1) return;
    std::size_t next = 0;
    for (const int core : cores) {
        if (core == callers || next == m_threads.size()) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(core, &one);
        pthread_setaffinity_np(m_threads[next++].native_handle(), sizeof one, &one);
    }
#endif
}

void ThreadTeam::takeItems(int thread) {
    std::uint64_t ticket = m_ticket.load(std::memory_order_acquire);
    while ((ticket & kItems) != 0) {
        if (!m_ticket.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel)) continue;
        // The run cannot end before this item is done: its work and count stay as they are.
        try {
            (*m_work)(m_items - static_cast<int>(ticket & kItems), thread);
        } catch (...) {
            const std::scoped_lock lock(m_mutex);
            if (!m_error) m_error = std::current_exception();
        }
        // Read before: after the last item the caller may begin another run.
        const int items = m_items;
        if (m_done.fetch_add(1, std::memory_order_acq_rel) + 1 == items) m_done.notify_one();
        ticket = m_ticket.load(std::memory_order_acquire);
    }
}

void ThreadTeam::serve(int thread) {
    while (!m_stop) {
        takeItems(thread);
        const std::uint64_t seen = m_ticket.load(std::memory_order_acquire);
        if ((seen & kItems) != 0 || m_stop) continue;
        if (spin([&] { return m_ticket.load(std::memory_order_acquire) != seen; })) continue;
        m_asleep.fetch_add(1);
        m_ticket.wait(seen);
    }
}

void ThreadTeam::run(int items, const std::function<void(int, int)>& work) {
    if (m_threads.empty() || items <= 1) {
        for (int item = 0; item < items; ++item) work(item, 0);
        return;
    }
    leaveCallersCore();
    m_work = &work;
    m_items = items;
    m_done.store(0, std::memory_order_relaxed);
    const std::uint64_t run = (m_ticket.load(std::memory_order_relaxed) / kRun + 1) * kRun;
    m_ticket.store(run | static_cast<std::uint64_t>(items));
    // Once: those that are on their way need no further call.
    if (m_asleep.exchange(0) > 0) m_ticket.notify_all();
    takeItems(0);
    const auto done = [&] { return m_done.load(std::memory_order_acquire) == items; };
    if (!spin(done))
        for (int count = m_done; count != items; count = m_done) m_done.wait(count);
    if (m_error) std::rethrow_exception(std::exchange(m_error, nullptr));
}

}  // namespace bitdesk::packed
