// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/present/words.h"
#include "core/results/results.h"

namespace bitdesk {

/// A mix as a trade-off sees it: any cost (lower is better), in one unit for all, and an accuracy (higher is better).
struct TradeOff {
    double cost = 0, accuracy = 0;
};

/// Indices of the points that no other one beats: none is at most as costly and at least as accurate and better in one
/// of them (Pareto optimality). By ascending cost; of equal points the first.
std::vector<std::size_t> paretoFront(std::span<const TradeOff> points);

enum class CostOf { BitOps, Latency };

/// What a whole run of a mix was measured to take. Only those of one run group were measured in turns.
struct RunLatency {
    Quartiles ms;
    Interval ci95;  ///< of the median
    std::int64_t runGroup = 0;
};

/// A mix that a trade-off may show. Without an evaluation it has no place, but its latency counts for the unit and for
/// which run is the newest.
struct TradeOffPoint {
    const EvaluationSummary* evaluation = nullptr;
    std::optional<RunLatency> latency;
};

/// A point's place, in the view's units.
struct TradeOffMark {
    std::size_t point = 0;  ///< its index among the points
    double cost = 0, percent = 0;
    Interval costs, percents;  ///< 95 %; a cost that is exact is a point of its own
    bool comparable = true;    ///< its cost, exactly, with the others'
};

/// The facts of a plot of accuracy against cost: worked out here, drawn by the window and by reports.
class TradeOffView {
public:
    TradeOffView() = default;
    /// Points without the cost asked for are left out.
    TradeOffView(std::span<const TradeOffPoint> points, CostOf cost);

    const std::string& unit() const { return m_unit; }  ///< of the costs: "µs", "ms", "millions", "thousand millions"
    std::int64_t newestRun() const { return m_newestRun; }
    const std::vector<TradeOffMark>& marks() const { return m_marks; }  ///< in the points' order
    /// Indices into marks(), by ascending cost: the Pareto front of those whose costs can be compared.
    const std::vector<std::size_t>& front() const { return m_front; }
    /// Where another point would stand; nothing without the cost.
    std::optional<TradeOffMark> markOf(const TradeOffPoint& point) const;

private:
    CostOf m_cost = CostOf::BitOps;
    double m_scale = 1;  ///< from milliseconds or BitOPs to the unit
    std::string m_unit;
    std::int64_t m_newestRun = 0;
    std::vector<TradeOffMark> m_marks;
    std::vector<std::size_t> m_front;
};

}  // namespace bitdesk
