// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/base64.h"

namespace bitdesk::test {

inline std::string bigEndian(std::uint32_t value) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
    return text;
}

inline std::string pngChunk(const std::string& name, const std::string& data) {
    const std::string body = name + data;
    const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return bigEndian(static_cast<std::uint32_t>(data.size())) + body + bigEndian(static_cast<std::uint32_t>(checksum));
}

/// A PNG whose data is what it is, whatever its header says. `colour`: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6
/// RGBA.
inline std::string pngFile(int height, int width, int depth, int colour, const std::string& rows,
                           const std::string& palette = {}) {
    std::string packed(compressBound(rows.size()), '\0');
    uLongf size = packed.size();
    compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), rows.size(),
              1);
    packed.resize(size);
    const std::string header = bigEndian(static_cast<std::uint32_t>(width)) +
                               bigEndian(static_cast<std::uint32_t>(height)) + static_cast<char>(depth) +
                               static_cast<char>(colour) + std::string(3, '\0');
    return "\x89PNG\r\n\x1a\n" + pngChunk("IHDR", header) + (palette.empty() ? "" : pngChunk("PLTE", palette)) +
           pngChunk("IDAT", packed) + pngChunk("IEND", "");
}

/// Of whole pixels, `samples` bytes each, row by row.
inline std::string pngOf(int height, int width, int colour, int samples, std::string_view pixels, int depth = 8) {
    std::string rows;
    const auto stride = static_cast<std::size_t>(width * samples);
    for (int y = 0; y < height; ++y)
        rows += '\0' + std::string(pixels.substr(static_cast<std::size_t>(y) * stride, stride));
    return pngFile(height, width, depth, colour, rows);
}

/// All pixels of one grey.
inline std::string greyPng(int height, int width, int value) {
    return pngOf(height, width, 0, 1, std::string(static_cast<std::size_t>(height * width), static_cast<char>(value)));
}

/// `png`, with an EXIF orientation.
inline std::string turnedPng(const std::string& png, char orientation) {
    const std::string exif = std::string("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0", 19) + orientation;
    return png.substr(0, png.size() - 12) + pngChunk("eXIf", exif + std::string(2, '\0')) + pngChunk("IEND", "");
}

inline std::string fromText(const std::string& base64) {
    const auto bytes = fromBase64(base64).value();
    return {bytes.begin(), bytes.end()};
}

/// 16×16 images that Pillow wrote, quality 60: red 16y, green 16x, blue 255 − 16y; grey is 16y.
inline const std::string& rgbJpeg() {
    static const std::string kBytes = fromText(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5a"
        "YVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAAR"
        "CAAQABADAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABv/EABgQAAMBAQAAAAAAAAAAAAAAAAADBTEh/8QAFwEBAAMAAAAAAAAAAAAA"
        "AAAABQMGB//EABcRAQEBAQAAAAAAAAAAAAAAAAQAA2H/2gAMAwEAAhEDEQA/ADsxWcLTu7tAkcumKzgPu7sCkcfmKwG3d20lI5fMVnAfd3YB"
        "I7//2Q==");
    return kBytes;
}
inline const std::string& progressiveJpeg() {
    static const std::string kBytes = fromText(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5a"
        "YVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgAR"
        "CAAQABADASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABUBAQEAAAAAAAAAAAAAAAAAAAEC/9oADAMBAAIQAxAAAAE5c9ej/8QA"
        "FhAAAwAAAAAAAAAAAAAAAAAAAAED/9oACAEBAAEFApomiaJo/8QAFREBAQAAAAAAAAAAAAAAAAAABAD/2gAIAQMBAT8BQO//xAAWEQADAAAA"
        "AAAAAAAAAAAAAAAAAwT/2gAIAQIBAT8Bfcf/xAAUEAEAAAAAAAAAAAAAAAAAAAAg/9oACAEBAAY/Ah//xAAUEAEAAAAAAAAAAAAAAAAAAAAg"
        "/9oACAEBAAE/IRVf/9oADAMBAAIAAwAAABAX/8QAFhEAAwAAAAAAAAAAAAAAAAAAACEx/9oACAEDAQE/ELI//8QAFhEAAwAAAAAAAAAAAAAA"
        "AAAAACEx/9oACAECAQE/EKM//8QAFhABAQEAAAAAAAAAAAAAAAAAADEh/9oACAEBAAE/EJ4niaeP/9k=");
    return kBytes;
}
inline const std::string& greyJpeg() {
    static const std::string kBytes = fromText(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5a"
        "YVpQYEpRUk//wAALCAAQABABAREA/8QAFgABAQEAAAAAAAAAAAAAAAAAAAYH/8QAFhAAAwAAAAAAAAAAAAAAAAAAABVi/9oACAEBAAA/AJNF"
        "ARQacigIoP/Z");
    return kBytes;
}

}  // namespace bitdesk::test
