// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/error.h"

#include <algorithm>
#include <string_view>

#include "core/base/utf8.h"

namespace bitdesk {
namespace {

/// Names and reasons may come from hostile files: no control characters reach a terminal or a log, and no megabytes.
std::string told(std::string_view text) {
    constexpr std::size_t kLongest = 1000;
    return printable(shortened(text, kLongest));
}

bool endsSentence(std::string_view text) {
    return text.ends_with('.') || text.ends_with('?') || text.ends_with('!') || text.ends_with("…");
}

std::string sentence(const std::string& where, const std::string& reason, const std::string& hint) {
    std::string text = told(where);
    if (!text.empty() && !reason.empty()) text += ": ";
    text += told(reason);
    if (!text.empty() && !endsSentence(text)) text += '.';
    if (hint.empty()) return text;
    if (!text.empty()) text += ' ';
    text += told(hint);
    if (!endsSentence(text)) text += '.';
    return text;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string clean;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t bytes = steeringBytes(text, i);
        if (bytes == 0) clean += text[i];
        else clean += text[i] == '\n' || text[i] == '\t' ? ' ' : '?';
        i += std::max<std::size_t>(bytes, 1);
    }
    return clean;
}

Error::Error(ErrorKind kind, const std::string& where, const std::string& reason, const std::string& hint)
    : std::runtime_error(sentence(where, reason, hint)), m_kind(kind), m_where(where), m_reason(reason), m_hint(hint) {}

}  // namespace bitdesk
