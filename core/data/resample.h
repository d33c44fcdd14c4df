// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/data/data_set.h"

namespace bitdesk {

/// Where the centre is cut out of an image that was brought to height × width.
struct Placement {
    int height = 0, width = 0;
    int top = 0, left = 0;
};
/// `resize`: the shorter side becomes that, the longer one in proportion, rounded down; 0: the smallest size that
/// covers `shape`, rounded to the nearest. The centre is rounded down.
Placement placeCentre(int height, int width, const ImageShape& shape, int resize);

/// Resizes [H, W, C] to `placement` and cuts `shape` (of as many channels) out of it: Pillow's
/// `resize(…, BILINEAR)`, or BICUBIC, and `crop`, bit for bit: a triangle filter, or Keys' cubic with a = −½, widened
/// by the scale where an image becomes smaller, in 22-bit fixed point, rows first. What is cut off is not computed.
void resizeAndCrop(std::span<const std::uint8_t> pixels, const ImageShape& from, const Placement& placement,
                   const ImageShape& shape, std::span<std::uint8_t> out,
                   Interpolation interpolation = Interpolation::Bilinear);

/// Whether height and width change places.
inline bool liesOnItsSide(int orientation) { return orientation >= 5; }

/// Turns pixels [height, width, channels] as `orientation` says into `out`, of as many bytes: Pillow's
/// `exif_transpose`.
void turnUpright(std::span<const std::uint8_t> pixels, int height, int width, int channels, int orientation,
                 std::span<std::uint8_t> out);

/// Says it: "as they are", or "shorter side to 256 (triangle filter), centre 224×224, 3 channels", and before it
/// whether images are turned.
std::string preprocessingText(const std::optional<ImageShape>& shape, const DataChoices& choices);

}  // namespace bitdesk
