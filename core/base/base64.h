// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bitdesk {

/// RFC 4648, with padding.
std::string toBase64(std::span<const std::uint8_t> bytes);
/// Nothing for a text that is not base64.
std::optional<std::vector<std::uint8_t>> fromBase64(const std::string& text);

}  // namespace bitdesk
