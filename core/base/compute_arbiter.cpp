// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/compute_arbiter.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/machine_limits.h"

namespace bitdesk {

ComputeArbiter::Lease::Lease(Lease&& other) noexcept
    : m_arbiter(std::exchange(other.m_arbiter, nullptr)), m_priority(other.m_priority) {}

ComputeArbiter::Lease::~Lease() {
    if (m_arbiter != nullptr) m_arbiter->releaseSlot();
}

bool ComputeArbiter::Lease::shouldYield() const {
    if (m_arbiter == nullptr) throw Cancelled();
    const std::scoped_lock lock(m_arbiter->m_mutex);
    return !m_arbiter->mayRun(m_priority);
}

void ComputeArbiter::Lease::yield(std::stop_token stop) {
    ComputeArbiter* arbiter = std::exchange(m_arbiter, nullptr);
    arbiter->releaseSlot();
    arbiter->acquireSlot(m_priority, std::move(stop));
    m_arbiter = arbiter;  // only once held again: a cancelled wait leaves nothing to release
}

ComputeArbiter::Lease ComputeArbiter::acquire(ComputePriority priority, std::stop_token stop) {
    acquireSlot(priority, std::move(stop));
    return {*this, priority};
}

/// True when nobody of higher priority waits.
bool ComputeArbiter::mayRun(ComputePriority priority) const {
    if (priority == ComputePriority::Measurement) return true;
    const auto higher = static_cast<std::ptrdiff_t>(priority) + 1;
    return std::all_of(m_waiting + higher, m_waiting + kPriorities, [](int waiting) { return waiting == 0; });
}

void ComputeArbiter::acquireSlot(ComputePriority priority, std::stop_token stop) {
    std::unique_lock lock(m_mutex);
    int& waiting = m_waiting[static_cast<int>(priority)];
    ++waiting;
    const bool free = m_changed.wait(lock, stop, [&] { return !m_busy && mayRun(priority); });
    --waiting;
    if (!free || stop.stop_requested()) {
        lock.unlock();
        m_changed.notify_all();  // a lower one may have waited for this one only
        throw Cancelled();
    }
    m_busy = true;
}

void ComputeArbiter::releaseSlot() {
    {
        const std::scoped_lock lock(m_mutex);
        m_busy = false;
    }
    m_changed.notify_all();
}

int ComputeArbiter::threads() const {
    const std::scoped_lock lock(m_mutex);
    return m_threads > 0 ? m_threads : usableThreads();
}

void ComputeArbiter::setThreads(int threads) {
    const std::scoped_lock lock(m_mutex);
    m_threads = threads;
}

}  // namespace bitdesk
