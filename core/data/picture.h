// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/data/image_header.h"

namespace bitdesk {

/// What a decoder makes of a file: 8 bits a sample, grey or RGB.
struct Picture {
    std::unique_ptr<std::uint8_t[]> pixels;  ///< [H, W, C] of the header's shape; null where it failed
    std::string failure;                     ///< the end of a sentence: "is a damaged JPEG image: …"
};

/// Decodes a whole JPEG file by libjpeg-turbo, as Pillow's `convert("RGB")` or `convert("L")`: CMYK and YCCK become
/// RGB. What lacks data or is damaged fails; a missing end marker alone does not.
Picture decodeJpeg(std::span<const std::uint8_t> file, const ImageHeader& header);

/// Decodes a whole PNG file by libpng: of 16-bit samples the upper half, palettes become RGB, alpha is dropped. The
/// checksums must have been compared before (checkPng()).
Picture decodePng(std::span<const std::uint8_t> file, const ImageHeader& header);

}  // namespace bitdesk
