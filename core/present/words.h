// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/network/bit_configuration.h"
#include "core/statistics/intervals.h"

// How figures are written wherever people read them: on the command line, in a report, in the window.
namespace bitdesk {

/// "all 4", "44234…" one digit a layer, or "4,10,…" where one has two digits; what has more than `room` letters,
/// without its middle.
std::string shortMix(const BitConfiguration& bits, std::size_t room = std::string::npos);
/// A mix in a file's name: "4bit" where all layers are alike, "44322" where that is short enough, else "mix".
std::string mixInFileName(const BitConfiguration& bits);

/// "10 000", with narrow blanks.
std::string grouped(std::int64_t number);
/// "123.40 M", "12.30 G"; below 10 000 the number itself.
std::string bitopsText(std::int64_t bitops);
/// "12.3 KiB"
std::string kibText(std::int64_t bytes);
/// "−0.31", "+0.05" with a true minus; what rounds to zero has no sign.
std::string signedText(double value, int digits);

/// "85 s", "12 min", "3.4 h"
std::string durationText(double seconds);
/// ", 12 min left"; nothing for a negative time, which is not known.
std::string remainingText(double seconds);

/// What a table writes its times in: microseconds below a millisecond.
struct TimeScale {
    double perMs = 1;
    int digits = 4;
    const char* name = "ms";

    static TimeScale forLongest(double longestMs);
    std::string number(double ms) const;
    std::string interval(const Interval& ms) const;                         ///< "[60.12, 60.31]"
    std::string figure(double ms, const std::optional<Interval>& i) const;  ///< "60.21 [60.12, 60.31]"
};

}  // namespace bitdesk
