// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <string_view>

#include "core/data/exif.h"
#include "core/data/header_bytes.h"
#include "core/data/image_header.h"

namespace bitdesk {
namespace {

using namespace header_bytes;
using namespace std::string_view_literals;

constexpr int kScan = 0xDA, kEnd = 0xD9, kApplication1 = 0xE1;

bool isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
bool standsAlone(int marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8) || marker == kEnd; }

/// A marker and its segment, the length included; the marker is −1 where the bytes end before.
struct Segment {
    int marker = -1;
    Bytes bytes = {};
};

/// The segment that follows `offset`, which moves behind it.
Segment nextSegment(Bytes file, std::size_t& offset, const std::string& where) {
    int marker = 0;
    while (marker == 0) {
        const auto begin = std::find(file.begin() + static_cast<std::ptrdiff_t>(offset), file.end(), 0xFF);
        const auto found = std::find_if(begin, file.end(), [](std::uint8_t byte) { return byte != 0xFF; });
        if (found == file.end()) return {};
        offset = static_cast<std::size_t>(found - file.begin()) + 1;
        marker = *found;
    }
    if (standsAlone(marker)) return {.marker = marker};
    if (offset + 2 > file.size()) return {};
    const std::size_t length = bigEndian(file, offset, 2);
    if (length < 2) fail(where, "is a damaged JPEG image: a segment without a length");
    if (offset + length > file.size()) return {};
    offset += length;
    return {.marker = marker, .bytes = file.subspan(offset - length, length)};
}

struct Frame {
    ImageHeader header;
    std::int64_t coefficients = 0;  ///< bytes of all
    int components = 0;
    bool progressive = false;
};

/// What libjpeg keeps of a picture that comes in several scans: 64 coefficients of 2 bytes a block.
std::int64_t coefficientBytes(Bytes segment, const ImageShape& shape, const std::string& where) {
    constexpr std::int64_t kBlockSide = 8, kBlockBytes = 128;
    int most[2] = {1, 1};
    std::int64_t blocks = 0;  // of a unit in which all components come once
    for (std::size_t i = 9; i + 1 < segment.size(); i += 3) {
        const int across = segment[i] >> 4, down = segment[i] & 15;
        if (across < 1 || across > 4 || down < 1 || down > 4)
            fail(where, "is a damaged JPEG image: a component's sampling is none");
        most[0] = std::max(most[0], across);
        most[1] = std::max(most[1], down);
        blocks += std::int64_t{across} * down;
    }
    const auto units = [&](int side, int factor) { return (side - 1) / (kBlockSide * factor) + 1; };
    return units(shape.width, most[0]) * units(shape.height, most[1]) * blocks * kBlockBytes;
}

Frame readFrame(Bytes segment, int marker, const std::string& where) {
    constexpr int kHuffman = 0xC2, kArithmetic = 0xC9, kProgressiveArithmetic = 0xCA;
    if (marker > kHuffman && marker != kArithmetic && marker != kProgressiveArithmetic)
        fail(where, "is a lossless or hierarchical JPEG image, which are not read", kConvert);
    if (segment.size() < 8) fail(where, "is a damaged JPEG image: its frame header is too short");
    if (segment[2] != 8)
        fail(where, "is a JPEG image of " + std::to_string(segment[2]) + " bits, 8 are read", kConvert);
    Frame frame;
    frame.components = segment[7];
    frame.progressive = marker == kHuffman || marker == kProgressiveArithmetic;
    if (frame.components != 1 && frame.components != 3 && frame.components != 4)
        fail(where,
             "is a JPEG image of " + std::to_string(frame.components) + " components; grey, RGB and CMYK are read");
    if (segment.size() != 8 + 3 * static_cast<std::size_t>(frame.components))
        fail(where, "is a damaged JPEG image: its frame header has another length than its components");
    frame.header.jpeg = true;
    frame.header.inks = frame.components == 4;
    frame.header.shape =
        checkedShape(bigEndian(segment, 3, 2), bigEndian(segment, 5, 2), frame.components == 1 ? 1 : 3, where);
    frame.coefficients = coefficientBytes(segment, frame.header.shape, where);
    return frame;
}

void lookForJpegOrientation(Bytes segment, Orientations& found) {
    constexpr auto kExif = "Exif\0\0"sv, kPacket = "http://ns.adobe.com/xap/1.0/\0"sv;
    const Bytes body = segment.subspan(2);
    if (startsWith(body, kExif) && !found.exif) found.exif = exifOrientation(body);
    if (startsWith(body, kPacket)) found.xmp = xmpOrientation(body);
}

/// The file, the pixels, a few dozen rows of every component, and the coefficients where the first scan is not all.
std::int64_t decodeBytes(const Frame& frame, Bytes scan, std::int64_t fileBytes) {
    constexpr std::int64_t kTables = 1 << 18, kRows = 64, kEdge = 64;
    const ImageShape& shape = frame.header.shape;
    const bool several = frame.progressive || scan.size() < 3 || scan[2] < frame.components;
    return 2 * fileBytes + shape.bytes() + (shape.width + kEdge) * frame.components * kRows + kTables +
           (several ? frame.coefficients : 0);
}

}  // namespace

std::optional<ImageHeader> parseJpegHeader(Bytes begin, std::int64_t fileBytes, const std::string& where) {
    std::optional<Frame> frame;
    Orientations orientations;
    for (std::size_t offset = 2;;) {
        const Segment segment = nextSegment(begin, offset, where);
        if (segment.marker < 0 && static_cast<std::int64_t>(begin.size()) < fileBytes) return std::nullopt;
        if (segment.marker < 0) fail(where, "is cut short: it ends inside its header");
        if (segment.marker == kApplication1) lookForJpegOrientation(segment.bytes, orientations);
        if (isFrame(segment.marker) && !frame) frame = readFrame(segment.bytes, segment.marker, where);
        if (segment.marker != kScan && segment.marker != kEnd) continue;
        if (!frame) fail(where, "is a damaged JPEG image: it has no frame header");
        if (segment.marker == kEnd) fail(where, "is a damaged JPEG image: it has no image data");
        frame->header.orientation = orientations.orientation();
        frame->header.decodeBytes = decodeBytes(*frame, segment.bytes, fileBytes);
        return frame->header;
    }
}

}  // namespace bitdesk
