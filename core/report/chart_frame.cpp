// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/chart_frame.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bitdesk {

Axis Axis::around(double low, double high, double from, double to, int ticks) {
    constexpr double kRoom = 0.06;
    double span = high - low;
    if (!(span > 0)) span = std::max(std::abs(high) * 0.02, 1e-6);
    const double middle = (low + high) / 2;
    Axis axis{.low = middle - span * (0.5 + kRoom), .high = middle + span * (0.5 + kRoom), .from = from, .to = to};
    const double rough = (axis.high - axis.low) / std::max(ticks, 1);
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    const double share = rough / power;
    axis.step = power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    return axis;
}

std::vector<double> Axis::ticks() const {
    std::vector<double> all;
    constexpr std::int64_t kMost = 100;
    const auto first = static_cast<std::int64_t>(std::ceil(low / step - 1e-9));
    const auto last = std::min(static_cast<std::int64_t>(std::floor(high / step + 1e-9)), first + kMost);
    for (std::int64_t i = first; i <= last; ++i) all.push_back(static_cast<double>(i) * step);
    return all;
}

std::string Axis::label(double tick) const {
    const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
    return fmt::format("{:.{}f}", std::abs(tick) < step / 2 ? 0.0 : tick, digits);
}

void addFrame(Drawing& drawing, const Axis& x, const Axis& y, const std::string& xTitle, const std::string& yTitle) {
    constexpr double kSize = 8, kGap = 4;
    for (const double tick : y.ticks()) {
        drawing.line({{x.from, y.at(tick)}, {x.to, y.at(tick)}}, Ink::Line, 0.5);
        drawing.text({x.from - kGap, y.at(tick) + kSize / 3}, y.label(tick),
                     {.ink = Ink::Muted, .size = kSize, .anchor = Anchor::End});
    }
    for (const double tick : x.ticks()) {
        drawing.line({{x.at(tick), y.from}, {x.at(tick), y.to}}, Ink::Line, 0.5);
        drawing.text({x.at(tick), y.from + kSize + kGap}, x.label(tick),
                     {.ink = Ink::Muted, .size = kSize, .anchor = Anchor::Middle});
    }
    drawing.text({(x.from + x.to) / 2, y.from + 2 * kSize + 2 * kGap + 2}, xTitle,
                 {.ink = Ink::Muted, .anchor = Anchor::Middle});
    if (yTitle.empty()) return;
    drawing.text({x.from - 34, (y.from + y.to) / 2}, yTitle,
                 {.ink = Ink::Muted, .anchor = Anchor::Middle, .upright = false});
}

}  // namespace bitdesk
