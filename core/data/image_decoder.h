// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "core/base/hash.h"
#include "core/data/decode_memory.h"
#include "core/data/image_header.h"

namespace bitdesk {

/// What is kept of an image's file besides its pixels.
struct ImageFacts {
    ImageShape shape;  ///< as it is stored
    bool jpeg = false;
    int orientation = 1;     ///< EXIF's
    int brightest = kEight;  ///< of 16-bit samples: the largest upper half
    Digest digest{};

    static constexpr int kEight = -1;  ///< it has 8 bits
};

/// Size and times of a file, by which a change is noticed.
struct FileStamp {
    std::int64_t bytes = 0, modified = 0, changed = 0;  ///< nanoseconds

    bool operator==(const FileStamp&) const = default;
};
/// Follows links. Throws Error (BadInput): missing, or no regular file.
FileStamp stampOf(const std::filesystem::path& path);

/// What images are brought to.
struct Preparation {
    ImageShape shape;
    bool asTheyAre = true;  ///< an image of another shape is an error
    int resize = 0;         ///< see placeCentre()
    Interpolation interpolation = Interpolation::Auto;
    bool exif = false;  ///< an image is turned as its EXIF orientation says before anything else
};

/// The shape of a file's picture, turned where `exif`. Throws Error (BadInput) as parseImageHeader() does, and where
/// the file is damaged or too large for `memory`.
ImageShape readImageShape(const std::filesystem::path& path, bool exif, DecodeMemory& memory);

/// Reads, checks and decodes a file and writes its `preparation.shape` into `out`; all its memory is `memory`'s. Alpha
/// is dropped, colour becomes grey by ITU-R 601 luma and grey colour by three equal channels, before the size is
/// changed. `expected`: throws where the file is not the one of that digest any more. Throws Error (BadInput) naming
/// the file; UnfitImage where it is sound but of another shape, or too large for `memory`.
ImageFacts decodeImage(const std::filesystem::path& path, const Preparation& preparation, DecodeMemory& memory,
                       std::span<std::uint8_t> out, const Digest* expected = nullptr);

/// Throws UnfitImage where images are taken as they are and this one is of another shape.
void checkShape(const ImageFacts& facts, const Preparation& preparation, const std::filesystem::path& path);

}  // namespace bitdesk
