// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/conditions.h"

#include <fmt/format.h>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/results/conditions_json.h"
#include "core/results/read_fields.h"

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

using Json = nlohmann::json;

Json jsonOf(Stored, const Conditions& conditions) {
    if (conditions.record) {
        const Json json = Json::parse(*conditions.record, nullptr, false);
        return json.is_discarded() ? Json() : json;
    }
    Json json = Json::object();
    fields(conditions, IntoJson<Stored>{json});
    return json;
}

nlohmann::ordered_json jsonOf(Told, const Conditions& conditions) { return storedJson(conditions); }

std::string toJson(const Conditions& conditions) {
    return conditions.record ? *conditions.record : storedText(jsonOf(Stored{}, conditions));
}
std::string toJson(const Environment& environment) { return storedText(storedJson(environment)); }

Conditions conditionsFromJson(const std::string& text) {
    Conditions conditions;
    readStored(text, conditions);
    conditions.record = text;
    return conditions;
}

}  // namespace bitdesk
