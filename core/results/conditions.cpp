// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/conditions.h"

#include <fmt/format.h>
#include <array>
#include <utility>

namespace bitdesk {

std::vector<std::string> gpu_throttle::names(std::uint64_t reasons) {
    constexpr std::array<std::pair<std::uint64_t, const char*>, 9> kNames{{{kIdle, "idle"},
                                                                           {kApplicationClocks, "application clocks"},
                                                                           {kPowerCap, "power cap"},
                                                                           {kHardwareSlowdown, "hardware slowdown"},
                                                                           {kSyncBoost, "sync boost"},
                                                                           {kThermalSoftware, "thermal limit"},
                                                                           {kThermalHardware, "thermal slowdown"},
                                                                           {kPowerBrake, "power brake"},
                                                                           {kDisplayClocks, "display clocks"}}};
    std::vector<std::string> found;
    for (const auto& [bit, name] : kNames) {
        if ((reasons & bit) != 0) found.emplace_back(name);
        reasons &= ~bit;
    }
    if (reasons != 0) found.push_back(fmt::format("{:#x}", reasons));
    return found;
}

}  // namespace bitdesk
