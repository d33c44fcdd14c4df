// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/present/words.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace bitdesk {
namespace {

std::string digitsOf(const BitConfiguration& bits) {
    std::string digits;
    for (const int width : bits.bits) digits += std::to_string(width);
    return digits;
}

}  // namespace

std::string shortMix(const BitConfiguration& bits, std::size_t room) {
    constexpr int kTwoDigits = 10;
    if (bits.size() > 1 && bits.isUniform()) return "all " + std::to_string(bits[0]);
    const bool wide = std::ranges::any_of(bits.bits, [](int width) { return width >= kTwoDigits; });
    std::string text = wide ? toText(bits) : digitsOf(bits);
    if (text.size() <= room) return text;
    const std::size_t end = room / 2 - std::min<std::size_t>(room / 2, 2);
    return text.substr(0, end) + "…" + text.substr(text.size() - end);
}

std::string mixInFileName(const BitConfiguration& bits) {
    constexpr std::size_t kMostDigits = 24;
    if (bits.isUniform()) return std::to_string(bits[0]) + "bit";
    return bits.size() > kMostDigits ? "mix" : digitsOf(bits);
}

std::string grouped(std::int64_t number) {
    constexpr std::size_t kGroup = 3;
    const std::string digits = std::to_string(std::abs(number));
    std::string text;
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

std::string kibText(std::int64_t bytes) { return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024); }

std::string signedText(double value, int digits) {
    const std::string text = fmt::format("{:.{}f}", std::abs(value), digits);
    const bool zero = text.find_first_of("123456789") == std::string::npos;
    return (zero ? "" : value < 0 ? "−" : "+") + text;
}

std::string durationText(double seconds) {
    if (seconds < 90) return fmt::format("{:.0f} s", seconds);
    if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

std::string remainingText(double seconds) { return seconds < 0 ? "" : ", " + durationText(seconds) + " left"; }

TimeScale TimeScale::forLongest(double longestMs) {
    return longestMs < 1 ? TimeScale{.perMs = 1000, .digits = 2, .name = "µs"} : TimeScale();
}

std::string TimeScale::number(double ms) const { return fmt::format("{:.{}f}", perMs * ms, digits); }
std::string TimeScale::interval(const Interval& ms) const {
    return fmt::format("[{}, {}]", number(ms.low), number(ms.high));
}
std::string TimeScale::figure(double ms, const std::optional<Interval>& i) const {
    return i ? number(ms) + " " + interval(*i) : number(ms);
}

}  // namespace bitdesk
