// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_header.h"

#include <zlib.h>
#include <algorithm>
#include <array>
#include <string_view>

#include "core/data/exif.h"
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

std::optional<ImageHeader> parsePng(Bytes begin, std::int64_t fileBytes, const std::string& where) {
    constexpr std::size_t kHeaderEnd = 33;
    if (begin.size() < kHeaderEnd) {
        if (static_cast<std::int64_t>(begin.size()) < fileBytes) return std::nullopt;
        fail(where, "is cut short: it ends inside its header");
    }
    if (bigEndian(begin, 8, 4) != 13 || !startsWith(begin, "IHDR", 12))
        fail(where, "is a damaged PNG image: it does not begin with its header");
    const int depth = begin[24], colour = begin[25];
    const bool known = colour == 0 || colour == 2 || colour == 3 || colour == 4 || colour == 6;
    if (!known || begin[26] != 0 || begin[27] != 0 || begin[28] > 1)
        fail(where, "is a damaged PNG image: its header is of no known kind");
    const bool grey = colour == 0 || colour == 4;
    ImageHeader header{
        .wide = depth == 16,
        .shape = checkedShape(bigEndian(begin, 20, 4), bigEndian(begin, 16, 4), grey ? 1 : 3, where),
    };
    // The file, the pixels, and libpng's: two rows as they are stored, one of them for all samples to grow in.
    constexpr std::int64_t kTables = 1 << 16, kOfPixel = 8, kRows = 4;
    header.decodeBytes = header.shape.bytes() + kRows * kOfPixel * (header.shape.width + 64) + 2 * fileBytes + kTables;
    return header;
}

void lookForOrientation(Bytes chunk, Orientations& found) {
    constexpr auto kPacket = "iTXtXML:com.adobe.xmp\0\0"sv;  // not compressed
    if (startsWith(chunk, "eXIf")) found.exif = exifOrientation(chunk.subspan(4));
    if (startsWith(chunk, kPacket)) found.xmp = xmpOrientation(chunk.subspan(kPacket.size()));
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
    if (startsWith(begin, kPng)) return parsePng(begin, fileBytes, where);
    if (startsWith(begin, kJpeg)) return parseJpegHeader(begin, fileBytes, where);
    failUnknown(begin, where);
}

void checkPng(Bytes file, ImageHeader& header, const std::string& where) {
    Orientations orientations;
    for (std::size_t offset = kPng.size();;) {
        if (offset + 12 > file.size()) fail(where, "is cut short: it ends without an end chunk");
        const std::size_t length = bigEndian(file, offset, 4);
        if (length > file.size() - offset - 12) fail(where, "is cut short: it ends inside a chunk");
        const Bytes chunk = file.subspan(offset + 4, length + 4);
        if (crc32(0, chunk.data(), static_cast<uInt>(chunk.size())) != bigEndian(file, offset + 8 + length, 4))
            fail(where, "is a damaged PNG image: a checksum does not fit");
        lookForOrientation(chunk, orientations);
        if (startsWith(chunk, "IEND")) break;
        offset += 12 + length;
    }
    header.orientation = orientations.orientation();
}

}  // namespace bitdesk
