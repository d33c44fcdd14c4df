// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bitdesk {

/// A GPU's name and the version of its driver.
struct GpuIdentity {
    std::string name, driver;  ///< "" where not readable
};

/// What changes on a GPU while it works; nothing where the driver does not tell.
struct GpuState {
    std::optional<double> smClockMHz, memoryClockMHz, temperatureC, powerWatts;
    std::optional<std::uint64_t> throttleReasons;  ///< bits of NVML's nvmlClocksThrottleReasons
};

/// Reasons that a GPU's clock is lowered for, of NVML's public interface.
namespace gpu_throttle {
inline constexpr std::uint64_t kIdle = 0x1, kApplicationClocks = 0x2, kPowerCap = 0x4, kHardwareSlowdown = 0x8,
                               kSyncBoost = 0x10, kThermalSoftware = 0x20, kThermalHardware = 0x40, kPowerBrake = 0x80,
                               kDisplayClocks = 0x100;
/// Plain words for the bits, in rising order; unknown bits as one hexadecimal number.
std::vector<std::string> names(std::uint64_t reasons);
}  // namespace gpu_throttle

/// NVIDIA's management library, loaded while the program runs, so that the program also starts without it. Where the
/// library, one of its functions or a reading is missing, the answer is nothing; no error leaves this class. Devices
/// count from 0 in the order of their PCI addresses, which need not be CUDA's. Readings may come from several threads.
///
/// Not yet run on a real GPU: so far it has only met the stand-in of its tests.
class Nvml {
public:
    /// An empty path stands for the environment variable BITDESK_NVML, or libnvidia-ml.so.1 where that is not set.
    explicit Nvml(const std::filesystem::path& library = {});
    ~Nvml();
    Nvml(Nvml&&) noexcept;
    Nvml& operator=(Nvml&&) noexcept;

    bool available() const { return m_library != nullptr; }
    /// One clause; "" where available.
    const std::string& whyUnavailable() const { return m_why; }

    int deviceCount() const;  ///< at most 64
    GpuIdentity identity(int device) const;
    GpuState state(int device) const;
    /// Since the driver was loaded; Volta and later.
    std::optional<double> energyJoules(int device) const;

private:
    struct Library;
    std::unique_ptr<Library> m_library;
    std::string m_why;
};

/// The machine's own, loaded at the first call and kept: that takes up to a second where a driver has to wake up.
const Nvml& systemNvml();

}  // namespace bitdesk
