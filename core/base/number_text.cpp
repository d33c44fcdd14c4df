// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/number_text.h"

#include <algorithm>
#include <charconv>

namespace bitdesk {
namespace {

constexpr std::string_view kUnits = "KMG";

}  // namespace

std::optional<std::int64_t> parseByteSize(std::string_view text) {
    constexpr std::int64_t kMost = std::int64_t{1} << 60;
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    const auto unit = text.empty() ? std::string_view::npos : kUnits.find(text.front());
    if (parsed.ec != std::errc{} || value < 0 || text.size() > 1) return std::nullopt;
    if (!text.empty() && unit == std::string_view::npos) return std::nullopt;
    const int shift = text.empty() ? 0 : 10 * (static_cast<int>(unit) + 1);
    if (value > kMost >> shift) return std::nullopt;
    return value << shift;
}

std::string toByteSize(std::int64_t bytes) {
    std::size_t unit = 0;
    while (unit < kUnits.size() && bytes != 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        ++unit;
    }
    return std::to_string(bytes) + (unit == 0 ? std::string() : std::string(1, kUnits[unit - 1]));
}

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
