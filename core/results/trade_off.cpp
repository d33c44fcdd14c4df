// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/results/trade_off.h"

#include <algorithm>
#include <numeric>

namespace bitdesk {

std::vector<std::size_t> paretoFront(std::span<const TradeOff> points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return points[a].cost != points[b].cost ? points[a].cost < points[b].cost
                                                : points[a].accuracy > points[b].accuracy;
    });
    std::vector<std::size_t> front;
    for (const std::size_t i : order)
        if (front.empty() || points[i].accuracy > points[front.back()].accuracy) front.push_back(i);
    return front;
}

namespace {

/// In milliseconds or BitOPs.
double costOf(const TradeOffPoint& point, CostOf cost) {
    return cost == CostOf::Latency ? point.latency->ms.median : static_cast<double>(point.evaluation->bitops);
}

}  // namespace

TradeOffView::TradeOffView(std::span<const TradeOffPoint> points, CostOf cost) : m_cost(cost) {
    double longest = 0, most = 0;
    for (const TradeOffPoint& point : points) {
        if (point.latency) {
            longest = std::max(longest, point.latency->ms.median);
            m_newestRun = std::max(m_newestRun, point.latency->runGroup);
        }
        if (point.evaluation != nullptr) most = std::max(most, static_cast<double>(point.evaluation->bitops));
    }
    const TimeScale time = TimeScale::forLongest(longest);
    const bool billions = most >= 1e10;
    m_unit = cost == CostOf::Latency ? time.name : billions ? "thousand millions" : "millions";
    m_scale = cost == CostOf::Latency ? time.perMs : billions ? 1e-9 : 1e-6;

    std::vector<TradeOff> compared;
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < points.size(); ++i) {
        auto mark = markOf(points[i]);
        if (!mark) continue;
        mark->point = i;
        if (mark->comparable) {
            compared.push_back({costOf(points[i], cost), points[i].evaluation->accuracy()});
            indices.push_back(m_marks.size());
        }
        m_marks.push_back(*mark);
    }
    for (const std::size_t i : paretoFront(compared)) m_front.push_back(indices[i]);
}

std::optional<TradeOffMark> TradeOffView::markOf(const TradeOffPoint& point) const {
    const bool timed = m_cost == CostOf::Latency;
    if (point.evaluation == nullptr || (timed && !point.latency)) return std::nullopt;
    const Interval accuracy = point.evaluation->interval();
    TradeOffMark mark;
    mark.percent = 100 * point.evaluation->accuracy();
    mark.percents = {.low = 100 * accuracy.low, .high = 100 * accuracy.high};
    mark.cost = m_scale * costOf(point, m_cost);
    mark.costs = {.low = mark.cost, .high = mark.cost};
    if (timed) {
        mark.costs = {.low = std::min(mark.cost, m_scale * point.latency->ci95.low),
                      .high = std::max(mark.cost, m_scale * point.latency->ci95.high)};
        mark.comparable = point.latency->runGroup == m_newestRun;
    }
    return mark;
}

}  // namespace bitdesk
