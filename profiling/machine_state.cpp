// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/machine_state.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <algorithm>
#include <array>

#include "core/base/build_info.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/machine_limits.h"
#include "profiling/core_probes.h"

namespace bitdesk {
namespace {

using std::filesystem::path;

path cpuFolder(int cpu) { return "sys/devices/system/cpu/cpu" + std::to_string(cpu); }

std::optional<double> plausibleMHz(std::optional<double> mhz) {
    constexpr double kLeast = 10, kHighest = 20000;
    return mhz && *mhz >= kLeast && *mhz <= kHighest ? mhz : std::nullopt;
}

std::optional<double> mean(const std::vector<double>& values) {
    if (values.empty()) return std::nullopt;
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

/// "12 (name) R …": the state is the first word behind the name, which may itself hold blanks and brackets.
bool runs(std::string_view stat) {
    const auto bracket = stat.rfind(')');
    return bracket != std::string_view::npos && stat.substr(bracket + 1).starts_with(" R");
}

std::optional<std::uint64_t> runnableOthers(const MachineFiles& files, std::string_view stat) {
    for (const std::string_view line : linesOf(stat)) {
        const auto words = wordsOfLine(line);
        if (words.size() < 2 || words[0] != "procs_running") continue;
        const auto all = countFrom(words[1]);
        if (!all) return std::nullopt;
        std::uint64_t own = 0;
        for (const path& task : foldersIn(files, "proc/self/task"))
            if (runs(firstLine(files, task / "stat"))) ++own;
        own = std::max<std::uint64_t>(own, 1);  // the thread that reads this
        return *all > own ? *all - own : 0;
    }
    return std::nullopt;
}

/// The "cpu MHz" of the CPUs that may be used, of /proc/cpuinfo's paragraphs.
std::vector<double> clocksOfCpuInfo(const MachineFiles& files) {
    const std::string text = readMachineFile(files, "proc/cpuinfo").value_or("");
    std::vector<double> clocks;
    bool ours = false;
    for (const std::string_view line : linesOf(text)) {
        if (line.starts_with("processor")) {
            const auto number = countFrom(valueOf(line, "processor"));
            ours = number && std::any_of(files.cpus.begin(), files.cpus.end(), [&](int cpu) {
                       return cpu >= 0 && static_cast<std::uint64_t>(cpu) == *number;
                   });
        } else if (ours && line.starts_with("cpu MHz")) {
            if (const auto mhz = plausibleMHz(numberFrom(valueOf(line, "cpu MHz")))) clocks.push_back(*mhz);
        }
    }
    return clocks;
}

std::optional<double> reportedMHz(const MachineFiles& files) {
    std::vector<double> clocks;
    for (const int cpu : files.cpus) {
        const auto kilohertz = countIn(files, cpuFolder(cpu) / "cpufreq/scaling_cur_freq");
        if (!kilohertz) continue;
        if (const auto mhz = plausibleMHz(static_cast<double>(*kilohertz) * 1e-3)) clocks.push_back(*mhz);
    }
    return mean(clocks.empty() ? clocksOfCpuInfo(files) : clocks);
}

std::optional<std::uint64_t> thermalThrottles(const MachineFiles& files) {
    std::optional<std::uint64_t> sum;
    for (const int cpu : files.cpus)
        if (const auto count = countIn(files, cpuFolder(cpu) / "thermal_throttle/core_throttle_count"))
            sum = sum.value_or(0) + *count;
    return sum;
}

/// nr_throttled of this process's group and of all above it, whose quotas hold for it as well.
std::optional<std::uint64_t> cgroupThrottles(const MachineFiles& files) {
    std::optional<std::uint64_t> sum;
    for (const path& group : controlGroupFolders(files, "cpu")) {
        const std::string text = readMachineFile(files, group / "cpu.stat").value_or("");
        for (const std::string_view line : linesOf(text)) {
            const auto words = wordsOfLine(line);
            if (words.size() != 2 || words[0] != "nr_throttled") continue;
            if (const auto count = countFrom(words[1])) sum = sum.value_or(0) + *count;
        }
    }
    return sum;
}

struct CpuSeconds {
    double busy = 0, steal = 0;
};

/// "cpu0 user nice system idle iowait irq softirq steal guest guest_nice", ticks; guests are counted as users already.
std::optional<CpuSeconds> secondsOf(const std::vector<std::string_view>& words) {
    constexpr std::size_t kFields = 9;
    if (words.size() < kFields) return std::nullopt;
    std::array<double, kFields> ticks{};
    for (std::size_t i = 1; i < kFields; ++i) {
        const auto count = countFrom(words[i]);
        if (!count) return std::nullopt;
        ticks[i] = static_cast<double>(*count);
    }
    const double perSecond = static_cast<double>(std::max(sysconf(_SC_CLK_TCK), 1L));
    return CpuSeconds{(ticks[1] + ticks[2] + ticks[3] + ticks[6] + ticks[7]) / perSecond, ticks[8] / perSecond};
}

/// The sum over the CPUs that may be used; nothing where one is missing, which would make the sum incomparable.
std::optional<CpuSeconds> cpuSeconds(const MachineFiles& files, std::string_view stat) {
    CpuSeconds sum;
    std::size_t found = 0;
    for (const std::string_view line : linesOf(stat)) {
        const auto words = wordsOfLine(line);
        if (words.empty() || !words[0].starts_with("cpu")) continue;
        const auto number = countFrom(words[0].substr(3));
        if (!number || *number > 1'000'000) continue;
        if (std::find(files.cpus.begin(), files.cpus.end(), static_cast<int>(*number)) == files.cpus.end()) continue;
        const auto seconds = secondsOf(words);
        if (!seconds) return std::nullopt;
        sum.busy += seconds->busy;
        sum.steal += seconds->steal;
        ++found;
    }
    if (found == 0 || found != files.cpus.size()) return std::nullopt;
    return sum;
}

void readOwnUse(MachineState& state) {
    rusage use{};
    if (getrusage(RUSAGE_SELF, &use) != 0) return;
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    state.ownCpuSeconds = seconds(use.ru_utime) + seconds(use.ru_stime);
    state.voluntarySwitches = static_cast<std::uint64_t>(use.ru_nvcsw);
    state.involuntarySwitches = static_cast<std::uint64_t>(use.ru_nivcsw);
}

std::optional<double> temperature(const MachineFiles& files, const path& file) {
    constexpr double kColdest = -60, kHottest = 200;
    const auto thousandths = numberFrom(firstLine(files, file));
    if (!thousandths || *thousandths < kColdest * 1e3 || *thousandths > kHottest * 1e3) return std::nullopt;
    return *thousandths * 1e-3;
}

/// Of the first sensor of a folder whose name is one of a CPU's.
std::optional<double> temperatureBelow(const MachineFiles& files, const path& parent, const char* nameFile,
                                       const char* valueFile, const std::vector<std::string_view>& names) {
    for (const std::string_view wanted : names)
        for (const path& folder : foldersIn(files, parent)) {
            if (!firstLine(files, folder / nameFile).starts_with(wanted)) continue;
            if (const auto found = temperature(files, folder / valueFile)) return found;
        }
    return std::nullopt;
}

std::optional<double> cpuTemperature(const MachineFiles& files) {
    const auto zone = temperatureBelow(files, "sys/class/thermal", "type", "temp", {"x86_pkg_temp", "cpu"});
    if (zone) return zone;
    return temperatureBelow(files, "sys/class/hwmon", "name", "temp1_input",
                            {"coretemp", "k10temp", "zenpower", "cpu"});
}

std::optional<bool> batteryDischarging(const MachineFiles& files) {
    std::optional<bool> found;
    for (const path& supply : foldersIn(files, "sys/class/power_supply")) {
        // Batteries of mice and keyboards say "Device".
        if (firstLine(files, supply / "type") != "Battery" || firstLine(files, supply / "scope") == "Device") continue;
        found = found.value_or(false) || firstLine(files, supply / "status") == "Discharging";
    }
    return found;
}

std::string cpuInfo(const MachineFiles& files, std::string_view key) {
    constexpr std::size_t kLongest = 200;
    const std::string text = readMachineFile(files, "proc/cpuinfo").value_or("");
    return printable(valueOf(text, key).substr(0, kLongest));
}

std::string governor(const MachineFiles& files) {
    const std::string cpu = files.cpus.empty() ? "0" : std::to_string(files.cpus.front());
    return firstLine(files, "sys/devices/system/cpu/cpu" + cpu + "/cpufreq/scaling_governor");
}

int onlineCpus(const MachineFiles& files) {
    const std::string text = readMachineFile(files, "proc/stat").value_or("");
    int count = 0;
    for (const std::string_view line : linesOf(text))
        if (line.starts_with("cpu") && !line.starts_with("cpu ")) ++count;
    return count;
}

std::string hostHash(const MachineFiles& files, const std::string& nameAndCpu) {
    const std::string machine = firstLine(files, "etc/machine-id");
    return sha256(machine.empty() ? nameAndCpu : machine).substr(0, 12);
}

std::vector<std::string> instructionSets() {
    std::vector<std::string> found;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.2")) found.emplace_back("sse4.2");
    if (__builtin_cpu_supports("avx2")) found.emplace_back("avx2");
    if (__builtin_cpu_supports("fma")) found.emplace_back("fma");
    if (__builtin_cpu_supports("avx512f")) found.emplace_back("avx512f");
    if (__builtin_cpu_supports("avx512vnni")) found.emplace_back("avx512_vnni");
    if (__builtin_cpu_supports("avx512vbmi")) found.emplace_back("avx512_vbmi");
#endif
    return found;
}

}  // namespace

MachineState readMachineState(const MachineFiles& files, const Nvml& nvml) {
    MachineState state;
    readOwnUse(state);
    const std::string stat = readMachineFile(files, "proc/stat").value_or("");
    if (const auto seconds = cpuSeconds(files, stat)) {
        state.busySeconds = seconds->busy;
        state.stealSeconds = seconds->steal;
    }
    state.runnableOthers = runnableOthers(files, stat);
    state.load1 = loadAverage(files);
    state.reportedMHz = reportedMHz(files);
    state.thermalThrottles = thermalThrottles(files);
    state.cgroupThrottles = cgroupThrottles(files);
    state.cpuTemperatureC = cpuTemperature(files);
    state.batteryDischarging = batteryDischarging(files);
    for (int device = 0; device < nvml.deviceCount(); ++device) state.gpus.push_back(nvml.state(device));
    state.handoverNs = measureHandoverNs(files.cpus);
    state.effectiveMHz = measureEffectiveMHz();
    return state;
}

Environment readEnvironment(const MachineFiles& files, const Nvml& nvml) {
    Environment e;
    e.cpuModel = cpuInfo(files, "model name");
    e.isa = instructionSets();
    e.logicalCpus = static_cast<int>(files.cpus.size());
    e.onlineCpus = onlineCpus(files);
    e.cpuQuota = cpuQuota(files).value_or(-1);
    e.governor = governor(files);
    const double frequency = numberFrom(cpuInfo(files, "cpu MHz")).value_or(-1);
    e.frequencyMHz = frequency > 0 ? frequency : -1;
    e.load1 = loadAverage(files).value_or(-1);
    utsname system{};
    if (uname(&system) == 0) e.kernel = system.release;
    e.hostHash = hostHash(files, system.nodename + e.cpuModel);
    e.compiler = BITDESK_COMPILER;
    e.buildType = BITDESK_BUILD_TYPE;
    e.version = BITDESK_VERSION;
    for (int device = 0; device < nvml.deviceCount(); ++device) e.gpus.push_back(nvml.identity(device));
    return e;
}

std::string buildName(const Environment& e) { return e.version + " " + e.buildType + " " + e.compiler; }

}  // namespace bitdesk
