// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/error.h"

#include <string_view>

namespace bitdesk {
namespace {

/// Names and reasons may come from hostile files: no control characters reach a terminal or a log, and no megabytes.
std::string shown(std::string_view text) {
    constexpr std::size_t kLongest = 1000;
    const bool cut = text.size() > kLongest;
    if (cut) {
        std::size_t end = kLongest;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a UTF-8 sequence
        text = text.substr(0, end);
    }
    const std::string clean = printable(text);
    return cut ? clean + "…" : clean;
}

bool endsSentence(std::string_view text) {
    return text.ends_with('.') || text.ends_with('?') || text.ends_with('!') || text.ends_with("…");
}

std::string sentence(const std::string& where, const std::string& reason, const std::string& hint) {
    std::string text = shown(where);
    if (!text.empty() && !reason.empty()) text += ": ";
    text += shown(reason);
    if (!text.empty() && !endsSentence(text)) text += '.';
    if (hint.empty()) return text;
    if (!text.empty()) text += ' ';
    text += shown(hint);
    if (!endsSentence(text)) text += '.';
    return text;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string clean;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        const auto third = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0;
        // U+0080 … U+009F are controls, too; U+2028 … U+202E and U+2066 … U+2069 break or turn a line.
        const bool control = byte == 0xC2 && next >= 0x80 && next < 0xA0;
        const bool turns = byte == 0xE2 && ((next == 0x80 && third >= 0xA8 && third <= 0xAE) ||
                                            (next == 0x81 && third >= 0xA6 && third <= 0xA9));
        if (byte == '\n' || byte == '\t') clean += ' ';
        else if (byte < 0x20 || byte == 0x7F || control || turns) clean += '?';
        else clean += text[i];
        i += control ? 1 : turns ? 2 : 0;
    }
    return clean;
}

Error::Error(ErrorKind kind, const std::string& where, const std::string& reason, const std::string& hint)
    : std::runtime_error(sentence(where, reason, hint)), m_kind(kind), m_where(where), m_reason(reason), m_hint(hint) {}

}  // namespace bitdesk
