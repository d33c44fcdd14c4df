// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/exif.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace bitdesk {
namespace {

using Bytes = std::span<const std::uint8_t>;
using namespace std::string_view_literals;

std::string_view textOf(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// A TIFF file's numbers, in the order of bytes that it says.
struct Tiff {
    Bytes bytes;
    bool little = false;

    std::uint32_t number(std::size_t offset, std::size_t count) const {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[offset + (little ? count - 1 - i : i)];
        return value;
    }
};

int asOrientation(std::uint32_t value) { return value >= 1 && value <= 8 ? static_cast<int>(value) : 1; }

/// The value of a directory's entry of 12 bytes, where it is one whole number.
std::optional<int> valueOf(const Tiff& tiff, std::size_t entry) {
    constexpr std::uint32_t kByte = 1, kShort = 3, kLong = 4;
    const std::uint32_t type = tiff.number(entry + 2, 2), count = tiff.number(entry + 4, 4);
    if (count != 1) return std::nullopt;
    if (type == kByte) return asOrientation(tiff.number(entry + 8, 1));
    if (type == kShort) return asOrientation(tiff.number(entry + 8, 2));
    if (type == kLong) return asOrientation(tiff.number(entry + 8, 4));
    return std::nullopt;
}

}  // namespace

std::optional<int> exifOrientation(Bytes exif) {
    constexpr auto kName = "Exif\0\0"sv;
    constexpr std::size_t kHeader = 8, kEntry = 12;
    constexpr std::uint32_t kOrientation = 0x0112;
    for (int i = 0; i < 2 && textOf(exif).starts_with(kName); ++i) exif = exif.subspan(kName.size());
    const bool little = textOf(exif).starts_with("II");
    if (exif.size() < kHeader || (!little && !textOf(exif).starts_with("MM"))) return std::nullopt;
    const Tiff tiff{.bytes = exif, .little = little};
    if (tiff.number(2, 2) != 42) return std::nullopt;
    const std::size_t directory = tiff.number(4, 4);
    if (directory > exif.size() || exif.size() - directory < 2) return std::nullopt;
    const std::size_t entries = tiff.number(directory, 2);
    std::optional<int> orientation;  // of two the last, as in Pillow
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * kEntry;
        if (entry + kEntry > exif.size()) break;
        if (tiff.number(entry, 2) == kOrientation) orientation = valueOf(tiff, entry);
    }
    return orientation;
}

std::optional<int> xmpOrientation(Bytes xmp) {
    constexpr auto kName = "tiff:Orientation"sv;
    const std::string_view text = textOf(xmp);
    for (std::size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
        std::string_view rest = text.substr(at + kName.size());
        if (rest.starts_with("=\"")) rest.remove_prefix(2);
        else if (rest.starts_with('>')) rest.remove_prefix(1);
        else continue;
        if (!rest.empty() && rest[0] >= '0' && rest[0] <= '9')
            return asOrientation(static_cast<std::uint32_t>(rest[0] - '0'));
    }
    return std::nullopt;
}

void turnUpright(Bytes pixels, int height, int width, int channels, int orientation, std::span<std::uint8_t> out) {
    const bool mirrored = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;  // its columns
    const bool fromBelow = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const bool side = liesOnItsSide(orientation);
    const int rows = side ? width : height, columns = side ? height : width;
    std::uint8_t* target = out.data();
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x, target += channels) {
            const int row = side ? x : y, column = side ? y : x;
            const std::ptrdiff_t from =
                std::ptrdiff_t{fromBelow ? height - 1 - row : row} * width + (mirrored ? width - 1 - column : column);
            std::copy_n(pixels.data() + from * channels, channels, target);
        }
}

}  // namespace bitdesk
