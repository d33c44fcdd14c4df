// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace bitdesk {

/// The conditions of a measurement, read from the machine; fields that are not readable are empty or −1.
struct Environment {
    std::string cpuModel;
    std::vector<std::string> isa;  ///< "avx2", "avx512f", "avx512_vnni", … as far as present
    int logicalCpus = 0;           ///< that this process may use
    std::string governor;          ///< cpufreq governor, "" where not readable
    double frequencyMHz = -1;
    double load1 = -1;             ///< one-minute load average
    std::string kernel, hostHash;  ///< kernel release; SHA-256 prefix of the machine id, to tell machines apart
    std::string compiler, buildType, version;
};

Environment readEnvironment();
/// The object under "environment" of the command line's JSON.
std::string toJson(const Environment& environment);

}  // namespace bitdesk
