// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/utf8.h"

#include <utf8proc.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>

namespace bitdesk {
namespace {

std::string composed(const std::string& text, int more) {
    utf8proc_uint8_t* mapped = nullptr;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | more));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(mapped, &std::free);
    if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    return size < 0 ? text : std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

}  // namespace

std::size_t steeringBytes(std::string_view text, std::size_t at) {
    const auto byteAt = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned byte = byteAt(at), next = byteAt(at + 1), third = byteAt(at + 2);
    if (byte < 0x20 || byte == 0x7F) return 1;
    if (byte == 0xC2 && next >= 0x80 && next < 0xA0) return 2;
    const bool turns = byte == 0xE2 && ((next == 0x80 && third >= 0xA8 && third <= 0xAE) ||
                                        (next == 0x81 && third >= 0xA6 && third <= 0xA9));
    return turns ? 3 : 0;
}

std::string validUtf8(const std::string& text) {
    const bool plain =
        text.find_first_not_of(
            " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~") ==
        std::string::npos;
    if (plain) return text;
    // The library's writer replaces what is not valid; reading that back leaves the text alone.
    return nlohmann::json::parse(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
        .get<std::string>();
}

void appendUtf8(std::string& text, std::uint32_t codePoint) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(codePoint), bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

std::uint32_t firstCodePoint(std::string_view text) {
    utf8proc_int32_t codePoint = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &codePoint);
    return static_cast<std::uint32_t>(codePoint);
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;  // not inside a character
    return std::string(text.substr(0, most)) + "…";
}

std::string nfc(const std::string& text) {
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return ascii ? text : composed(text, 0);
}

std::string foldCase(const std::string& text) { return composed(text, UTF8PROC_CASEFOLD); }

}  // namespace bitdesk
