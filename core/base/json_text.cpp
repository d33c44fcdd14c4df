// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/json_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/utf8.h"

namespace bitdesk {
namespace {

/// The code point of a character of up to three bytes.
unsigned codePoint(std::string_view bytes) {
    const auto bits = [&](std::size_t i, unsigned mask) { return static_cast<unsigned char>(bytes[i]) & mask; };
    if (bytes.size() == 1) return bits(0, 0x7F);
    if (bytes.size() == 2) return bits(0, 0x1F) << 6U | bits(1, 0x3F);
    return bits(0, 0x0F) << 12U | bits(1, 0x3F) << 6U | bits(2, 0x3F);
}

}  // namespace

std::string withEscapes(std::string_view json) {
    std::string text;
    text.reserve(json.size());
    for (std::size_t i = 0; i < json.size();) {
        // Writers have escaped those below U+0020; what is left of them are line ends between values.
        const std::size_t bytes = json[i] == '\n' ? 0 : steeringBytes(json, i);
        if (bytes == 0) text += json[i++];
        else text += fmt::format("\\u{:04x}", codePoint(json.substr(i, bytes)));
        i += bytes;
    }
    return text;
}

std::string jsonText(const nlohmann::ordered_json& json, int indent) {
    return withEscapes(json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) + "\n";
}

}  // namespace bitdesk
