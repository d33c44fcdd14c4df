// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_header.h"

#include <zlib.h>
#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/error.h"
#include "core/data/picture_format.h"

namespace bitdesk {
namespace {

using Bytes = std::span<const std::uint8_t>;
using namespace std::string_view_literals;

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n"sv;
constexpr std::string_view kJpeg = "\xff\xd8\xff"sv;
constexpr const char* kConvert = "Convert it to PNG or JPEG";

bool startsWith(Bytes bytes, std::string_view magic, std::size_t offset = 0) {
    return bytes.size() >= offset + magic.size() &&
           std::ranges::equal(bytes.subspan(offset, magic.size()), magic, {}, {},
                              [](char c) { return static_cast<std::uint8_t>(c); });
}

std::uint32_t bigEndian(Bytes bytes, std::size_t offset, int count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) value = value << 8 | bytes[offset + i];
    return value;
}

[[noreturn]] void fail(const std::string& where, const std::string& reason, const std::string& hint = {}) {
    throw Error(ErrorKind::BadInput, where, reason, hint);
}

[[noreturn]] void failUnknown(Bytes begin, const std::string& where) {
    if (const auto format = pictureFormat(begin); !format.empty())
        fail(where, "is a " + std::string(format) + " picture; PNG and JPEG are read",
             "Convert it, as ImageMagick does: mogrify -format png FILE");
    fail(where, begin.empty() ? "is empty" : "is neither a PNG nor a JPEG image",
         "Keep other files out of the class folders");
}

/// Sides in bounds; the extents come from an untrusted header.
ImageShape checkedShape(std::uint32_t height, std::uint32_t width, int channels, const std::string& where) {
    const std::string size = std::to_string(height) + "×" + std::to_string(width) + " pixels";
    if (height < 2 || width < 2) fail(where, "has " + size + "; an image has at least 2×2");
    if (std::max(height, width) > kMostImageSide)
        fail(where, "has " + size + ", at most " + std::to_string(kMostImageSide) + " a side are read");
    if (std::int64_t{height} * width > kMostImagePixels) fail(where, "has " + size + ", at most 2^26 in all are read");
    return {static_cast<int>(height), static_cast<int>(width), channels};
}

/// stb_image holds the file, and of the pixels, its edges rounded up to whole blocks, so many bytes each.
std::int64_t decodeBytes(const ImageShape& shape, int bytesEach, std::int64_t fileBytes) {
    constexpr std::int64_t kBlock = 32, kTables = 1 << 16;
    return (shape.height + kBlock) * (shape.width + kBlock) * bytesEach + 4 * fileBytes + kTables;
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
    ImageHeader header{.jpeg = false,
                       .shape = checkedShape(bigEndian(begin, 20, 4), bigEndian(begin, 16, 4), grey ? 1 : 3, where),
                       .decodeBytes = 0};
    const int sampleBytes = depth == 16 ? 2 : 1;
    header.decodeBytes = decodeBytes(header.shape, (grey ? 2 : 4) * sampleBytes * 3, fileBytes);
    return header;
}

ImageHeader readFrame(Bytes segment, int marker, std::int64_t fileBytes, const std::string& where) {
    constexpr int kBaseline = 0xC0, kProgressive = 0xC2;
    if (marker < kBaseline || marker > kProgressive)
        fail(where, "is a lossless or arithmetically coded JPEG image, which are not read", kConvert);
    if (segment.size() < 8) fail(where, "is a damaged JPEG image: its frame header is too short");
    if (segment[2] != 8) fail(where, "is a JPEG image of " + std::to_string(segment[2]) + " bits, 8 are read");
    const int components = segment[7];
    if (components == 4) fail(where, "is a CMYK image; grey and RGB are read", "Convert it to RGB");
    if (components != 1 && components != 3)
        fail(where, "is a JPEG image of " + std::to_string(components) + " components; grey and RGB are read");
    ImageHeader header{.jpeg = true,
                       .shape = checkedShape(bigEndian(segment, 3, 2), bigEndian(segment, 5, 2), components, where),
                       .decodeBytes = 0};
    header.decodeBytes = decodeBytes(header.shape, components * (marker == kProgressive ? 4 : 3), fileBytes);
    return header;
}

bool isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
bool standsAlone(int marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

/// A marker and its segment, the length included; the marker is −1 where the bytes end before.
struct Segment {
    int marker = -1;
    Bytes bytes = {};
};

/// The segment at `offset`, which moves behind it. Fill bytes before a marker are passed over.
Segment nextSegment(Bytes file, std::size_t& offset, const std::string& where) {
    if (offset >= file.size()) return {};
    if (file[offset] != 0xFF) fail(where, "is a damaged JPEG image: a marker is missing");
    while (offset < file.size() && file[offset] == 0xFF) ++offset;
    if (offset >= file.size()) return {};
    const int marker = file[offset++];
    if (standsAlone(marker) || marker == 0xD9) return {.marker = marker};
    if (offset + 2 > file.size()) return {};
    const std::size_t length = bigEndian(file, offset, 2);
    if (length < 2) fail(where, "is a damaged JPEG image: a segment without a length");
    if (offset + length > file.size()) return {};
    offset += length;
    return {.marker = marker, .bytes = file.subspan(offset - length, length)};
}

std::optional<ImageHeader> parseJpeg(Bytes begin, std::int64_t fileBytes, const std::string& where) {
    for (std::size_t offset = 2;;) {
        const Segment segment = nextSegment(begin, offset, where);
        if (segment.marker < 0 && static_cast<std::int64_t>(begin.size()) < fileBytes) return std::nullopt;
        if (segment.marker < 0) fail(where, "is cut short: it ends inside its header");
        if (isFrame(segment.marker)) return readFrame(segment.bytes, segment.marker, fileBytes, where);
        if (segment.marker == 0xDA || segment.marker == 0xD9)
            fail(where, "is a damaged JPEG image: it has no frame header");
    }
}

/// The bytes up to the end chunk's.
Bytes checkedPng(Bytes file, const std::string& where) {
    for (std::size_t offset = kPng.size();;) {
        if (offset + 12 > file.size()) fail(where, "is cut short: it ends without an end chunk");
        const std::size_t length = bigEndian(file, offset, 4);
        if (length > file.size() - offset - 12) fail(where, "is cut short: it ends inside a chunk");
        const auto checksum = crc32(0, file.data() + offset + 4, static_cast<uInt>(length + 4));
        if (checksum != bigEndian(file, offset + 8 + length, 4))
            fail(where, "is a damaged PNG image: a checksum does not fit");
        const bool end = startsWith(file, "IEND", offset + 4);
        offset += 12 + length;
        if (end) return file.first(offset);
    }
}

/// Behind the coded data that begin at `offset`: at the next marker that is none of theirs.
std::size_t endOfScan(Bytes file, std::size_t offset) {
    while (true) {
        const auto found = std::find(file.begin() + static_cast<std::ptrdiff_t>(offset), file.end(), 0xFF);
        offset = static_cast<std::size_t>(found - file.begin());
        if (offset + 1 >= file.size()) return file.size();
        const int next = file[offset + 1];
        if (next != 0 && next != 0xFF && !(next >= 0xD0 && next <= 0xD7)) return offset;
        offset += next == 0xFF ? 1 : 2;
    }
}

/// stb_image 2.27 trusts a table's counts: more than 256 values, or more codes of a length than there can be, would
/// make it write and read beyond its arrays.
void checkHuffmanTables(Bytes segment, const std::string& where) {
    constexpr std::size_t kLengths = 16, kValues = 256;
    for (std::size_t offset = 2; offset < segment.size();) {
        if (offset + 1 + kLengths > segment.size())
            fail(where, "is a damaged JPEG image: a Huffman table is cut short");
        std::size_t values = 0;
        std::uint32_t room = 1;  // codes of the length that are still free
        for (std::size_t i = 1; i <= kLengths; ++i) {
            const std::uint32_t count = segment[offset + i];
            room *= 2;
            if (count > room) fail(where, "is a damaged JPEG image: a Huffman table has too many codes");
            room -= count;
            values += count;
        }
        offset += 1 + kLengths + values;
        if (values > kValues || offset > segment.size())
            fail(where, "is a damaged JPEG image: a Huffman table has too many values");
    }
}

/// The bytes up to the end marker.
Bytes checkedJpeg(Bytes file, const std::string& where) {
    bool scanned = false;
    for (std::size_t offset = 2;;) {
        const Segment segment = nextSegment(file, offset, where);
        if (segment.marker < 0) fail(where, "is cut short: it ends without an end marker");
        if (segment.marker == 0xD9 && !scanned) fail(where, "is a damaged JPEG image: it has no image data");
        if (segment.marker == 0xD9) return file.first(offset);
        if (segment.marker == 0xC4) checkHuffmanTables(segment.bytes, where);
        if (segment.marker != 0xDA) continue;
        scanned = true;
        offset = endOfScan(file, offset);
    }
}

}  // namespace

bool beginsAsImage(Bytes bytes) { return startsWith(bytes, kPng) || startsWith(bytes, kJpeg); }

std::optional<ImageHeader> parseImageHeader(Bytes begin, std::int64_t fileBytes, const std::string& where) {
    if (startsWith(begin, kPng)) return parsePng(begin, fileBytes, where);
    if (startsWith(begin, kJpeg)) return parseJpeg(begin, fileBytes, where);
    failUnknown(begin, where);
}

Bytes checkedImage(Bytes file, const ImageHeader& header, const std::string& where) {
    return header.jpeg ? checkedJpeg(file, where) : checkedPng(file, where);
}

}  // namespace bitdesk
