// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>

namespace bitdesk {

/// Deflate cannot do better than about 1032; a file of pixels or weights is far from it.
inline constexpr std::int64_t kMostExpansion = 200;
/// What unpacks to no more may do so from nothing.
inline constexpr std::int64_t kSmallUnpacked = 1 << 20;

/// Whether something packed would unpack to so much that it was made to fill a memory.
inline bool unpacksTooFar(std::int64_t packedBytes, std::int64_t unpackedBytes) {
    return unpackedBytes > kSmallUnpacked && unpackedBytes / kMostExpansion > packedBytes;
}

}  // namespace bitdesk
