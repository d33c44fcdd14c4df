// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/error.h"

/// What the readers of PNG, JPEG and IDX headers share.
namespace bitdesk::header_bytes {

using Bytes = std::span<const std::uint8_t>;

inline constexpr const char* kConvert = "Convert it to PNG or JPEG";

inline bool startsWith(Bytes bytes, std::string_view magic, std::size_t offset = 0) {
    return bytes.size() >= offset + magic.size() &&
           std::ranges::equal(bytes.subspan(offset, magic.size()), magic, {}, {},
                              [](char c) { return static_cast<std::uint8_t>(c); });
}

/// The bytes must be there.
inline std::uint32_t bigEndian(Bytes bytes, std::size_t offset, int count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) value = value << 8 | bytes[offset + i];
    return value;
}

[[noreturn]] inline void fail(const std::string& where, const std::string& reason, const std::string& hint = {}) {
    throw Error(ErrorKind::BadInput, where, reason, hint);
}

}  // namespace bitdesk::header_bytes
