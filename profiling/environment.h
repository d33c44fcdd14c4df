// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/machine_files.h"
#include "profiling/nvml.h"

namespace bitdesk {

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

Environment readEnvironment(const MachineFiles& files = {}, const Nvml& nvml = systemNvml());
/// "0.1.0 Release GNU 12.2.0": times of one build are not times of another.
std::string buildName(const Environment& environment);
/// The object under "environment" of the command line's JSON.
std::string toJson(const Environment& environment);

}  // namespace bitdesk
