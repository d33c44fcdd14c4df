// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace bitdesk {

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

/// Whether height and width change places.
inline bool liesOnItsSide(int orientation) { return orientation >= 5; }

/// Turns pixels [height, width, channels] as `orientation` says into `out`, of as many bytes: Pillow's
/// `exif_transpose`.
void turnUpright(std::span<const std::uint8_t> pixels, int height, int width, int channels, int orientation,
                 std::span<std::uint8_t> out);

}  // namespace bitdesk
