// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <algorithm>

#include "core/present/words.h"
#include "core/report/chart_frame.h"
#include "core/report/charts.h"

namespace bitdesk {
namespace {

constexpr double kHeight = 300, kLeftOfPlot = 52, kRightOfPlot = 14, kTop = 12, kBottom = 40;

class TradeOffChart {
public:
    TradeOffChart(const Report& report, CostOf cost)
        : m_report(report), m_cost(cost), m_points(tradeOffPoints(report)), m_view(m_points, cost) {
        for (const TradeOffMark& mark : m_view.marks()) m_subjects.push_back(subjectOf(mark));
    }

    std::optional<Drawing> draw() {
        if (m_view.marks().empty()) return std::nullopt;
        makeAxes();
        addFrame(m_drawing, m_x, m_y,
                 (m_cost == CostOf::BitOps ? "BitOPs an image, " : "latency, median, ") + m_view.unit(), "accuracy, %");
        drawFront();
        for (const bool subjects : {false, true})
            for (std::size_t i = 0; i < m_subjects.size(); ++i) {
                if (m_subjects[i].has_value() != subjects) continue;
                if (subjects) drawSubject(m_view.marks()[i], *m_subjects[i]);
                else drawPoint(m_view.marks()[i]);
            }
        return std::move(m_drawing);
    }

private:
    std::optional<std::size_t> subjectOf(const TradeOffMark& mark) const {
        const EvaluationSummary& row = *m_points[mark.point].evaluation;
        const auto& subjects = m_report.input.subjects;
        for (std::size_t i = 0; i < subjects.size(); ++i)
            if (subjects[i].modelHash == row.modelHash && subjects[i].bits == row.bits) return i;
        return std::nullopt;
    }

    void makeAxes() {
        const auto& marks = m_view.marks();
        Interval x{marks[0].costs}, y{marks[0].percent, marks[0].percent};
        for (std::size_t i = 0; i < marks.size(); ++i) {
            x = {std::min(x.low, marks[i].costs.low), std::max(x.high, marks[i].costs.high)};
            const Interval tall = m_subjects[i] ? marks[i].percents : Interval{marks[i].percent, marks[i].percent};
            y = {std::min(y.low, tall.low), std::max(y.high, tall.high)};
        }
        m_x = Axis::around(x.low, x.high, kLeftOfPlot, kChartWidth - kRightOfPlot, 6);
        m_y = Axis::around(y.low, y.high, kHeight - kBottom, kTop, 6);
        m_drawing.width = kChartWidth;
        m_drawing.height = kHeight;
    }

    void drawFront() {
        std::vector<Point> line;
        for (const std::size_t i : m_view.front()) {
            const Point at = placeOf(m_view.marks()[i]);
            if (!line.empty()) line.push_back({at.x, line.back().y});  // a staircase
            line.push_back(at);
        }
        if (line.size() > 1) m_drawing.line(std::move(line), Ink::Accent, 1.2);
    }

    std::string tipOf(const TradeOffMark& mark, const std::string& name) const {
        const TradeOffPoint& point = m_points[mark.point];
        std::string text =
            fmt::format("{}{} · {:.2f} % [{:.2f}, {:.2f}] · {} BitOPs", name, shortMix(point.evaluation->bits),
                        mark.percent, mark.percents.low, mark.percents.high, bitopsText(point.evaluation->bitops));
        if (point.latency) {
            const TimeScale unit = TimeScale::forLongest(point.latency->ms.median);
            text += " · " + unit.figure(point.latency->ms.median, point.latency->ci95) + " " + unit.name;
        }
        return mark.comparable ? text : text + " · measured in another run";
    }

    Point placeOf(const TradeOffMark& mark) const { return {m_x.at(mark.cost), m_y.at(mark.percent)}; }

    void drawPoint(const TradeOffMark& mark) {
        m_drawing.dot(placeOf(mark), 1.7, Ink::Soft, mark.comparable, tipOf(mark, ""));
    }

    void drawSubject(const TradeOffMark& mark, std::size_t subject) {
        const Point at = placeOf(mark);
        const std::string letter = letterOf(subject);
        const Ink ink = subject == 0 ? Ink::Text : Ink::Accent;  // the baseline is the first
        m_drawing.line({{at.x, m_y.at(mark.percents.low)}, {at.x, m_y.at(mark.percents.high)}}, ink, 0.8);
        if (mark.costs.high > mark.costs.low)
            m_drawing.line({{m_x.at(mark.costs.low), at.y}, {m_x.at(mark.costs.high), at.y}}, ink, 0.8);
        m_drawing.dot(at, 3.4, ink, mark.comparable, tipOf(mark, letter + " · "));
        m_drawing.text(labelPlace(at), letter, {.ink = ink, .size = 9, .anchor = Anchor::Middle, .bold = true});
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
    std::vector<TradeOffPoint> m_points;
    TradeOffView m_view;
    std::vector<std::optional<std::size_t>> m_subjects;  ///< by mark
    std::vector<Point> m_labels;
    Axis m_x, m_y;
    Drawing m_drawing;
};

}  // namespace

std::optional<Drawing> tradeOffChart(const Report& report, CostOf cost) { return TradeOffChart(report, cost).draw(); }

}  // namespace bitdesk
