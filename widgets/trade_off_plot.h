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

namespace bitdesk {

/// Accuracy against BitOPs of every mix tried, with 95 % intervals, the front, the present mix and the baseline. Click
/// a point to load its mix; wheel and drag zoom and pan; a double click shows all.
class TradeOffPlot : public QWidget {
    Q_OBJECT
public:
    explicit TradeOffPlot(QWidget* parent = nullptr);

    void clear();
    void setPoints(std::vector<EvaluationSummary> points);
    void addPoint(const EvaluationSummary& point);
    /// The mix in hand, with its estimate so far; nothing where it has none.
    void setPresent(std::optional<EvaluationSummary> present);
    void setBaseline(std::optional<BitConfiguration> bits);

    int pointCount() const { return static_cast<int>(m_points.size()); }
    /// Pixel of a mix's point in this widget, for a click; nothing where it is not shown.
    std::optional<QPoint> pixelOf(const BitConfiguration& bits) const;

signals:
    void mixPicked(const bitdesk::BitConfiguration& bits);

protected:
    void changeEvent(QEvent* event) override;

private:
    void createGraphs();
    void style();
    void refresh();
    void refreshFront();
    void fit();
    const EvaluationSummary* nearest(const QPoint& position) const;
    void showToolTip(const QPoint& position);
    void pick(const QPoint& position);

    QCustomPlot* m_plot = nullptr;
    QCPGraph* m_all = nullptr;
    QCPErrorBars* m_intervals = nullptr;
    QCPGraph* m_front = nullptr;
    QCPGraph* m_present = nullptr;
    QCPErrorBars* m_presentInterval = nullptr;
    QCPGraph* m_baseline = nullptr;
    std::map<BitConfiguration, EvaluationSummary> m_points;
    std::optional<EvaluationSummary> m_presentPoint;
    std::optional<BitConfiguration> m_baselineBits;
    bool m_userZoomed = false;
};

}  // namespace bitdesk
