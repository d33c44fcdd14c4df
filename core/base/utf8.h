// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace bitdesk {

/// The same text with U+FFFD in place of what is no UTF-8 (RFC 3629).
std::string validUtf8(const std::string& text);

/// The text in Unicode's Normalization Form C, so that one name has one spelling ("é" may be one code point or two);
/// what is no UTF-8 comes back as it is.
std::string nfc(const std::string& text);
/// The same, and without the difference of capital and small letters.
std::string foldCase(const std::string& text);

}  // namespace bitdesk
