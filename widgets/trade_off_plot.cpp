// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/trade_off_plot.h"

#include <qcustomplot.h>
#include <QEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

double megaBitOps(const EvaluationSummary& point) { return static_cast<double>(point.bitops) / 1e6; }
double percent(const EvaluationSummary& point) { return 100 * point.accuracy(); }

}  // namespace

TradeOffPlot::TradeOffPlot(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    m_plot = new QCustomPlot;
    column->addWidget(m_plot);
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_plot->xAxis->setLabel(QStringLiteral("BitOPs an image, millions"));
    m_plot->yAxis->setLabel(QStringLiteral("accuracy, %"));
    createGraphs();
    style();
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this] {
        m_userZoomed = false;
        fit();
    });
    connect(m_plot, &QCustomPlot::mouseWheel, this, [this] { m_userZoomed = true; });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() != Qt::NoButton) m_userZoomed = true;
        else showToolTip(event->pos());
    });
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        if (event->button() == Qt::LeftButton) pick(event->pos());
    });
}

void TradeOffPlot::createGraphs() {
    const auto add = [this] {
        QCPGraph* graph = m_plot->addGraph();
        graph->setLineStyle(QCPGraph::lsNone);
        return graph;
    };
    m_front = add();
    m_front->setLineStyle(QCPGraph::lsStepLeft);
    m_all = add();
    m_baseline = add();
    m_present = add();
    const auto bars = [this](QCPGraph* graph) {
        auto* errors = new QCPErrorBars(m_plot->xAxis, m_plot->yAxis);
        errors->setDataPlottable(graph);
        errors->setErrorType(QCPErrorBars::etValueError);
        errors->setAntialiased(false);
        errors->setSymbolGap(6);
        return errors;
    };
    m_intervals = bars(m_all);
    m_presentInterval = bars(m_present);
}

void TradeOffPlot::style() {
    const Theme theme = Theme::of(palette());
    applyTheme(*m_plot, theme);
    QColor faint = theme.muted;
    faint.setAlpha(90);
    m_front->setPen(QPen(theme.accent, 1, Qt::DashLine));
    m_all->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, theme.muted, theme.muted, 6));
    m_intervals->setPen(QPen(faint));
    m_baseline->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDiamond, QPen(theme.warning, 2), Qt::NoBrush, 13));
    m_present->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, theme.accent, theme.accent, 11));
    m_presentInterval->setPen(QPen(theme.accent, 1.5));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TradeOffPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_presentInterval != nullptr) style();
}

void TradeOffPlot::clear() {
    m_points.clear();
    m_presentPoint.reset();
    m_baselineBits.reset();
    m_userZoomed = false;
    refresh();
}

void TradeOffPlot::setPoints(std::vector<EvaluationSummary> points) {
    m_points.clear();
    for (auto& point : points) {
        // A mix seen on more images is the better estimate of the same thing.
        auto& slot = m_points[point.bits];
        if (slot.total < point.total) slot = std::move(point);
    }
    refresh();
}

void TradeOffPlot::addPoint(const EvaluationSummary& point) {
    m_points[point.bits] = point;
    refresh();
}

void TradeOffPlot::setPresent(std::optional<EvaluationSummary> present) {
    m_presentPoint = std::move(present);
    refresh();
}

void TradeOffPlot::setBaseline(std::optional<BitConfiguration> bits) {
    m_baselineBits = std::move(bits);
    refresh();
}

void TradeOffPlot::refresh() {
    QVector<double> x, y, minus, plus;
    for (const auto& [bits, point] : m_points) {
        const Interval interval = point.interval();
        x << megaBitOps(point);
        y << percent(point);
        minus << percent(point) - 100 * interval.low;
        plus << 100 * interval.high - percent(point);
    }
    m_all->setData(x, y);
    m_intervals->setData(minus, plus);
    refreshFront();
    m_present->setData({}, {});
    m_presentInterval->setData(QVector<double>{}, QVector<double>{});
    if (m_presentPoint) {
        const Interval interval = m_presentPoint->interval();
        m_present->setData({megaBitOps(*m_presentPoint)}, {percent(*m_presentPoint)});
        m_presentInterval->setData(QVector<double>{percent(*m_presentPoint) - 100 * interval.low},
                                   QVector<double>{100 * interval.high - percent(*m_presentPoint)});
    }
    const auto baseline = m_baselineBits ? m_points.find(*m_baselineBits) : m_points.end();
    if (baseline == m_points.end()) m_baseline->setData({}, {});
    else m_baseline->setData({megaBitOps(baseline->second)}, {percent(baseline->second)});
    if (m_userZoomed) m_plot->replot(QCustomPlot::rpQueuedReplot);
    else fit();
}

