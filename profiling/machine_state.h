// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/machine_files.h"
#include "profiling/nvml.h"

namespace bitdesk {

/// What changes on a machine while a measurement runs, at one moment. Nothing where the machine does not tell. Counts
/// and times are since some start of their own: only the difference of two states says something.
struct MachineState {
    std::optional<double> load1;                  ///< tasks that ran or waited, mean of about the last minute
    std::optional<std::uint64_t> runnableOthers;  ///< tasks that run or wait now, without those of this process
    std::optional<double> reportedMHz;   ///< mean over the CPUs that this process may use, as the system reports it
    std::optional<double> effectiveMHz;  ///< measured on this thread's core (measureEffectiveMHz())
    std::optional<double> handoverNs;    ///< a cache line between these CPUs and back (measureHandoverNs())
    std::optional<std::uint64_t> thermalThrottles;  ///< how often these CPUs were slowed down for their heat, summed
    std::optional<std::uint64_t> cgroupThrottles;  ///< periods in which this process's CPU quota, or one above, ran out

    /// CPU seconds since the machine started, in steps of 1/100 s, summed over the CPUs that this process may use:
    /// spent on work of anybody; and wanted, but taken by the host for others.
    std::optional<double> busySeconds, stealSeconds;
    /// CPU seconds of this process, all threads, user and system together.
    std::optional<double> ownCpuSeconds;
    /// How often this process waited on its own account, and how often a CPU was taken from it.
    std::optional<std::uint64_t> voluntarySwitches, involuntarySwitches;

    std::optional<double> cpuTemperatureC;
    std::optional<bool> batteryDischarging;  ///< nothing where there is no battery
    std::vector<GpuState> gpus;              ///< in NVML's order
};

/// Takes some milliseconds, most of them for hand-over and effective clock, which come last: so the counts of two
/// states embrace what runs between the calls and the first call's own work, which is this process's.
MachineState readMachineState(const MachineFiles& files = {}, const Nvml& nvml = systemNvml());

}  // namespace bitdesk
