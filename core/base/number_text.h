// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bitdesk {

/// "4096", "512K", "256M" or "1G" (binary units) → bytes; nothing where it is none, or more than 2^60.
std::optional<std::int64_t> parseByteSize(std::string_view text);
/// What parseByteSize() reads, in the largest unit that is exact.
std::string toByteSize(std::int64_t bytes);

/// "0,5pp" → "0.5pp": one number with a decimal comma, and perhaps a unit, as it is to be written; nothing where the
/// text is anything else.
std::optional<std::string> withDecimalPoint(std::string_view text);

}  // namespace bitdesk
