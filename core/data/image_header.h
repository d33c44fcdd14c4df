// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/data/data_set.h"

namespace bitdesk {

inline constexpr int kMostImageSide = 16384;
inline constexpr std::int64_t kMostImagePixels = std::int64_t{1} << 26;

/// What the header of a PNG or JPEG file says, checked before anything is decoded.
struct ImageHeader {
    bool jpeg = false;
    bool inks = false;             ///< a JPEG of CMYK or YCCK, which becomes RGB
    bool wide = false;             ///< 16 bits a sample
    int orientation = 1;           ///< EXIF's; of a PNG known once checkPng() went through it
    ImageShape shape;              ///< as it is stored; 1 or 3 channels: alpha is dropped
    std::int64_t decodeBytes = 0;  ///< of memory that decoding the file takes at most, itself included
};

/// Whether the bytes begin as a PNG or JPEG file does.
bool beginsAsImage(std::span<const std::uint8_t> bytes);

/// Reads the header from the first bytes of a file of `fileBytes`; nothing where it needs more of them. `where` names
/// the file. Throws Error (BadInput): neither PNG nor JPEG, damaged, a side of 1 or of more than kMostImageSide, more
/// than kMostImagePixels, a kind of JPEG that is not read.
std::optional<ImageHeader> parseImageHeader(std::span<const std::uint8_t> begin, std::int64_t fileBytes,
                                            const std::string& where);

/// The part of it for PNG files.
std::optional<ImageHeader> parsePngHeader(std::span<const std::uint8_t> begin, std::int64_t fileBytes,
                                          const std::string& where);
/// The part of it for JPEG files, which goes up to the first scan. What stands between segments, which no program
/// should write and all pass over, is passed over.
std::optional<ImageHeader> parseJpegHeader(std::span<const std::uint8_t> begin, std::int64_t fileBytes,
                                           const std::string& where);

/// Walks a whole PNG file, compares every chunk's checksum and finds its orientation. Throws Error (BadInput) where it
/// is cut short or damaged.
void checkPng(std::span<const std::uint8_t> file, ImageHeader& header, const std::string& where);

/// Throws Error (BadInput) where the sides, of an untrusted header, are out of bounds.
ImageShape checkedShape(std::uint32_t height, std::uint32_t width, int channels, const std::string& where);

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

/// How a picture must be turned to stand upright: EXIF's 1 … 8, of which 1 is as it is; a number beyond is read as 1.
/// Nothing where `exif` (a TIFF directory, "Exif\0\0" before it or not) does not say it, or is damaged.
std::optional<int> exifOrientation(std::span<const std::uint8_t> exif);

/// The same of an XMP packet, as Pillow looks for it: the first tiff:Orientation.
std::optional<int> xmpOrientation(std::span<const std::uint8_t> xmp);

/// What a file's parts say; EXIF goes before XMP.
struct Orientations {
    std::optional<int> exif, xmp;

    int orientation() const { return exif.value_or(xmp.value_or(1)); }
};

}  // namespace bitdesk
