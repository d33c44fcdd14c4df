// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/results/fields.h"

// What a measurement was taken under, as plain values. `fields` below each struct names its members as JSON has them.
namespace bitdesk {

/// A GPU's name and the version of its driver.
struct GpuIdentity {
    std::string name, driver;  ///< "" where not readable
};
template <SelfOf<GpuIdentity> Self>
void fields(Self& s, const auto& visit) {
    visit("name", orNull(s.name));
    visit("driver", orNull(s.driver));
}

/// What changes on a GPU while it works; nothing where the driver does not tell.
struct GpuState {
    std::optional<double> smClockMHz, memoryClockMHz, temperatureC, powerWatts;
    std::optional<std::uint64_t> throttleReasons;  ///< bits of NVML's nvmlClocksThrottleReasons
};

/// Reasons that a GPU's clock is lowered for, of NVML's public interface.
namespace gpu_throttle {
inline constexpr std::uint64_t kIdle = 0x1, kApplicationClocks = 0x2, kPowerCap = 0x4, kHardwareSlowdown = 0x8,
                               kSyncBoost = 0x10, kThermalSoftware = 0x20, kThermalHardware = 0x40, kPowerBrake = 0x80,
                               kDisplayClocks = 0x100;
/// Plain words for the bits, in rising order; unknown bits as one hexadecimal number.
std::vector<std::string> names(std::uint64_t reasons);
}  // namespace gpu_throttle
template <SelfOf<GpuState> Self>
void fields(Self& s, const auto& visit) {
    visit("sm_clock_mhz", s.smClockMHz);
    visit("memory_clock_mhz", s.memoryClockMHz);
    visit("temperature_c", s.temperatureC);
    visit("power_w", s.powerWatts);
    visit.derived("throttle_reasons",
                  s.throttleReasons ? std::optional(gpu_throttle::names(*s.throttleReasons)) : std::nullopt);
}

/// The machine and the build that a measurement is taken on, which stay as they are while it runs (what changes is
/// MachineState); fields that are not readable are empty or −1. Clock and load are those of the moment it is read.
struct Environment {
    std::string cpuModel;
    std::vector<std::string> isa;  ///< "avx2", "avx512f", "avx512_vnni", … as far as present
    int logicalCpus = 0;           ///< that this process may use; 0 where not readable
    int onlineCpus = 0;            ///< of the whole machine; 0 where not readable
    double cpuQuota = -1;          ///< CPUs that a container gives this process in the long run; −1: all of them
    std::string governor;          ///< cpufreq governor, "" where not readable
    double frequencyMHz = -1;      ///< of the first CPU, as /proc/cpuinfo says
    double load1 = -1;             ///< one-minute load average
    std::string kernel, hostHash;  ///< kernel release; SHA-256 prefix of the machine id, to tell machines apart
    std::string compiler, buildType, version;
    std::vector<GpuIdentity> gpus;  ///< in NVML's order
};
template <SelfOf<Environment> Self>
void fields(Self& s, const auto& visit) {
    visit("cpu", orNull(s.cpuModel));
    visit("isa", s.isa);
    visit("logical_cpus", s.logicalCpus);
    visit("cpu_quota", orNull(s.cpuQuota, -1.0));
    visit("governor", orNull(s.governor));
    visit("frequency_mhz", orNull(s.frequencyMHz, -1.0));
    visit("load_1min", orNull(s.load1, -1.0));
    visit("kernel", orNull(s.kernel));
    visit("machine", orNull(s.hostHash));
    visit("compiler", s.compiler);
    visit("build_type", s.buildType);
    visit("version", s.version);
    visit("online_cpus", orNull(s.onlineCpus));
    visit("gpus", s.gpus);
}

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
template <SelfOf<MachineState> Self>
void fields(Self& s, const auto& visit) {
    visit("load_1min", s.load1);
    visit("runnable_others", s.runnableOthers);
    visit("reported_mhz", s.reportedMHz);
    visit("effective_mhz", s.effectiveMHz);
    visit("handover_ns", s.handoverNs);
    visit("thermal_throttles", s.thermalThrottles);
    visit("cgroup_throttles", s.cgroupThrottles);
    visit("busy_s", s.busySeconds);
    visit("steal_s", s.stealSeconds);
    visit("own_cpu_s", s.ownCpuSeconds);
    visit("voluntary_switches", s.voluntarySwitches);
    visit("involuntary_switches", s.involuntarySwitches);
    visit("cpu_temperature_c", s.cpuTemperatureC);
    visit("battery_discharging", s.batteryDischarging);
    visit("gpus", s.gpus);
}

/// What a latency was measured under. Warnings say why it may be worse or less steady than the machine can; they never
/// void it.
struct Conditions {
    Environment environment;
    MachineState before, after;
    double seconds = 0;                   ///< between the two states
    std::vector<std::string> warnings;    ///< disturbances()
    std::vector<std::string> unreadable;  ///< unreadableFields(): what this machine keeps to itself
    /// The JSON that these were read from, of whichever version: it is passed on as it is, since it may tell more.
    /// Nothing: made here.
    std::optional<std::string> record = {};
};
template <SelfOf<Conditions> Self>
void fields(Self& s, const auto& visit) {
    fields(s.environment, visit);
    visit("before", s.before);
    visit("after", s.after);
    visit("seconds", s.seconds);
    visit("warnings", s.warnings);
    visit("unreadable", s.unreadable);
}

}  // namespace bitdesk
