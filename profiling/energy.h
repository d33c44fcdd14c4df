// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/machine_files.h"
#include "profiling/nvml.h"

namespace bitdesk {

struct Energy {
    double joules = 0;
    std::string source;  ///< "RAPL package-0, package-1" or "NVML, NVIDIA A100"
};

/// The energy between start() and stop(). Of a CPU: all that its packages took (RAPL, of Intel and AMD alike), whoever
/// used them, idle power included. Of a GPU: the whole board's.
/// RAPL's counters wrap around, at full load after some ten minutes at the earliest; one turn is seen, a second is not.
/// RAPL steps every millisecond, NVML's counter some ten times a second: shorter measurements say little.
class EnergyMeter {
public:
    /// `device`: "cpu", "cuda" or "cuda:N". `nvml` must outlive the meter.
    explicit EnergyMeter(const std::string& device = "cpu", MachineFiles files = {}, const Nvml& nvml = systemNvml());

    void start();
    /// Nothing without start(), or where a counter cannot be read: never a part of the whole.
    std::optional<Energy> stop();
    /// One line with the cause and, where there is one, the remedy; "" where the last reading, or the search before the
    /// first, found what it needs.
    const std::string& whyUnreadable() const { return m_why; }

private:
    struct Domain {
        std::filesystem::path folder;  ///< relative to the root
        std::string name;
        std::optional<std::uint64_t> range;  ///< µJ; the counter goes from here back to 0
    };
    void findDomains();
    void findGpu(const std::string& device);
    std::optional<std::vector<std::uint64_t>> readDomains();
    std::optional<double> joulesOfDomains(const std::vector<std::uint64_t>& now);
    std::optional<Energy> stopDomains();
    std::optional<Energy> stopGpu();

    MachineFiles m_files;
    const Nvml* m_nvml;
    std::vector<Domain> m_domains;                      ///< empty for a GPU
    std::optional<int> m_gpu;                           ///< NVML's index
    std::optional<std::vector<std::uint64_t>> m_begin;  ///< µJ, of each domain
    std::optional<double> m_gpuBegin;                   ///< J
    std::string m_why;
};

}  // namespace bitdesk
