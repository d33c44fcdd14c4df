// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QPointF>
#include <optional>
#include <vector>

class QCustomPlot;

namespace bitdesk {

/// What the hand does on a plot of points: wheel and drag zoom and pan, a double click shows all again, a click picks.
class PlotGestures : public QObject {
    Q_OBJECT
public:
    /// Lives as long as the plot.
    explicit PlotGestures(QCustomPlot* plot);

    /// The hand chose what is seen: new points must not move it away.
    bool userZoomed() const { return m_userZoomed; }
    void reset() { m_userZoomed = false; }
    /// Says what is under the hand, plain text; nothing there: an empty text.
    void tell(const QPoint& position, const QString& text);

signals:
    void showAll();
    void hovered(const QPoint& position);
    void picked(const QPoint& position);

private:
    QCustomPlot* m_plot;
    bool m_userZoomed = false;
};

/// The point that a hand at `position` means, if any; pixels.
std::optional<std::size_t> nearestPoint(const std::vector<QPointF>& points, const QPoint& position);

}  // namespace bitdesk
