// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/quoting.h"

#include <string_view>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace bitdesk {

std::string shellQuoted(const std::string& word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
    return text + "'";
}

std::string csvCell(const std::string& text) {
    constexpr std::string_view kFormula = "=+-@\t\r";
    std::string cell;
    if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos) cell += '\'';
    cell += printable(text);
    if (cell.find_first_of(",\"") == std::string::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

std::string csvList(std::span<const int> values) {
    std::string list = "[";
    for (const int value : values) list += (list.size() > 1 ? "," : "") + std::to_string(value);
    return csvCell(list + "]");
}

std::string csvForSpreadsheets(const std::string& csv) { return "\xEF\xBB\xBF" + validUtf8(csv); }

}  // namespace bitdesk
