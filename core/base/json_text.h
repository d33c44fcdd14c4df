// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace bitdesk {

/// The same JSON with a \u escape, which means the same, for what would steer a terminal that shows it
/// (steeringBytes()).
std::string withEscapes(std::string_view json);

/// JSON as it is given to people and other programs: indented, with such escapes and a line's end; what is no UTF-8 in
/// it becomes U+FFFD.
std::string jsonText(const nlohmann::ordered_json& json, int indent = 2);

}  // namespace bitdesk
