// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <chrono>
#include <optional>

#include "core/store/access.h"

namespace bitdesk {

/// What SQLite asks whether to try again when somebody else holds a lock. Of one connection, used by its thread alone.
class LockWaiter {
public:
    explicit LockWaiter(LockWait wait) : m_wait(std::move(wait)) {}
    LockWaiter(const LockWaiter&) = delete;
    LockWaiter& operator=(const LockWaiter&) = delete;

    /// The object must outlive the connection.
    void attach(SQLite::Database& database);
    /// Whether the last wait ended because it was stopped.
    bool stopped() const { return m_stopped; }

private:
    using Clock = std::chrono::steady_clock;

    static int ask(void* self, int count) noexcept;
    bool again(bool first);

    LockWait m_wait;
    Clock::time_point m_begin;
    std::optional<Clock::time_point> m_end;  ///< of all waits, once they are to stop
    bool m_stopped = false;
};

}  // namespace bitdesk
