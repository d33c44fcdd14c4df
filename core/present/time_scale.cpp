// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/present/time_scale.h"

#include <fmt/format.h>

namespace bitdesk {

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
