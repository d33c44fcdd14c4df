// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/results/conditions.h"

namespace bitdesk {

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
