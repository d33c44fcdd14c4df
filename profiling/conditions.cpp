// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/conditions.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace bitdesk {
namespace {

using Json = nlohmann::json;

template <typename Value>
Json orNull(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

Json json(const GpuState& gpu) {
    const Json reasons = gpu.throttleReasons ? Json(gpu_throttle::names(*gpu.throttleReasons)) : Json();
    return {{"sm_clock_mhz", orNull(gpu.smClockMHz)},
            {"memory_clock_mhz", orNull(gpu.memoryClockMHz)},
            {"temperature_c", orNull(gpu.temperatureC)},
            {"power_w", orNull(gpu.powerWatts)},
            {"throttle_reasons", reasons}};
}

Json json(const MachineState& s) {
    Json gpus = Json::array();
    for (const GpuState& gpu : s.gpus) gpus.push_back(json(gpu));
    return {{"load_1min", orNull(s.load1)},
            {"runnable_others", orNull(s.runnableOthers)},
            {"reported_mhz", orNull(s.reportedMHz)},
            {"effective_mhz", orNull(s.effectiveMHz)},
            {"handover_ns", orNull(s.handoverNs)},
            {"thermal_throttles", orNull(s.thermalThrottles)},
            {"cgroup_throttles", orNull(s.cgroupThrottles)},
            {"busy_s", orNull(s.busySeconds)},
            {"steal_s", orNull(s.stealSeconds)},
            {"own_cpu_s", orNull(s.ownCpuSeconds)},
            {"voluntary_switches", orNull(s.voluntarySwitches)},
            {"involuntary_switches", orNull(s.involuntarySwitches)},
            {"cpu_temperature_c", orNull(s.cpuTemperatureC)},
            {"battery_discharging", orNull(s.batteryDischarging)},
            {"gpus", gpus}};
}

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
                 .unreadable = {}};
    c.warnings = disturbances(c.environment, c.before, c.after, c.seconds, m_threads);
    c.unreadable = unreadableFields(c.environment, c.after);
    if (!m_nvml->available()) c.unreadable.push_back("GPUs: " + m_nvml->whyUnavailable());
    return c;
}

std::string toJson(const Conditions& c) {
    Json all = Json::parse(toJson(c.environment));
    all["before"] = json(c.before);
    all["after"] = json(c.after);
    all["seconds"] = c.seconds;
    all["warnings"] = c.warnings;
    all["unreadable"] = c.unreadable;
    return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<double> handoverIn(const std::string& conditionsJson) {
    const Json all = Json::parse(conditionsJson, nullptr, false);
    const Json::json_pointer place("/after/handover_ns");
    if (!all.is_object() || !all.contains(place) || !all.at(place).is_number()) return std::nullopt;
    return all.at(place).get<double>();
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
