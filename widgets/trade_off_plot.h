// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>
#include <map>
#include <optional>
#include <vector>

#include "core/results/results.h"

class QCustomPlot;
class QCPGraph;
class QCPErrorBars;
class QHBoxLayout;

namespace bitdesk {

class ElidedLabel;
class PlotGestures;
class SegmentSwitch;

/// Accuracy against cost of every mix tried, with 95 % intervals, the front, the present mix and the baseline. Cost is
/// BitOPs or, at the switch, the latency measured. Click a point to load its mix; wheel and drag zoom and pan; a double
/// click shows all.
///
/// Latencies of different machines, executors, thread counts or batches do not belong on one axis. The plot draws what
/// it is given: the caller hands it those of one setting, and calls clearLatencies() when the setting changes. Even
/// then the machine may have been at another speed in another run: only what was measured in turns, in the newest run
/// group, is joined to a front; the rest is drawn hollow.
class TradeOffPlot : public QWidget {
    Q_OBJECT
public:
    explicit TradeOffPlot(QWidget* parent = nullptr);

    enum class CostAxis { BitOps, Latency };
    void setCostAxis(CostAxis axis);
    CostAxis costAxis() const { return m_axis; }

    void clear();
    void setPoints(std::vector<EvaluationSummary> points);
    void addPoint(const EvaluationSummary& point);
    /// The mix in hand, with its estimate so far; nothing where it has none.
    void setPresent(std::optional<EvaluationSummary> present);
    void setBaseline(std::optional<BitConfiguration> bits);
    /// What a whole run of a mix was measured to take; of a mix its newest run counts. Simulated bits are refused.
    void setLatency(const BitConfiguration& bits, const Measurement& measurement);
    void setLatencies(const std::vector<Measurement>& measurements);
    void clearLatencies() {
        m_latencies.clear();
        refresh();
    }

    int pointCount() const { return static_cast<int>(m_points.size()); }
    /// Mixes with an accuracy that the chosen axis has no place for.
    int missingCount() const { return static_cast<int>(m_points.size() - m_marks.size()); }
    /// Mixes on the latency axis that were measured in another run than the newest.
    int otherRunCount() const;
    /// Pixel of a mix's point in this widget, for a click; nothing where it is not shown.
    std::optional<QPoint> pixelOf(const BitConfiguration& bits) const;
    QString toolTipOf(const BitConfiguration& bits) const;

signals:
    void mixPicked(const bitdesk::BitConfiguration& bits);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Latency {
        Quartiles ms;
        Interval ci95;
        std::int64_t runGroup = 0;
    };
    /// A mix that has a place on the chosen axis, in the axes' units.
    struct Mark {
        const EvaluationSummary* point = nullptr;
        Interval cost;  ///< a point of its own where exact
        double x = 0, y = 0;
        Interval percent;
        bool comparable = true;  ///< its cost, exactly, with the others
    };
    QHBoxLayout* createSwitch();
    void createGraphs();
    QCPErrorBars* createBars(QCPGraph* graph, bool horizontal);
    void style();
    void stylePresent();
    void refresh();
    void label();
    void refreshFront();
    void fit();
    void writeNote();
    void takeLatency(const BitConfiguration& bits, const Measurement& measurement);
    std::optional<Mark> markOf(const EvaluationSummary& point) const;
    void draw(QCPGraph* graph, QCPErrorBars* intervals, QCPErrorBars* costs, const std::vector<Mark>& marks);
    const Mark* nearest(const QPoint& position) const;
    const Mark* find(const BitConfiguration& bits) const;
    QPointF pixel(const Mark& mark) const;
    QString toolTipText(const Mark& mark) const;
    void showToolTip(const QPoint& position);

    ElidedLabel* m_note = nullptr;
    SegmentSwitch* m_switch = nullptr;
    QCustomPlot* m_plot = nullptr;
    PlotGestures* m_gestures = nullptr;
    QCPGraph* m_all = nullptr;
    QCPErrorBars* m_intervals = nullptr;
    QCPErrorBars* m_costs = nullptr;
    QCPGraph* m_others = nullptr;  ///< of other run groups
    QCPErrorBars* m_othersIntervals = nullptr;
    QCPErrorBars* m_othersCosts = nullptr;
    QCPGraph* m_front = nullptr;
    QCPGraph* m_present = nullptr;
    QCPErrorBars* m_presentInterval = nullptr;
    QCPErrorBars* m_presentCost = nullptr;
    QCPGraph* m_baseline = nullptr;
    CostAxis m_axis = CostAxis::BitOps;
    double m_perMs = 1;            ///< of the latency axis
    std::int64_t m_newestRun = 0;  ///< of the latencies
    std::map<BitConfiguration, EvaluationSummary> m_points;
    std::map<BitConfiguration, Latency> m_latencies;
    std::vector<Mark> m_marks;  ///< of m_points
    std::optional<EvaluationSummary> m_presentPoint;
    std::optional<BitConfiguration> m_baselineBits;
};

}  // namespace bitdesk
