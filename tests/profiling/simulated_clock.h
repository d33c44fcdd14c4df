// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <functional>

#include "core/base/clock.h"

namespace bitdesk::test {

/// A clock that only the measured work moves: every figure is known beforehand.
class SimulatedClock final : public Stopwatch {
public:
    void start() override { m_start = m_now; }
    std::int64_t stop() override { return m_now - m_start; }
    std::int64_t now() override { return m_now; }

    void pass(double milliseconds) { m_now += static_cast<std::int64_t>(milliseconds * 1e6); }
    /// Work that takes as long as `milliseconds()` says each time.
    std::function<void()> work(std::function<double()> milliseconds) {
        return [this, milliseconds = std::move(milliseconds)] { pass(milliseconds()); };
    }

private:
    std::int64_t m_now = 0, m_start = 0;
};

}  // namespace bitdesk::test
