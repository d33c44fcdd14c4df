// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/energy.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace bitdesk {
namespace {

constexpr const char* kPowercap = "sys/class/powercap";

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::optional<int> deviceNumber(std::string_view text) {
    constexpr std::uint64_t kMost = 1000;
    const auto number = countFrom(text);
    return number && *number < kMost ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

/// The N of "cuda:N"; "cuda" is the first.
std::optional<int> cudaNumber(std::string_view device) {
    if (device == "cuda") return 0;
    return device.starts_with("cuda:") ? deviceNumber(device.substr(5)) : std::nullopt;
}

/// The N-th of CUDA_VISIBLE_DEVICES, as far as that list holds numbers.
std::optional<int> visibleNumber(int cuda) {
    std::string_view list = variable("CUDA_VISIBLE_DEVICES");
    if (std::getenv("CUDA_VISIBLE_DEVICES") == nullptr) return cuda;
    for (int skip = cuda; skip > 0; --skip) {
        const auto comma = list.find(',');
        if (comma == std::string_view::npos) return std::nullopt;
        list.remove_prefix(comma + 1);
    }
    return deviceNumber(list.substr(0, list.find(',')));
}

/// CUDA counts the fastest GPU first unless it is told to follow the bus, as NVML does.
bool sameOrder(const Nvml& nvml) {
    if (variable("CUDA_DEVICE_ORDER") == "PCI_BUS_ID") return true;
    for (int device = 1; device < nvml.deviceCount(); ++device)
        if (nvml.identity(device).name != nvml.identity(0).name) return false;
    return true;
}

}  // namespace

EnergyMeter::EnergyMeter(const std::string& device, MachineFiles files, const Nvml& nvml)
    : m_files(std::move(files)), m_nvml(&nvml) {
    if (device == "cpu") findDomains();
    else findGpu(device);
}

void EnergyMeter::findDomains() {
    for (const auto& folder : foldersIn(m_files, kPowercap, "intel-rapl:")) {
        // Parts of a package ("core", "dram") and the whole board ("psys") would count twice.
        const std::string name = firstLine(m_files, folder / "name");
        if (!name.starts_with("package")) continue;
        m_domains.push_back({folder, name, countIn(m_files, folder / "max_energy_range_uj")});
    }
    if (m_domains.empty()) m_why = fmt::format("energy: no RAPL under /{}", kPowercap);
    else readDomains();
}

void EnergyMeter::findGpu(const std::string& device) {
    const auto cuda = cudaNumber(device);
    if (!cuda) {
        m_why = "energy: no counter is known for this kind of device";
    } else if (!m_nvml->available()) {
        m_why = "energy: " + m_nvml->whyUnavailable();
    } else if (!sameOrder(*m_nvml)) {
        m_why = "energy: CUDA and NVML may count these GPUs in different orders: set CUDA_DEVICE_ORDER=PCI_BUS_ID";
    } else if (const auto number = visibleNumber(*cuda); !number || *number >= m_nvml->deviceCount()) {
        m_why = fmt::format("energy: NVML knows no GPU for cuda:{}", *cuda);
    } else if (!m_nvml->energyJoules(*number)) {
        m_why = fmt::format("energy: {} does not count its energy", m_nvml->identity(*number).name);
    } else {
        m_gpu = number;
    }
}

/// µJ of each domain; nothing, and the reason kept, where one cannot be read.
std::optional<std::vector<std::uint64_t>> EnergyMeter::readDomains() {
    std::vector<std::uint64_t> values;
    for (const Domain& domain : m_domains) {
        const auto path = domain.folder / "energy_uj";
        int error = 0;
        const std::string text = readMachineFile(m_files, path, &error).value_or("");
        const auto value = countFrom(text);
        if (error == EACCES || error == EPERM)
            m_why = fmt::format("energy: not permitted: run as root or give read access to /{}", path.string());
        else if (!value) m_why = fmt::format("energy: /{} holds no counter", path.string());
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    m_why.clear();
    return values;
}

void EnergyMeter::start() {
    m_begin.reset();
    m_gpuBegin.reset();
    if (m_gpu) m_gpuBegin = m_nvml->energyJoules(*m_gpu);
    else if (!m_domains.empty()) m_begin = readDomains();
}

std::optional<Energy> EnergyMeter::stop() {
    std::optional<Energy> found;
    if (m_begin) found = stopDomains();
    else if (m_gpuBegin) found = stopGpu();
    m_begin.reset();
    m_gpuBegin.reset();
    return found;
}

std::optional<double> EnergyMeter::joulesOfDomains(const std::vector<std::uint64_t>& now) {
    double joules = 0;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const std::uint64_t begin = (*m_begin)[i];
        const auto& range = m_domains[i].range;
        if (now[i] < begin && (!range || *range < begin)) {
            m_why = fmt::format("energy: the counter of {} went backwards", m_domains[i].name);
            return std::nullopt;
        }
        const std::uint64_t microjoules = now[i] >= begin ? now[i] - begin : *range - begin + now[i];
        joules += static_cast<double>(microjoules) * 1e-6;
    }
    return joules;
}

std::optional<Energy> EnergyMeter::stopDomains() {
    const auto now = readDomains();
    const auto joules = now ? joulesOfDomains(*now) : std::nullopt;
    if (!joules) return std::nullopt;
    std::string names;
    for (const Domain& domain : m_domains) names += (names.empty() ? "" : ", ") + domain.name;
    return Energy{*joules, "RAPL " + names};
}

std::optional<Energy> EnergyMeter::stopGpu() {
    const auto now = m_nvml->energyJoules(*m_gpu);
    if (!now || *now < *m_gpuBegin) {
        m_why = "energy: the GPU's counter broke off";
        return std::nullopt;
    }
    return Energy{*now - *m_gpuBegin, "NVML, " + m_nvml->identity(*m_gpu).name};
}

}  // namespace bitdesk
