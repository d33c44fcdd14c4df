// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_header.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "core/data/header_bytes.h"
#include "core/data/unread_files.h"

namespace bitdesk {
namespace {

using namespace header_bytes;
using namespace std::string_view_literals;

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n"sv;
constexpr std::string_view kJpeg = "\xff\xd8\xff"sv;

[[noreturn]] void failUnknown(Bytes begin, const std::string& where) {
    constexpr const char* kHint = "Keep other files out of the class folders";
    if (begin.empty()) fail(where, "is empty", kHint);
    const WhatItIs what = whatBytesAre({reinterpret_cast<const char*>(begin.data()), begin.size()});
    const std::string how = howToRead(what.kind), hint = how.empty() ? kHint : how;
    if (what.kind == FileKind::Picture) fail(where, "is " + what.text + "; PNG and JPEG are read", hint);
    const std::string known = what.kind == FileKind::Unknown ? "" : ", but " + what.text;
    fail(where, "is neither a PNG nor a JPEG image" + known, hint);
}

}  // namespace

bool beginsAsImage(Bytes bytes) { return startsWith(bytes, kPng) || startsWith(bytes, kJpeg); }

ImageShape checkedShape(std::uint32_t height, std::uint32_t width, int channels, const std::string& where) {
    const std::string size = std::to_string(height) + "×" + std::to_string(width) + " pixels";
    if (height < 2 || width < 2) fail(where, "has " + size + "; an image has at least 2×2");
    if (std::max(height, width) > kMostImageSide)
        fail(where, "has " + size + ", at most " + std::to_string(kMostImageSide) + " a side are read");
    if (std::int64_t{height} * width > kMostImagePixels) fail(where, "has " + size + ", at most 2^26 in all are read");
    return {static_cast<int>(height), static_cast<int>(width), channels};
}

std::optional<ImageHeader> parseImageHeader(Bytes begin, std::int64_t fileBytes, const std::string& where) {
    if (startsWith(begin, kPng)) return parsePngHeader(begin, fileBytes, where);
    if (startsWith(begin, kJpeg)) return parseJpegHeader(begin, fileBytes, where);
    failUnknown(begin, where);
}

namespace {

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

}  // namespace bitdesk
