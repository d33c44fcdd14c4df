// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/conditions.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <utility>

#include "profiling/core_probes.h"

namespace bitdesk {
namespace {

/// "3692 MHz", or both where they differ; "" where nothing is known.
std::string shown(const ClockPair& clocks) {
    if (clocks.changed()) return fmt::format("{:.0f} → {:.0f} MHz", *clocks.before, *clocks.after);
    return clocks.after ? fmt::format("{:.0f} MHz", *clocks.after) : "";
}

constexpr double kTick = 0.01;  // seconds: the steps of the system's CPU times

using Sentences = std::vector<std::string>;

struct Run {
    const Environment& environment;
    const MachineState& before;
    const MachineState& after;
    double seconds;
    int threads;

    /// CPU seconds that all CPUs together could give.
    double capacity() const { return seconds * environment.logicalCpus; }
};

/// What was added; nothing where it is not known, or where the counter went backwards.
template <typename Value>
std::optional<Value> risen(const std::optional<Value>& before, const std::optional<Value>& after) {
    if (!before || !after || *after < *before) return std::nullopt;
    return *after - *before;
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

bool differs(double a, double b) {
    constexpr double kMargin = 0.03;
    return a > 0 && b > 0 && std::abs(b / a - 1) > kMargin;
}

void otherProcesses(const Run& run, Sentences& found) {
    constexpr double kShare = 0.10;
    const auto busy = risen(run.before.busySeconds, run.after.busySeconds);
    const auto own = risen(run.before.ownCpuSeconds, run.after.ownCpuSeconds);
    if (!busy || !own || run.capacity() <= 0) return;
    const double others = *busy - *own;
    // Each CPU's time is a whole number of ticks: short runs must not be blamed on rounding.
    if (others <= kShare * run.capacity() + kTick * run.environment.logicalCpus) return;
    found.push_back(fmt::format(
        "other processes used {} of the CPUs: times are longer and scatter more; close them and measure again",
        percent(std::min(others / run.capacity(), 1.0))));
}

void steal(const Run& run, Sentences& found) {
    constexpr double kShare = 0.01;
    const auto stolen = risen(run.before.stealSeconds, run.after.stealSeconds);
    if (!stolen || run.capacity() <= 0 || *stolen <= kShare * run.capacity() + kTick) return;
    found.push_back(
        fmt::format("the host took away {:.1f} % of the CPUs' time: other virtual machines share these "
                    "CPUs, so compare only times taken in turns",
                    std::min(100 * *stolen / run.capacity(), 100.0)));
}

void throttling(const Run& run, Sentences& found) {
    const auto quota = risen(run.before.cgroupThrottles, run.after.cgroupThrottles);
    if (quota && *quota > 0)
        found.push_back(
            fmt::format("the CPU quota ran out in {} {}: runs were halted for its sake; raise the "
                        "container's CPU limit or use fewer threads",
                        *quota, *quota == 1 ? "period" : "periods"));
    const auto heat = risen(run.before.thermalThrottles, run.after.thermalThrottles);
    if (heat && *heat > 0)
        found.push_back(
            fmt::format("the CPU slowed down for its heat {} {}: later runs are slower than earlier ones; "
                        "cool it, or measure for a shorter time",
                        *heat, *heat == 1 ? "time" : "times"));
}

void frequency(const Run& run, Sentences& found) {
    const ClockPair clocks = clocksOf(run.before, run.after);
    if (!clocks.changed()) return;
    const double before = *clocks.before, after = *clocks.after;
    found.push_back(
        fmt::format("the {} CPU clock went from {:.0f} to {:.0f} MHz ({:+.0f} %): times before and after "
                    "the change are not alike; warm up longer, or fix the clock",
                    clocks.measured ? "measured" : "reported", before, after, 100 * (after / before - 1)));
}

void handover(const Run& run, Sentences& found) {
    if (run.threads < 2 || alikeHandover(run.before.handoverNs, run.after.handoverNs)) return;
    found.push_back(fmt::format(
        "the hand-over from CPU to CPU went from {:.0f} to {:.0f} ns: the host moved them, and threads that "
        "share a layer take longer where it is long; measure again, or on one thread",
        *run.before.handoverNs, *run.after.handoverNs));
}

std::string gpuName(const Run& run, std::size_t index) {
    const auto& gpus = run.environment.gpus;
    std::string name = index < gpus.size() && !gpus[index].name.empty() ? gpus[index].name : "GPU";
    std::replace(name.begin(), name.end(), ':', ' ');
    return fmt::format("{} ({})", name, index);
}

void gpuClock(const std::string& name, const char* which, std::optional<double> before, std::optional<double> after,
              Sentences& found) {
    if (!before || !after || !differs(*before, *after)) return;
    found.push_back(
        fmt::format("the {} clock of {} went from {:.0f} to {:.0f} MHz: times before and after the change "
                    "are not alike; warm up longer, or fix the clock (nvidia-smi --lock-gpu-clocks)",
                    which, name, *before, *after));
}

void gpus(const Run& run, Sentences& found) {
    // A clock that is low for want of work, or because the user fixed it, is no disturbance.
    constexpr std::uint64_t kHarmless = gpu_throttle::kIdle | gpu_throttle::kApplicationClocks;
    const std::size_t count = std::min(run.before.gpus.size(), run.after.gpus.size());
    for (std::size_t i = 0; i < count; ++i) {
        const GpuState &before = run.before.gpus[i], &after = run.after.gpus[i];
        const std::uint64_t reasons = before.throttleReasons.value_or(0) | after.throttleReasons.value_or(0);
        const std::string name = gpuName(run, i);
        if ((reasons & ~kHarmless) != 0)
            found.push_back(
                fmt::format("{} lowered its clock ({}): times are longer than it can do; let it cool, or "
                            "raise its power limit",
                            name, fmt::join(gpu_throttle::names(reasons & ~kHarmless), ", ")));
        if ((reasons & gpu_throttle::kIdle) != 0) continue;
        gpuClock(name, "SM", before.smClockMHz, after.smClockMHz, found);
        gpuClock(name, "memory", before.memoryClockMHz, after.memoryClockMHz, found);
    }
}

void crowding(const Run& run, Sentences& found) {
    const Environment& e = run.environment;
    const int cpus = std::max(e.onlineCpus, e.logicalCpus);
    const double load = std::max(run.before.load1.value_or(0), run.after.load1.value_or(0));
    if (cpus > 0 && load > cpus)
        found.push_back(
            fmt::format("the load was {:.1f} on {} CPUs: tasks waited for a CPU; let other work end and "
                        "measure again",
                        load, cpus));
    if (e.logicalCpus > 0 && run.threads > e.logicalCpus)
        found.push_back(fmt::format("{} threads shared {} CPUs: threads wait for each other's turn; use at most {}",
                                    run.threads, e.logicalCpus, e.logicalCpus));
}

/// A quota halts all threads of the container until the next period, once they have used it up together.
void quota(const Run& run, Sentences& found) {
    const Environment& e = run.environment;
    if (e.cpuQuota <= 0 || (e.logicalCpus > 0 && e.cpuQuota >= e.logicalCpus)) return;
    const std::string allowed =
        fmt::format("a CPU quota gives this container {:.3g} of {} CPUs", e.cpuQuota, e.logicalCpus);
    const std::string threads = fmt::format("{} {}", run.threads, run.threads == 1 ? "thread" : "threads");
    if (run.threads > e.cpuQuota)
        found.push_back(
            fmt::format("{}, and {} ran: runs are halted in every period; {}raise the container's CPU limit", allowed,
                        threads, e.cpuQuota < 1 ? "" : fmt::format("use at most {}, or ", std::floor(e.cpuQuota))));
    else
        found.push_back(
            fmt::format("{}: they are enough for {}, as long as nothing else runs in the container", allowed, threads));
}

void switches(const Run& run, Sentences& found) {
    // Each takes some microseconds. An idle machine has some hundred a second of its own; what competes for the CPUs
    // brings hundreds.
    constexpr double kPerSecond = 250, kFewest = 5;  // a handful says nothing of a short run
    const auto count = risen(run.before.involuntarySwitches, run.after.involuntarySwitches);
    if (!count || run.seconds <= 0) return;
    const auto number = static_cast<double>(*count);
    if (number < kFewest || number / run.seconds <= kPerSecond) return;
    found.push_back(
        fmt::format("the system interrupted this process {:.0f} times a second: other tasks, or too many "
                    "threads, compete for its CPUs; use fewer threads or close other programs",
                    number / run.seconds));
}

void settings(const Run& run, Sentences& found) {
    const std::string& governor = run.environment.governor;
    if (run.before.batteryDischarging.value_or(false) || run.after.batteryDischarging.value_or(false))
        found.emplace_back("the machine ran on its battery: the clock may be held low to save it; plug in the mains");
    for (const char* changing : {"powersave", "ondemand", "schedutil", "conservative"})
        if (governor == changing)
            found.push_back(
                fmt::format("the CPU frequency governor is {}: it changes the clock with the work; "
                            "\"performance\" is steadier",
                            governor));
    if (run.environment.buildType == "Debug")
        found.emplace_back("this is a Debug build: its times say nothing of a Release build");
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

ClockPair clocksOf(const MachineState& before, const MachineState& after) {
    if (before.effectiveMHz && after.effectiveMHz) return {before.effectiveMHz, after.effectiveMHz, true};
    return {before.reportedMHz, after.reportedMHz, false};
}

bool ClockPair::changed() const { return before && after && differs(*before, *after); }

std::vector<std::string> disturbances(const Environment& environment, const MachineState& before,
                                      const MachineState& after, double seconds, int threads) {
    const Run run{environment, before, after, seconds, threads};
    Sentences found;
    for (const auto check :
         {otherProcesses, steal, throttling, frequency, handover, gpus, crowding, quota, switches, settings})
        check(run, found);
    return found;
}

}  // namespace bitdesk
