// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "profiling/nvml.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "core/base/error.h"

namespace bitdesk {
namespace {

// As in NVML's public interface: nvmlReturn_t and the enumerations are ints, a device is an opaque pointer.
using Device = void*;
constexpr int kSuccess = 0, kClockSm = 1, kClockMemory = 2, kSensorGpu = 0;
constexpr unsigned kMostDevices = 64;

using TextOfSystem = int(char*, unsigned);
using TextOfDevice = int(Device, char*, unsigned);
using NumberOfDevice = int(Device, unsigned*);
using LongNumberOfDevice = int(Device, unsigned long long*);
using SelectedNumberOfDevice = int(Device, int, unsigned*);

std::filesystem::path libraryPath(const std::filesystem::path& wanted) {
    if (!wanted.empty()) return wanted;
    const char* named = std::getenv("BITDESK_NVML");
    return named != nullptr && *named != '\0' ? named : "libnvidia-ml.so.1";
}

template <typename Call>
std::string textFrom(Call call) {
    std::array<char, 128> buffer{};
    // One byte less than there is: a text that fills its buffer has no end.
    if (call(buffer.data(), static_cast<unsigned>(buffer.size() - 1)) != kSuccess) return {};
    buffer.back() = '\0';
    return printable(buffer.data());
}

std::optional<double> selected(SelectedNumberOfDevice* function, Device device, int which) {
    unsigned value = 0;
    if (function == nullptr || function(device, which, &value) != kSuccess) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> longNumber(LongNumberOfDevice* function, Device device) {
    unsigned long long value = 0;
    if (function == nullptr || function(device, &value) != kSuccess) return std::nullopt;
    return value;
}

}  // namespace

/// The loaded library, initialised as long as this lives.
struct Nvml::Library {
    ~Library() {
        if (initialised && shutdown != nullptr) shutdown();
        if (handle != nullptr) dlclose(handle);
    }
    Library() = default;
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    template <typename Function>
    void find(Function*& function, const char* symbol) const {
        function = reinterpret_cast<Function*>(dlsym(handle, symbol));
    }
    std::string load(const std::filesystem::path& path);
    void findReadings();
    std::optional<Device> device(int index) const;

    void* handle = nullptr;
    bool initialised = false;
    int (*init)() = nullptr;
    int (*shutdown)() = nullptr;
    int (*count)(unsigned*) = nullptr;
    int (*byIndex)(unsigned, Device*) = nullptr;
    TextOfSystem* driver = nullptr;
    TextOfDevice* name = nullptr;
    SelectedNumberOfDevice *clock = nullptr, *temperature = nullptr;
    NumberOfDevice* power = nullptr;
    LongNumberOfDevice *energy = nullptr, *reasons = nullptr;
};

/// Why it cannot be used, "" where it can.
std::string Nvml::Library::load(const std::filesystem::path& path) {
    handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return "no NVIDIA driver: " + path.string() + " cannot be loaded";
    find(init, "nvmlInit_v2");
    find(shutdown, "nvmlShutdown");
    find(count, "nvmlDeviceGetCount_v2");
    find(byIndex, "nvmlDeviceGetHandleByIndex_v2");
    if (init == nullptr || count == nullptr || byIndex == nullptr) return path.string() + " is not NVML, or too old";
    const int code = init();
    if (code != kSuccess)
        return fmt::format("NVML does not start (error {}): no GPU, or driver and library differ", code);
    initialised = true;
    findReadings();
    return {};
}

void Nvml::Library::findReadings() {
    find(driver, "nvmlSystemGetDriverVersion");
    find(name, "nvmlDeviceGetName");
    find(clock, "nvmlDeviceGetClockInfo");
    find(temperature, "nvmlDeviceGetTemperature");
    find(power, "nvmlDeviceGetPowerUsage");
    find(energy, "nvmlDeviceGetTotalEnergyConsumption");
    find(reasons, "nvmlDeviceGetCurrentClocksThrottleReasons");
    // The new name of the same function, should the old one go.
    if (reasons == nullptr) find(reasons, "nvmlDeviceGetCurrentClocksEventReasons");
}

std::optional<Device> Nvml::Library::device(int index) const {
    Device found = nullptr;
    if (index < 0 || byIndex(static_cast<unsigned>(index), &found) != kSuccess) return std::nullopt;
    return found;
}

Nvml::Nvml(const std::filesystem::path& library) : m_library(std::make_unique<Library>()) {
    m_why = m_library->load(libraryPath(library));
    if (!m_why.empty()) m_library.reset();
}

Nvml::~Nvml() = default;
Nvml::Nvml(Nvml&&) noexcept = default;
Nvml& Nvml::operator=(Nvml&&) noexcept = default;

int Nvml::deviceCount() const {
    unsigned count = 0;
    if (!m_library || m_library->count(&count) != kSuccess) return 0;
    return static_cast<int>(std::min(count, kMostDevices));
}

GpuIdentity Nvml::identity(int device) const {
    const auto handle = m_library ? m_library->device(device) : std::nullopt;
    if (!handle) return {};
    GpuIdentity found;
    if (m_library->driver != nullptr) found.driver = textFrom(m_library->driver);
    if (m_library->name != nullptr)
        found.name = textFrom([&](char* text, unsigned size) { return m_library->name(*handle, text, size); });
    return found;
}

GpuState Nvml::state(int device) const {
    const auto handle = m_library ? m_library->device(device) : std::nullopt;
    if (!handle) return {};
    GpuState found;
    found.smClockMHz = selected(m_library->clock, *handle, kClockSm);
    found.memoryClockMHz = selected(m_library->clock, *handle, kClockMemory);
    found.temperatureC = selected(m_library->temperature, *handle, kSensorGpu);
    unsigned milliwatts = 0;
    if (m_library->power != nullptr && m_library->power(*handle, &milliwatts) == kSuccess)
        found.powerWatts = milliwatts * 1e-3;
    found.throttleReasons = longNumber(m_library->reasons, *handle);
    return found;
}

std::optional<double> Nvml::energyJoules(int device) const {
    const auto handle = m_library ? m_library->device(device) : std::nullopt;
    const auto millijoules = handle ? longNumber(m_library->energy, *handle) : std::nullopt;
    if (!millijoules) return std::nullopt;
    return static_cast<double>(*millijoules) * 1e-3;
}

const Nvml& systemNvml() {
    static const Nvml nvml;
    return nvml;
}

}  // namespace bitdesk
