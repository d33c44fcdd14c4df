// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <algorithm>

#include "core/report/chart_frame.h"
#include "core/report/charts.h"
#include "core/report/naming.h"
#include "core/results/time_scale.h"

namespace bitdesk {
namespace {

constexpr double kHeight = 300, kLeftOfPlot = 52, kRightOfPlot = 14, kTop = 12, kBottom = 40;

/// A point as it is drawn.
struct Mark {
    std::size_t point = 0;
    double cost = 0, percent = 0;
    Interval costs, percents;
    std::optional<std::size_t> subject;
    bool comparable = true;  ///< its latency, with that of the others
};

class TradeOffPlot {
public:
    TradeOffPlot(const Report& report, CostOf cost) : m_report(report), m_cost(cost) { collect(); }

    std::optional<Drawing> draw() {
        if (m_marks.empty()) return std::nullopt;
        makeAxes();
        addFrame(m_drawing, m_x, m_y,
                 m_cost == CostOf::BitOps ? "BitOPs an image, " + m_unit : "latency, median, " + m_unit, "accuracy, %");
        drawFront();
        for (const Mark& mark : m_marks)
            if (!mark.subject) drawPoint(mark);
        for (const Mark& mark : m_marks)
            if (mark.subject) drawSubject(mark);
        return std::move(m_drawing);
    }

private:
    std::optional<std::size_t> subjectOf(const EvaluationSummary& row) const {
        const auto& subjects = m_report.input.subjects;
        for (std::size_t i = 0; i < subjects.size(); ++i)
            if (subjects[i].modelHash == row.modelHash && subjects[i].bits == row.bits) return i;
        return std::nullopt;
    }

    void collect() {
        const auto& points = m_report.input.points;
        double longest = 0, most = 0;
        std::int64_t newest = 0;
        for (const std::size_t i : m_report.tradeOff) {
            const ReportPoint& point = points[i];
            if (point.latencyMs) longest = std::max(longest, point.latencyMs->median);
            if (point.latencyMs) newest = std::max(newest, point.runGroup);
            most = std::max(most, static_cast<double>(point.evaluation.bitops));
        }
        const TimeScale time = TimeScale::forLongest(longest);
        const bool billions = most >= 1e10;
        m_unit = m_cost == CostOf::Latency ? time.name : billions ? "thousand millions" : "millions";
        const double scale = m_cost == CostOf::Latency ? time.perMs : billions ? 1e-9 : 1e-6;
        for (const std::size_t i : m_report.tradeOff) {
            const EvaluationSummary& row = points[i].evaluation;
            if (m_cost == CostOf::Latency && !points[i].latencyMs) continue;
            const Interval accuracy = row.interval();
            Mark mark;
            mark.point = i;
            mark.percent = 100 * row.accuracy();
            mark.subject = subjectOf(row);
            mark.percents = {100 * accuracy.low, 100 * accuracy.high};
            mark.cost =
                scale * (m_cost == CostOf::Latency ? points[i].latencyMs->median : static_cast<double>(row.bitops));
            mark.costs = {mark.cost, mark.cost};
            if (m_cost == CostOf::Latency) {
                mark.costs = {scale * points[i].latencyCi95.low, scale * points[i].latencyCi95.high};
                mark.comparable = points[i].runGroup == newest;
            }
            m_marks.push_back(mark);
        }
    }

    void makeAxes() {
        Interval x{m_marks[0].costs}, y{m_marks[0].percent, m_marks[0].percent};
        for (const Mark& mark : m_marks) {
            x = {std::min(x.low, mark.costs.low), std::max(x.high, mark.costs.high)};
            const Interval tall = mark.subject ? mark.percents : Interval{mark.percent, mark.percent};
            y = {std::min(y.low, tall.low), std::max(y.high, tall.high)};
        }
        m_x = Axis::around(x.low, x.high, kLeftOfPlot, kChartWidth - kRightOfPlot, 6);
        m_y = Axis::around(y.low, y.high, kHeight - kBottom, kTop, 6);
        m_drawing.width = kChartWidth;
        m_drawing.height = kHeight;
    }

