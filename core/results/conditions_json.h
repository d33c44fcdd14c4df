// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/results/conditions.h"
#include "core/results/json_of.h"

namespace bitdesk {

/// How the store keeps conditions, and other JSON shows them under "environment": one object, keys sorted; what is not
/// readable is null. What was read is as it was; null where that is no JSON.
nlohmann::json jsonOf(Stored, const Conditions& conditions);
nlohmann::ordered_json jsonOf(Told, const Conditions& conditions);
std::string toJson(const Conditions& conditions);
std::string toJson(const Environment& environment);
/// Values of another type than they are here are left out, all of them.
Conditions conditionsFromJson(const std::string& text);

}  // namespace bitdesk
