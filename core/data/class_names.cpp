// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/class_names.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool separatesWords(char c) { return std::string_view(" _-/:\t").find(c) != std::string_view::npos; }

/// Two numbers stay two, and a minus stays before its number.
std::string withoutSeparators(const std::string& text) {
    std::string kept;
    bool gap = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool minus = c == '-' && kept.empty() && i + 1 < text.size() && isDigit(text[i + 1]);
        if (separatesWords(c) && !minus) {
            gap = true;
            continue;
        }
        if (gap && isDigit(c) && !kept.empty() && isDigit(kept.back())) kept += ' ';
        gap = false;
        kept += c;
    }
    return kept;
}

/// Not those behind a decimal point.
std::string withoutLeadingZeros(const std::string& text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = isDigit(text[i]) && (i == 0 || !isDigit(text[i - 1]));
        const bool fraction = i > 0 && (text[i - 1] == '.' || text[i - 1] == ',');
        if (begins && !fraction)
            while (text[i] == '0' && i + 1 < text.size() && isDigit(text[i + 1])) ++i;
        kept += text[i];
    }
    return kept;
}

/// A name that ends in a number, once it is loose.
struct CountedName {
    std::string beginning;
    std::int64_t number;
};
std::optional<CountedName> numberedName(const std::string& name) {
    constexpr std::size_t kMostDigits = 9;
    const std::string loose = looseName(name);
    const auto last = loose.find_last_not_of("0123456789");
    const std::size_t begin = last == std::string::npos ? 0 : last + 1;
    const std::size_t digits = loose.size() - begin;
    const bool partOfNumber = begin > 0 && std::string_view(" .,-+").find(loose[begin - 1]) != std::string_view::npos;
    if (digits == 0 || digits > kMostDigits || partOfNumber) return std::nullopt;
    return CountedName{loose.substr(0, begin), std::stoll(loose.substr(begin))};
}

}  // namespace

std::string looseName(const std::string& name) { return withoutLeadingZeros(withoutSeparators(foldCase(name))); }

std::optional<std::vector<std::int64_t>> numbersOf(const std::vector<std::string>& names) {
    std::vector<std::int64_t> numbers;
    std::set<std::int64_t> seen;
    std::string beginning;
    for (const std::string& name : names) {
        const auto numbered = numberedName(name);
        if (!numbered) return std::nullopt;
        if (numbers.empty()) beginning = numbered->beginning;
        if (numbered->beginning != beginning || !seen.insert(numbered->number).second) return std::nullopt;
        numbers.push_back(numbered->number);
    }
    return numbers;
}

std::vector<std::string> numberedNames(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t c = 0; c < count; ++c) names.push_back("class " + std::to_string(c));
    return names;
}

std::string shownName(const std::string& name) {
    constexpr std::size_t kLongest = 40;
    return shortened(printable(validUtf8(name)), kLongest);
}

std::string quotedName(const std::string& name) { return "'" + shownName(name) + "'"; }

std::string someOf(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) text += (i > 0 ? ", " : "") + quotedName(names[i]);
    return names.size() > kShown ? text + ", …" : text;
}

}  // namespace bitdesk
