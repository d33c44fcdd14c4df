// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/report/axis.h"
#include "core/report/drawing.h"

// What several plots have in common.
namespace bitdesk {

inline constexpr double kChartWidth = 520;

/// Grid, tick labels and titles of two axes; `y` runs upwards.
void addFrame(Drawing& drawing, const Axis& x, const Axis& y, const std::string& xTitle, const std::string& yTitle);

/// Cut to about so many points of width, with an ellipsis.
std::string fitted(const std::string& text, double width, double size);

/// The colour of a width among a model's widths: the more bits, the stronger.
Ink inkOfBits(int bits, int lowest, int highest);

}  // namespace bitdesk
