// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/decimal_comma.h"

#include <algorithm>

namespace bitdesk {

std::optional<std::string> withDecimalPoint(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789";
    const auto digits = [&](std::size_t from) { return std::min(text.find_first_not_of(kDigits, from), text.size()); };
    const std::size_t begin = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    const std::size_t comma = digits(begin), end = comma < text.size() ? digits(comma + 1) : comma;
    // ",5" is a number to some; "5," is not.
    if (comma == text.size() || text[comma] != ',' || end == comma + 1) return std::nullopt;
    if (text.find_first_of(",.", end) != std::string_view::npos) return std::nullopt;  // a list, or groups of digits
    std::string pointed(text);
    pointed[comma] = '.';
    return comma == begin ? pointed.insert(comma, "0") : pointed;
}

}  // namespace bitdesk
