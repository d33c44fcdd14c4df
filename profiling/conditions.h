// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "profiling/machine_state.h"

namespace bitdesk {

/// The CPU clock in MHz at both ends of a measurement: measured where both states have that; else as reported, which
/// follows every idle moment and so says less.
struct ClockPair {
    std::optional<double> before, after;
    bool measured = false;
    bool changed() const;  ///< by more than 3 %
};
ClockPair clocksOf(const MachineState& before, const MachineState& after);

/// What disturbed a measurement of `seconds` on `threads` threads; the gravest come first. Each is one sentence
/// "<what happened, with figures>: <what it means or what to do>", without another colon in its first part.
std::vector<std::string> disturbances(const Environment& environment, const MachineState& before,
                                      const MachineState& after, double seconds, int threads);

/// "<field>: <why>" of each field that the machine does not tell, so that silence is not taken for quiet.
std::vector<std::string> unreadableFields(const Environment& environment, const MachineState& state);

/// Reads the machine where it is made and where it is finished; the measurement runs between. Costs a few milliseconds
/// at either end.
class ConditionsWatch {
public:
    /// `threads`: that the measured work uses. `nvml` must outlive the watch.
    explicit ConditionsWatch(int threads, MachineFiles files = {}, const Nvml& nvml = systemNvml());

    /// May be called again: it then tells of all the time since the watch was made.
    Conditions finish() const;

private:
    MachineFiles m_files;
    const Nvml* m_nvml;
    int m_threads;
    Environment m_environment;
    std::chrono::steady_clock::time_point m_begin;
    MachineState m_before;
};

/// One line for a status bar: "3692 MHz · CPU to CPU 75 ns · load 0.4 · quiet", or with the gravest disturbance
/// "3692 → 3310 MHz · disturbed: other processes used 34 % of the CPUs".
std::string summary(const Conditions& conditions);

}  // namespace bitdesk
