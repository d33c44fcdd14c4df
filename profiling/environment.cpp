// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/environment.h"

#include <sys/utsname.h>

#include "core/base/build_info.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/machine_limits.h"

namespace bitdesk {
namespace {

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
