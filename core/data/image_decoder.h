// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "core/data/decode_memory.h"
#include "core/data/image_header.h"

namespace bitdesk {

using Digest = std::array<std::uint8_t, 32>;  ///< SHA-256

/// An image's file, read but for its pixels: header, and what the file is known by.
struct ImageFile {
    ImageHeader header;
    std::int64_t bytes = 0;
    Digest digest{};
};

/// Size and times of a file, by which a change is noticed.
struct FileStamp {
    std::int64_t bytes = 0, modified = 0, changed = 0;  ///< nanoseconds

    bool operator==(const FileStamp&) const = default;
};
/// Follows links. Throws Error (BadInput): missing, or no regular file.
FileStamp stampOf(const std::filesystem::path& path);

/// The header alone. Throws Error (BadInput) as parseImageHeader() does.
ImageHeader readImageHeader(const std::filesystem::path& path);

/// What images are brought to.
struct Preparation {
    ImageShape shape;
    bool asTheyAre = true;  ///< an image of another shape is an error
    int resize = 0;         ///< see placeCentre()
};

/// Reads, checks and decodes a file and writes its `preparation.shape` into `out`; all its memory is `memory`'s. Alpha
/// is dropped, colour becomes grey by ITU-R 601 luma and grey colour by three equal channels, before the size is
/// changed. `expected`: throws where the file is not the one of that digest any more. Throws Error (BadInput) naming
/// the file; UnfitImage where it is sound but of another shape, or too large for `memory`.
ImageFile decodeImage(const std::filesystem::path& path, const Preparation& preparation, DecodeMemory& memory,
                      std::span<std::uint8_t> out, const Digest* expected = nullptr);

/// Throws UnfitImage where images are taken as they are and this one is of another shape.
void checkShape(const ImageShape& shape, const Preparation& preparation, const std::filesystem::path& path);

}  // namespace bitdesk
