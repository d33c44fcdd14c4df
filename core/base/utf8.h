// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bitdesk {

/// Bytes of the character that begins at `at` if it shows nothing but steers a terminal, breaks a line or turns the
/// direction of writing (U+0000 … U+001F, U+007F … U+009F, U+2028 … U+202E, U+2066 … U+2069); 0 for any other.
std::size_t steeringBytes(std::string_view text, std::size_t at);

/// The same text with U+FFFD in place of what is no UTF-8 (RFC 3629).
std::string validUtf8(const std::string& text);

/// Appends a character; nothing of what is none (from U+110000 on).
void appendUtf8(std::string& text, std::uint32_t codePoint);
/// The character that a text of UTF-8 begins with.
std::uint32_t firstCodePoint(std::string_view text);

/// The first `most` bytes, less where these would end inside a character, and "…"; the text itself where it is no
/// longer.
std::string shortened(std::string_view text, std::size_t most);

/// The text in Unicode's Normalization Form C, so that one name has one spelling ("é" may be one code point or two);
/// what is no UTF-8 comes back as it is.
std::string nfc(const std::string& text);
/// The same, and without the difference of capital and small letters.
std::string foldCase(const std::string& text);

}  // namespace bitdesk
