// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/runtime/thread_team.h"

#include <chrono>
#include <utility>

namespace bitdesk::runtime {
namespace {

constexpr std::chrono::microseconds kSpin{30};

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
    for (int i = 1; i < threads; ++i) m_threads.emplace_back([this, i] { serve(i); });
}

ThreadTeam::~ThreadTeam() {
    m_stop = true;
    ++m_generation;
    m_generation.notify_all();
    for (std::thread& thread : m_threads) thread.join();
}

void ThreadTeam::call(const std::function<void(int)>& work, int index) {
    try {
        work(index);
    } catch (...) {
        const std::scoped_lock lock(m_mutex);
        if (!m_error) m_error = std::current_exception();
    }
}

void ThreadTeam::serve(int index) {
    for (std::uint32_t seen = 0;; ++seen) {
        if (!spin([&] { return m_generation.load(std::memory_order_acquire) != seen; })) m_generation.wait(seen);
        if (m_stop) return;
        call(*m_work, index);
        if (m_busy.fetch_sub(1) == 1) m_busy.notify_one();
    }
}

void ThreadTeam::run(const std::function<void(int)>& work) {
    if (m_threads.empty()) {
        work(0);
        return;
    }
    m_work = &work;
    m_busy = static_cast<int>(m_threads.size());
    ++m_generation;
    m_generation.notify_all();
    call(work, 0);
    if (!spin([&] { return m_busy.load(std::memory_order_acquire) == 0; }))
        for (int busy = m_busy; busy != 0; busy = m_busy) m_busy.wait(busy);
    if (m_error) std::rethrow_exception(std::exchange(m_error, nullptr));
}

}  // namespace bitdesk::runtime
