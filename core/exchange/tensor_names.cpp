// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/tensor_names.h"

#include <algorithm>

namespace bitdesk {

bool naturallyLess(const std::string& a, const std::string& b) {
    std::size_t i = 0, j = 0;
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    while (i < a.size() && j < b.size()) {
        if (isDigit(a[i]) && isDigit(b[j])) {
            const std::size_t endA = std::min(a.find_first_not_of("0123456789", i), a.size()),
                              endB = std::min(b.find_first_not_of("0123456789", j), b.size());
            if (endA - i != endB - j) return endA - i < endB - j;
            const int order = a.compare(i, endA - i, b, j, endB - j);
            if (order != 0) return order < 0;
            i = endA;
            j = endB;
        } else {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i;
            ++j;
        }
    }
    return a.size() - i < b.size() - j;
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

}  // namespace bitdesk
