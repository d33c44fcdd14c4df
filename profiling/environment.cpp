// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/environment.h"

#include <sched.h>
#include <sys/utsname.h>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/build_info.h"
#include "core/base/hash.h"

namespace bitdesk {
namespace {

std::string firstLine(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string cpuInfo(const std::string& key) {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key)) {
            const auto colon = line.find(':');
            if (colon != std::string::npos && colon + 2 <= line.size()) return line.substr(colon + 2);
        }
    return {};
}

double number(const std::string& text) {
    try {
        return text.empty() ? -1 : std::stod(text);
    } catch (const std::exception&) {
        return -1;
    }
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

Environment readEnvironment() {
    Environment e;
    e.cpuModel = cpuInfo("model name");
    e.isa = instructionSets();
    cpu_set_t set;
    CPU_ZERO(&set);
    e.logicalCpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
    e.governor = firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    e.frequencyMHz = number(cpuInfo("cpu MHz"));
    e.load1 = number(firstLine("/proc/loadavg"));
    utsname system{};
    if (uname(&system) == 0) e.kernel = system.release;
    const std::string machine = firstLine("/etc/machine-id");
    e.hostHash = sha256(machine.empty() ? system.nodename + e.cpuModel : machine).substr(0, 12);
    e.compiler = BITDESK_COMPILER;
    e.buildType = BITDESK_BUILD_TYPE;
    e.version = BITDESK_VERSION;
    return e;
}

std::string toJson(const Environment& e) {
    const auto orNull = [](double value) { return value < 0 ? nlohmann::json() : nlohmann::json(value); };
    const auto textOrNull = [](const std::string& value) {
        return value.empty() ? nlohmann::json() : nlohmann::json(value);
    };
    return nlohmann::json{{"cpu", textOrNull(e.cpuModel)},
                          {"isa", e.isa},
                          {"logical_cpus", e.logicalCpus},
                          {"governor", textOrNull(e.governor)},
                          {"frequency_mhz", orNull(e.frequencyMHz)},
                          {"load_1min", orNull(e.load1)},
                          {"kernel", textOrNull(e.kernel)},
                          {"machine", textOrNull(e.hostHash)},
                          {"compiler", e.compiler},
                          {"build_type", e.buildType},
                          {"version", e.version}}
        .dump();
}

}  // namespace bitdesk
