// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/lock_waiter.h"

#include <sqlite3.h>
#include <algorithm>
#include <thread>

namespace bitdesk {
namespace {

using namespace std::chrono_literals;

constexpr auto kShortest = 2ms, kLongest = 50ms;

}  // namespace

void LockWaiter::attach(SQLite::Database& database) { sqlite3_busy_handler(database.getHandle(), ask, this); }

int LockWaiter::ask(void* self, int count) noexcept {
    try {
        return static_cast<LockWaiter*>(self)->again(count == 0) ? 1 : 0;
    } catch (...) {  // of a listener: no reason to lose what waits
        return 1;
    }
}

bool LockWaiter::again(bool first) {
    const auto now = Clock::now();
    if (first) m_begin = now;
    m_stopped = false;
    if (!m_wait.endless && now - m_begin >= m_wait.patience) return false;
    if (m_wait.stop.stop_requested()) {
        if (!m_end) m_end = now + m_wait.grace;
        m_stopped = now >= *m_end;
        if (m_stopped) return false;
    }
    std::this_thread::sleep_for(std::clamp<Clock::duration>((now - m_begin) / 4, kShortest, kLongest));
    if (m_wait.waiting) m_wait.waiting(std::chrono::duration<double>(now - m_begin).count());
    return true;
}

}  // namespace bitdesk