    void drawFront() {
        const auto& front = m_cost == CostOf::BitOps ? m_report.bitopsFront : m_report.latencyFront;
        LineShape line{.points = {}, .ink = Ink::Accent, .width = 1.2};
        for (const std::size_t point : front) {
            const auto mark = std::ranges::find(m_marks, point, &Mark::point);
            if (mark == m_marks.end()) continue;
            const Point at{m_x.at(mark->cost), m_y.at(mark->percent)};
            if (!line.points.empty()) line.points.push_back({at.x, line.points.back().y});  // a staircase
            line.points.push_back(at);
        }
        if (line.points.size() > 1) m_drawing.shapes.emplace_back(std::move(line));
    }

    std::string tipOf(const Mark& mark) const {
        const ReportPoint& point = m_report.input.points[mark.point];
        std::string text =
            fmt::format("{}{} · {:.2f} % [{:.2f}, {:.2f}] · {} BitOPs",
                        mark.subject ? letterOf(*mark.subject) + " · " : "", shortBits(point.evaluation.bits),
                        mark.percent, mark.percents.low, mark.percents.high, bitopsText(point.evaluation.bitops));
        if (point.latencyMs) {
            const TimeScale unit = TimeScale::forLongest(point.latencyMs->median);
            text += " · " + unit.figure(point.latencyMs->median, point.latencyCi95) + " " + unit.name;
        }
        return mark.comparable ? text : text + " · measured in another run";
    }

    void drawPoint(const Mark& mark) {
        m_drawing.shapes.emplace_back(CircleShape{.centre = {m_x.at(mark.cost), m_y.at(mark.percent)},
                                                  .radius = 1.7,
                                                  .ink = Ink::Soft,
                                                  .filled = mark.comparable,
                                                  .tip = tipOf(mark)});
    }

    void drawSubject(const Mark& mark) {
        const Point at{m_x.at(mark.cost), m_y.at(mark.percent)};
        const bool baseline = *mark.subject == 0;
        const Ink ink = baseline ? Ink::Text : Ink::Accent;
        m_drawing.shapes.emplace_back(
            LineShape{.points = {{at.x, m_y.at(mark.percents.low)}, {at.x, m_y.at(mark.percents.high)}},
                      .ink = ink,
                      .width = 0.8});
        if (mark.costs.high > mark.costs.low)
            m_drawing.shapes.emplace_back(LineShape{
                .points = {{m_x.at(mark.costs.low), at.y}, {m_x.at(mark.costs.high), at.y}}, .ink = ink, .width = 0.8});
        m_drawing.shapes.emplace_back(
            CircleShape{.centre = at, .radius = 3.4, .ink = ink, .filled = mark.comparable, .tip = tipOf(mark)});
        m_drawing.shapes.emplace_back(TextShape{.at = labelPlace(at),
                                                .text = letterOf(*mark.subject),
                                                .ink = ink,
                                                .size = 9,
                                                .anchor = Anchor::Middle,
                                                .bold = true});
    }

    /// Beside the point, where no other letter stands.
    Point labelPlace(Point at) {
        constexpr double kNear = 9;
        constexpr Point kPlaces[] = {{8, -5}, {-8, -5}, {8, 11}, {-8, 11}, {0, -12}, {0, 18}, {16, 2}, {-16, 2}};
        Point best{at.x + kPlaces[0].x, at.y + kPlaces[0].y};
        for (const Point& place : kPlaces) {
            const Point wanted{at.x + place.x, at.y + place.y};
            const bool taken = std::ranges::any_of(m_labels, [&](const Point& other) {
                return std::abs(other.x - wanted.x) < kNear && std::abs(other.y - wanted.y) < kNear;
            });
            if (taken) continue;
            best = wanted;
            break;
        }
        m_labels.push_back(best);
        return best;
    }

    const Report& m_report;
    CostOf m_cost;
    std::vector<Mark> m_marks;
    std::vector<Point> m_labels;
    std::string m_unit;
    Axis m_x, m_y;
    Drawing m_drawing;
};

}  // namespace

std::optional<Drawing> tradeOffChart(const Report& report, CostOf cost) { return TradeOffPlot(report, cost).draw(); }

}  // namespace bitdesk
