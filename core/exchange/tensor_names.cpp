// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/tensor_names.h"

#include <algorithm>
#include <string_view>

namespace bitdesk {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// A run of digits, a point, or a run of what is neither.
std::string_view tokenAt(std::string_view name, std::size_t begin) {
    std::size_t end = begin;
    if (begin < name.size() && name[begin] == '.') ++end;
    else
        while (end < name.size() && name[end] != '.' && isDigit(name[end]) == isDigit(name[begin])) ++end;
    return name.substr(begin, end - begin);
}

int compareNumbers(std::string_view a, std::string_view b) {
    a.remove_prefix(std::min(a.find_first_not_of('0'), a.size() - 1));
    b.remove_prefix(std::min(b.find_first_not_of('0'), b.size() - 1));
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return a.compare(b);
}

/// "2a", "conv_a": a letter that stands for a number.
bool isLettered(std::string_view token) {
    const bool alone = token.size() == 1 || (token.size() > 1 && token[token.size() - 2] == '_');
    return alone && token.back() >= 'a' && token.back() <= 'd';
}

}  // namespace

bool naturallyLess(const std::string& a, const std::string& b) {
    std::size_t at = 0;
    while (at < a.size() && at < b.size()) {
        const std::string_view x = tokenAt(a, at), y = tokenAt(b, at);
        if (x != y) {
            const int order = isDigit(x[0]) && isDigit(y[0]) ? compareNumbers(x, y) : x.compare(y);
            return order != 0 ? order < 0 : x.size() < y.size();
        }
        at += x.size();
    }
    return a.size() < b.size();
}

NameOrder orderByNumber(const std::string& a, const std::string& b) {
    std::size_t at = 0;
    std::string_view x, y;
    while (at < a.size() && at < b.size()) {
        x = tokenAt(a, at);
        y = tokenAt(b, at);
        if (x != y) break;
        at += x.size();
    }
    if (x.empty() || y.empty() || x == y) return NameOrder::Unknown;
    int order = 0;
    if (isDigit(x[0]) && isDigit(y[0])) order = compareNumbers(x, y);
    else if (x.size() == y.size() && isLettered(x) && isLettered(y) &&
             x.substr(0, x.size() - 1) == y.substr(0, y.size() - 1))
        order = x.compare(y);
    return order == 0 ? NameOrder::Unknown : order < 0 ? NameOrder::Before : NameOrder::After;
}

bool isOrderKnown(const std::vector<std::string>& names, bool ofModules) {
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        // In names that are sorted, what stands between two that numbers do not tell apart shows it.
        const std::size_t end = ofModules ? names.size() : i + 2;
        for (std::size_t j = i + 1; j < end; ++j) {
            const NameOrder order = orderByNumber(names[i], names[j]);
            if (order == NameOrder::After || (!ofModules && order == NameOrder::Unknown)) return false;
        }
    }
    return true;
}

NumberedName lastNumber(const std::string& name) {
    const std::size_t end = name.find_last_of("0123456789");
    if (end == std::string::npos) return {name, "", ""};
    const std::size_t before = name.find_last_not_of("0123456789", end);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return {name.substr(0, begin), name.substr(begin, end + 1 - begin), name.substr(end + 1)};
}

std::map<std::pair<std::string, std::string>, std::set<std::string>> numberGroups(
    const std::vector<std::string>& names) {
    std::map<std::pair<std::string, std::string>, std::set<std::string>> groups;
    for (const std::string& name : names) {
        const NumberedName parts = lastNumber(name);
        groups[{parts.before, parts.after}].insert(parts.number);
    }
    return groups;
}

bool isWidth(const std::string& number) {
    return number == "16" || number == "32" || (number.size() == 1 && number >= "1" && number <= "8");
}

std::vector<std::string> collapsed(const std::vector<std::string>& names, const std::vector<int>& bits) {
    std::set<std::string> widths, indices;
    for (std::size_t i = 0; i < bits.size(); ++i) {
        widths.insert(std::to_string(bits[i]));
        indices.insert(std::to_string(i));
    }
    const auto groups = numberGroups(names);
    std::vector<std::string> found;
    std::set<std::string> seen;
    for (const std::string& name : names) {
        const NumberedName parts = lastNumber(name);
        const auto& numbers = groups.at({parts.before, parts.after});
        const bool named = std::ranges::includes(numbers, widths) && std::ranges::all_of(numbers, isWidth);
        const char* place = numbers.size() < 2 ? nullptr : named ? "{bits}" : numbers == indices ? "{index}" : nullptr;
        std::string pattern = place == nullptr ? name : parts.before + place + parts.after;
        if (seen.insert(pattern).second) found.push_back(std::move(pattern));
    }
    return found;
}

int likeness(const std::string& a, const std::string& b) {
    const auto partEnd = [](const std::string& text, std::size_t begin) {
        return std::min(text.find('.', begin), text.size());
    };
    std::size_t begin = 0;
    int parts = 0;
    while (begin < a.size() && begin < b.size()) {
        const std::size_t end = partEnd(a, begin);
        if (end != partEnd(b, begin) || a.compare(begin, end - begin, b, begin, end - begin) != 0) break;
        ++parts;
        begin = end + 1;
    }
    if (begin >= a.size() || begin >= b.size()) return 4 * parts;
    const std::string partA = a.substr(begin, partEnd(a, begin) - begin),
                      partB = b.substr(begin, partEnd(b, begin) - begin);
    const auto digits = [](const std::string& part) {
        const std::size_t last = part.find_last_not_of("0123456789");
        return last == std::string::npos ? part : part.substr(last + 1);
    };
    const auto common = std::ranges::mismatch(partA, partB).in1 - partA.begin();
    const bool sameNumber = !digits(partA).empty() && digits(partA) == digits(partB);
    return 4 * parts + (sameNumber ? 2 : 0) + (common >= 3 ? 1 : 0);
}

int sharedParts(const std::string& a, const std::string& b) { return likeness(a, b) / 4; }

std::string withoutSuffix(const std::string& name, const std::string& suffix) {
    return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : std::string();
}

bool isBelow(const std::string& name, const std::string& module) {
    return module.empty() || (name.size() > module.size() && name.starts_with(module) && name[module.size()] == '.');
}

}  // namespace bitdesk
