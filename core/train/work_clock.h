// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace bitdesk {

/// Seconds of the steady clock since then.
inline double secondsSince(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// What an image may cost in a training.
enum class Pass {
    FloatStep,      ///< forward, backward and update of the float network
    QuantizedStep,  ///< the same with quantizers
    Forward,        ///< forward with quantizers or without
    Test,           ///< the finished model's integers
};

/// Seconds that images took by kind of pass, and so how long those to come will take.
class WorkClock {
public:
    void took(Pass pass, double images, double seconds);
    /// Below 0 where nothing was timed yet. A kind that was not met yet is judged by those that were.
    double secondsFor(Pass pass, double images) const;

private:
    double secondsPerImage(Pass pass) const;
    double measured(Pass pass) const { return m_seconds[static_cast<std::size_t>(pass)]; }

    std::array<double, 4> m_seconds{};  ///< an image, smoothed; 0: not met yet
};

}  // namespace bitdesk