/// The mixes that no other one beats in both accuracy and BitOPs.
void TradeOffPlot::refreshFront() {
    std::vector<const EvaluationSummary*> order;
    for (const auto& [bits, point] : m_points) order.push_back(&point);
    std::ranges::sort(order, {}, [](const auto* p) { return std::pair(p->bitops, -p->accuracy()); });
    QVector<double> x, y;
    double best = -1;
    for (const auto* point : order) {
        if (point->accuracy() <= best) continue;
        best = point->accuracy();
        x << megaBitOps(*point);
        y << percent(*point);
    }
    m_front->setData(x, y, true);
}

void TradeOffPlot::fit() {
    bool any = false;
    QCPRange x, y;
    const auto include = [&](const EvaluationSummary& point) {
        const Interval interval = point.interval();
        const QCPRange px(megaBitOps(point), megaBitOps(point)), py(100 * interval.low, 100 * interval.high);
        x = any ? x.expanded(px) : px;
        y = any ? y.expanded(py) : py;
        any = true;
    };
    for (const auto& [bits, point] : m_points) include(point);
    if (m_presentPoint) include(*m_presentPoint);
    if (!any) {
        x = QCPRange(0, 1);
        y = QCPRange(0, 100);
    }
    const double marginX = std::max(0.08 * x.size(), 0.02 * std::abs(x.upper)), marginY = std::max(0.1 * y.size(), 0.2);
    m_plot->xAxis->setRange(x.lower - marginX, x.upper + marginX);
    m_plot->yAxis->setRange(y.lower - marginY, y.upper + marginY);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

const EvaluationSummary* TradeOffPlot::nearest(const QPoint& position) const {
    constexpr double kReach = 10;  // pixels
    const EvaluationSummary* found = nullptr;
    double best = kReach * kReach;
    for (const auto& [bits, point] : m_points) {
        const double dx = m_plot->xAxis->coordToPixel(megaBitOps(point)) - position.x();
        const double dy = m_plot->yAxis->coordToPixel(percent(point)) - position.y();
        if (dx * dx + dy * dy > best) continue;
        best = dx * dx + dy * dy;
        found = &point;
    }
    return found;
}

void TradeOffPlot::showToolTip(const QPoint& position) {
    const EvaluationSummary* point = nearest(position);
    m_plot->setCursor(point != nullptr ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (point == nullptr) {
        QToolTip::hideText();
        return;
    }
    const Interval interval = point->interval();
    QToolTip::showText(m_plot->mapToGlobal(position),
                       QStringLiteral("%1\n%2 % [%3, %4] of %5 images\n%6 BitOPs · click to load")
                           .arg(QString::fromStdString(toText(point->bits)))
                           .arg(percent(*point), 0, 'f', 2)
                           .arg(100 * interval.low, 0, 'f', 2)
                           .arg(100 * interval.high, 0, 'f', 2)
                           .arg(point->total)
                           .arg(formatCount(static_cast<double>(point->bitops))),
                       m_plot);
}

void TradeOffPlot::pick(const QPoint& position) {
    if (const EvaluationSummary* point = nearest(position)) emit mixPicked(BitConfiguration(point->bits));
}

std::optional<QPoint> TradeOffPlot::pixelOf(const BitConfiguration& bits) const {
    const auto found = m_points.find(bits);
    if (found == m_points.end()) return std::nullopt;
    const QPoint inPlot(static_cast<int>(m_plot->xAxis->coordToPixel(megaBitOps(found->second))),
                        static_cast<int>(m_plot->yAxis->coordToPixel(percent(found->second))));
    return m_plot->mapTo(this, inPlot);
}

}  // namespace bitdesk
