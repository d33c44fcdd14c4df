// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/plot_gestures.h"

#include <qcustomplot.h>
#include <QMouseEvent>
#include <QToolTip>

#include "widgets/format.h"

namespace bitdesk {

PlotGestures::PlotGestures(QCustomPlot* plot) : QObject(plot), m_plot(plot) {
    plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    connect(plot, &QCustomPlot::mouseDoubleClick, this, [this] {
        m_userZoomed = false;
        emit showAll();
    });
    connect(plot, &QCustomPlot::mouseWheel, this, [this] { m_userZoomed = true; });
    connect(plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() != Qt::NoButton) m_userZoomed = true;
        else emit hovered(event->pos());
    });
    connect(plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        if (event->button() == Qt::LeftButton) emit picked(event->pos());
    });
}

void PlotGestures::tell(const QPoint& position, const QString& text) {
    m_plot->setCursor(text.isEmpty() ? Qt::ArrowCursor : Qt::PointingHandCursor);
    if (text.isEmpty()) QToolTip::hideText();
    else QToolTip::showText(m_plot->mapToGlobal(position), toolTipOf(text), m_plot);
}

std::optional<std::size_t> nearestPoint(const std::vector<QPointF>& points, const QPoint& position) {
    constexpr double kReach = 10;
    std::optional<std::size_t> found;
    double best = kReach * kReach;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const QPointF away = points[i] - position;
        const double distance = QPointF::dotProduct(away, away);
        if (distance > best) continue;
        best = distance;
        found = i;
    }
    return found;
}

}  // namespace bitdesk
