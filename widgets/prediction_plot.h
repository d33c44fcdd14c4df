// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>
#include <map>
#include <optional>
#include <vector>

#include "core/results/layer_table.h"
#include "core/results/results.h"
#include "widgets/prediction_trust.h"

class QCustomPlot;
class QCPErrorBars;
class QCPGraph;
class QLabel;

namespace bitdesk {

class PlotGestures;

/// Predicted against measured time of whole runs: the checks that were measured beside the layer table, and the mixes
/// measured since. On the diagonal the table was right. Click a point to load its mix.
class PredictionPlot : public QWidget {
    Q_OBJECT
public:
    explicit PredictionPlot(QWidget* parent = nullptr);

    void setTable(const std::optional<LayerTable>& table);
    /// Measured in this window, now. Ignores what was not predicted beforehand, and simulated bits. The last of a mix
    /// is shown.
    void addMeasured(const Measurement& measurement);
    /// Measured before this window was opened, the newest of a mix last: shown, but no judgement of the table today.
    void addStored(const std::vector<Measurement>& measurements);
    void clear();

    /// How far off the next prediction is to be taken.
    PredictionTrust trust() const;
    int pointCount() const { return static_cast<int>(m_checks.size() + m_measured.size()); }
    /// Pixel of a mix's point in this widget, for a click; nothing where it is not shown.
    std::optional<QPoint> pixelOf(const BitConfiguration& bits) const;
    QString toolTipOf(const BitConfiguration& bits) const;

signals:
    void mixPicked(const bitdesk::BitConfiguration& bits);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Point {
        BitConfiguration bits;
        double predictedMs = 0, measuredMs = 0;
        Interval ci95;
        std::int64_t n = 0;  ///< 0: not told
        bool live = false;   ///< measured in this window
        double error() const { return measuredMs > 0 ? predictedMs / measuredMs - 1 : 0; }
    };
    void createGraphs();
    void style();
    void refresh();
    void setData(QCPGraph* graph, QCPErrorBars* bars, const std::vector<Point>& points);
    std::vector<Point> points() const;
    static std::optional<Point> pointOf(const Measurement& measurement);
    std::vector<double> measuredErrors(bool liveOnly) const;
    QString noteText() const;
    QString toolTipText(const Point& point) const;
    void fit();
    QPointF pixel(const Point& point) const;
    std::optional<Point> nearest(const QPoint& position) const;
    std::optional<Point> find(const BitConfiguration& bits) const;
    void showToolTip(const QPoint& position);

    QCustomPlot* m_plot = nullptr;
    PlotGestures* m_gestures = nullptr;
    QCPGraph* m_lowEdge = nullptr;
    QCPGraph* m_highEdge = nullptr;
    QCPGraph* m_diagonal = nullptr;
    QCPGraph* m_checkGraph = nullptr;
    QCPErrorBars* m_checkBars = nullptr;
    QCPGraph* m_measuredGraph = nullptr;
    QCPErrorBars* m_measuredBars = nullptr;
    QLabel* m_note = nullptr;
    QLabel* m_warning = nullptr;
    std::optional<LayerTable> m_table;
    std::vector<Point> m_checks;
    std::map<BitConfiguration, Point> m_measured;
    std::optional<double> m_lastError;  ///< of the mix measured last in this window
    double m_perMs = 1;                 ///< of the axes
};

}  // namespace bitdesk
