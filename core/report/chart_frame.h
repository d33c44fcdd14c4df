// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/report/drawing.h"

namespace bitdesk {

/// A linear axis from values to positions on a drawing.
struct Axis {
    double low = 0, high = 1;  ///< values at the ends
    double from = 0, to = 1;   ///< their positions
    double step = 1;           ///< between ticks: 1, 2 or 5 times a power of ten

    /// Holds all values with a little room, ends not on ticks; of equal values a range around them.
    static Axis around(double low, double high, double from, double to, int ticks);

    double at(double value) const { return from + (value - low) / (high - low) * (to - from); }
    std::vector<double> ticks() const;
    /// As many digits as the step needs.
    std::string label(double tick) const;
};

// What several plots have in common.

inline constexpr double kChartWidth = 520;

/// Grid, tick labels and titles of two axes; `y` runs upwards.
void addFrame(Drawing& drawing, const Axis& x, const Axis& y, const std::string& xTitle, const std::string& yTitle);

}  // namespace bitdesk
