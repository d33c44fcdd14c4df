// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/picture_format.h"

#include <algorithm>
#include <array>

namespace bitdesk {
namespace {

using namespace std::string_view_literals;

bool has(std::string_view bytes, std::string_view magic, std::size_t offset = 0) {
    return bytes.size() >= offset && bytes.substr(offset).starts_with(magic);
}

/// "BM" begins many a text, too: the size of a bitmap's header must be one that there is.
bool isBitmap(std::string_view bytes) {
    constexpr std::array<char, 7> kHeaders{12, 40, 52, 56, 64, 108, 124};
    return has(bytes, "BM") && has(bytes, "\0\0\0"sv, 15) && std::ranges::find(kHeaders, bytes[14]) != kHeaders.end();
}

/// "P6", a blank and a digit or a comment.
bool isNetpbm(std::string_view bytes) {
    return bytes.size() > 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
           (bytes[2] == '\n' || bytes[2] == ' ') && ((bytes[3] >= '0' && bytes[3] <= '9') || bytes[3] == '#');
}

/// A letter, one of five versions, packed, bits a sample.
bool isPcx(std::string_view bytes) {
    return bytes.size() > 3 && bytes[0] == '\n' && bytes[1] >= 0 && bytes[1] <= 5 && bytes[1] != 1 && bytes[2] == 1 &&
           (bytes[3] == 1 || bytes[3] == 2 || bytes[3] == 4 || bytes[3] == 8);
}

/// At least one picture, and fewer than 256; of the first, a byte that is always zero.
bool isIcon(std::string_view bytes) {
    return bytes.size() > 9 && has(bytes, "\0\0\1\0"sv) && bytes[4] != 0 && bytes[5] == 0 && bytes[9] == 0;
}

/// Films begin with such a box as well; the brand tells.
std::string_view brandedFormat(std::string_view bytes) {
    if (!has(bytes, "ftyp", 4)) return {};
    for (const std::string_view brand : {"avif", "avis"})
        if (has(bytes, brand, 8)) return "AVIF";
    for (const std::string_view brand : {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"})
        if (has(bytes, brand, 8)) return "HEIF";
    return {};
}

}  // namespace

std::string_view pictureFormat(std::string_view begin) {
    struct Magic {
        std::string_view bytes;
        std::string_view format;
    };
    static constexpr std::array kMagics{Magic{"\x89PNG\r\n\x1a\n"sv, "PNG"},
                                        Magic{"\xff\xd8\xff"sv, "JPEG"},
                                        Magic{"GIF87a"sv, "GIF"},
                                        Magic{"GIF89a"sv, "GIF"},
                                        Magic{"II*\0"sv, "TIFF"},
                                        Magic{"MM\0*"sv, "TIFF"},
                                        Magic{"II+\0"sv, "TIFF"},
                                        Magic{"MM\0+"sv, "TIFF"},
                                        Magic{"\0\0\0\x0cjP  "sv, "JPEG 2000"},
                                        Magic{"\xff\x4f\xff\x51"sv, "JPEG 2000"},
                                        Magic{"\0\0\0\x0cJXL "sv, "JPEG XL"},
                                        Magic{"\xff\x0a"sv, "JPEG XL"},
                                        Magic{"8BPS\0\x01"sv, "Photoshop"},
                                        Magic{"\x76\x2f\x31\x01"sv, "OpenEXR"},
                                        Magic{"\x59\xa6\x6a\x95"sv, "Sun raster"},
                                        Magic{"#?RADIANCE"sv, "Radiance HDR"}};
    for (const Magic& magic : kMagics)
        if (has(begin, magic.bytes)) return magic.format;
    if (has(begin, "RIFF") && has(begin, "WEBP", 8)) return "WebP";
    if (isBitmap(begin)) return "BMP";
    if (isNetpbm(begin)) return "Netpbm";
    if (isPcx(begin)) return "PCX";
    if (isIcon(begin)) return "ICO";
    return brandedFormat(begin);
}

}  // namespace bitdesk
