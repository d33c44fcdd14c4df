// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace bitdesk {

struct FreeStbPixels {
    void operator()(std::uint8_t* pixels) const;
};

/// What stb_image makes of a PNG or JPEG file: 8 bits a sample, channels as the file has them (2 and 4: with alpha).
struct StbImage {
    std::unique_ptr<std::uint8_t, FreeStbPixels> pixels;  ///< [H, W, C]; null where it failed
    int height = 0, width = 0, channels = 0;
    std::string failure;
    std::int64_t peakBytes = 0;  ///< that stb_image held at a time
};

/// `mostBytes`: of memory, at a time; a file that asks for more fails.
StbImage stbDecode(std::span<const std::uint8_t> file, std::int64_t mostBytes);

}  // namespace bitdesk
