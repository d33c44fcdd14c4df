// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <string_view>

namespace bitdesk {

inline constexpr std::size_t kPictureMagic = 32;  ///< bytes from a file's begin that tell its format

/// The picture format that a file begins as: "PNG", "JPEG", or one that is not read, as "WebP"; empty: none.
std::string_view pictureFormat(std::string_view begin);

}  // namespace bitdesk
