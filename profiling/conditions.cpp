// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/conditions.h"

#include <fmt/format.h>
#include <utility>

namespace bitdesk {
namespace {

/// "3692 MHz", or both where they differ; "" where nothing is known.
std::string shown(const ClockPair& clocks) {
    if (clocks.changed()) return fmt::format("{:.0f} → {:.0f} MHz", *clocks.before, *clocks.after);
    return clocks.after ? fmt::format("{:.0f} MHz", *clocks.after) : "";
}

}  // namespace

std::vector<std::string> unreadableFields(const Environment& environment, const MachineState& state) {
    std::vector<std::string> found;
    const auto note = [&](bool readable, const char* sentence) {
        if (!readable) found.emplace_back(sentence);
    };
    note(!environment.cpuModel.empty(), "CPU model: not in /proc/cpuinfo");
    note(!environment.governor.empty(), "governor: no cpufreq under /sys/devices/system/cpu");
    note(state.load1.has_value(), "load: no /proc/loadavg");
    note(state.runnableOthers.has_value(), "runnable tasks: not in /proc/stat");
    note(state.reportedMHz.has_value(), "reported clock: neither cpufreq nor \"cpu MHz\" in /proc/cpuinfo");
    note(state.effectiveMHz.has_value(), "measured clock: not known how on this kind of CPU");
    note(state.handoverNs.has_value(),
         "hand-over between CPUs: fewer than two, threads cannot be bound to them, or they were busy");
    note(state.thermalThrottles.has_value(), "thermal throttling: no counts under /sys/devices/system/cpu");
    note(state.cgroupThrottles.has_value(), "CPU quota: no cpu.stat with nr_throttled under /sys/fs/cgroup");
    note(state.busySeconds.has_value(), "other processes' CPU time: not in /proc/stat for all CPUs in use");
    note(state.stealSeconds.has_value(), "steal: not in /proc/stat for all CPUs in use");
    note(state.ownCpuSeconds.has_value(), "own CPU time and context switches: getrusage() failed");
    note(state.cpuTemperatureC.has_value(), "CPU temperature: no sensor under /sys/class/thermal or /sys/class/hwmon");
    for (std::size_t i = 0; i < state.gpus.size(); ++i) {
        const GpuState& gpu = state.gpus[i];
        if (!gpu.smClockMHz || !gpu.memoryClockMHz || !gpu.temperatureC || !gpu.powerWatts || !gpu.throttleReasons)
            found.push_back(
                fmt::format("GPU {}: NVML does not tell all of clocks, temperature, power and throttling", i));
    }
    return found;
}

ConditionsWatch::ConditionsWatch(int threads, MachineFiles files, const Nvml& nvml)
    : m_files(std::move(files)),
      m_nvml(&nvml),
      m_threads(threads),
      m_environment(readEnvironment(m_files, nvml)),
      m_begin(std::chrono::steady_clock::now()),
      m_before(readMachineState(m_files, nvml)) {}

Conditions ConditionsWatch::finish() const {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - m_begin;
    Conditions c{.environment = m_environment,
                 .before = m_before,
                 .after = readMachineState(m_files, *m_nvml),
                 .seconds = took.count(),
                 .warnings = {},
                 .unreadable = {},
                 .record = {}};
    c.warnings = disturbances(c.environment, c.before, c.after, c.seconds, m_threads);
    c.unreadable = unreadableFields(c.environment, c.after);
    if (!m_nvml->available()) c.unreadable.push_back("GPUs: " + m_nvml->whyUnavailable());
    return c;
}

std::string summary(const Conditions& c) {
    const std::string mhz = shown(clocksOf(c.before, c.after));
    std::string line = mhz.empty() ? "" : mhz + " · ";
    if (c.after.handoverNs) line += fmt::format("CPU to CPU {:.0f} ns · ", *c.after.handoverNs);
    if (!c.warnings.empty()) return line + "disturbed: " + c.warnings[0].substr(0, c.warnings[0].find(": "));
    if (c.after.load1) line += fmt::format("load {:.1f} · ", *c.after.load1);
    return line + "quiet";
}

}  // namespace bitdesk
