// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace bitdesk {

/// Times work on a device: between start() and stop(), nanoseconds. One interface for a CPU's steady clock and a GPU's
/// event pairs; tests have one that only the measured work moves.
class Stopwatch {
public:
    virtual ~Stopwatch() = default;

    virtual void start() = 0;
    /// Time of the device since start(), once all that was begun there in between is done.
    virtual std::int64_t stop() = 0;
    /// The host's steady clock: for time limits.
    virtual std::int64_t now() = 0;
};

/// Nanoseconds of the host's steady clock.
inline std::int64_t steadyNow() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

class SteadyStopwatch final : public Stopwatch {
public:
    void start() override { m_start = steadyNow(); }
    std::int64_t stop() override { return steadyNow() - m_start; }
    std::int64_t now() override { return steadyNow(); }

private:
    std::int64_t m_start = 0;
};

/// Now, as "2026-11-25T06:00:00Z" (ISO 8601, UTC).
std::string utcNow();

}  // namespace bitdesk
