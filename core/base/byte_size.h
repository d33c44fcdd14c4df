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

}  // namespace bitdesk
