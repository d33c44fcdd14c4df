// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_header.h"

#include <algorithm>
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

}  // namespace bitdesk
