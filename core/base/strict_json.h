// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace bitdesk {

/// JSON from untrusted text. Refuses what readers disagree about or what exhausts a parser: duplicate keys, invalid
/// UTF-8, NUL bytes, nesting beyond `maxDepth` levels, more than two million values. Throws Error (BadInput) reading
/// "<where>: <subject> is …".
nlohmann::json parseStrictJson(std::string_view text, int maxDepth, const std::string& where,
                               const std::string& subject);

}  // namespace bitdesk
