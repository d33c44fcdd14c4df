// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/naming.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace bitdesk {

std::string letterOf(std::size_t subject) {
    constexpr std::size_t kLetters = 26;
    std::string text;
    for (std::size_t rest = subject + 1; rest > 0; rest = (rest - 1) / kLetters)
        text.insert(text.begin(), static_cast<char>('A' + (rest - 1) % kLetters));
    return text;
}

std::string shortBits(const BitConfiguration& bits) {
    constexpr int kTwoDigits = 10;
    if (bits.size() > 1 && std::ranges::all_of(bits.bits, [&](int b) { return b == bits[0]; }))
        return "all " + std::to_string(bits[0]);
    if (std::ranges::any_of(bits.bits, [](int b) { return b >= kTwoDigits; })) return toText(bits);
    std::string digits;
    for (const int b : bits.bits) digits += std::to_string(b);
    return digits;
}

std::string nameOf(const ReportInput& input, std::size_t subject) {
    const ReportSubject& s = input.subjects[subject];
    return letterOf(subject) + " (" + (s.label.empty() ? shortBits(s.bits) : printable(s.label)) + ")";
}

std::string modelName(const ReportInput& input, std::size_t subject) {
    const ReportSubject& s = input.subjects[subject];
    const bool several = std::ranges::any_of(input.subjects, [&](const ReportSubject& other) {
        return other.modelName == s.modelName && other.modelHash != s.modelHash;
    });
    return printable(s.modelName) + (several ? " " + shortHash(s.modelHash) : "");
}

std::string className(const ReportInput& input, int label) {
    const auto index = static_cast<std::size_t>(std::max(label, 0));
    return index < input.classNames.size() ? printable(input.classNames[index]) : "class " + std::to_string(label);
}

std::string grouped(std::int64_t number) {
    constexpr std::size_t kGroup = 3;
    std::string digits = std::to_string(std::abs(number)), text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % kGroup == 0) text += "\u202f";
        text += digits[i];
    }
    return (number < 0 ? "−" : "") + text;
}

std::string bitopsText(std::int64_t bitops) {
    const auto value = static_cast<double>(bitops);
    if (value >= 1e10) return fmt::format("{:.2f} G", value / 1e9);
    if (value >= 1e4) return fmt::format("{:.2f} M", value / 1e6);
    return std::to_string(bitops);
}

std::string signedText(double value, int digits) {
    const std::string text = fmt::format("{:.{}f}", std::abs(value), digits);
    const bool zero = text.find_first_of("123456789") == std::string::npos;
    return (zero ? "" : value < 0 ? "−" : "+") + text;
}

}  // namespace bitdesk
