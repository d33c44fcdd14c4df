// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/statistics/intervals.h"

namespace bitdesk {

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
