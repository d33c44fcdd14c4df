// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/plot_panel.h"

#include <qcustomplot.h>
#include <QEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

/// An interval may be of nothing, or not hold its own median.
double beyond(double distance) { return std::isfinite(distance) ? std::max(0.0, distance) : 0; }

}  // namespace

PlotPanel::PlotPanel(QWidget* parent) : QWidget(parent), m_column(new QVBoxLayout(this)), m_plot(new QCustomPlot) {
    m_column->setContentsMargins(0, 0, 0, 4);
    m_column->setSpacing(2);
    m_column->addWidget(m_plot, 1);
}

QLabel* PlotPanel::addNote(const QString& name) {
    QLabel* note = createNote(name, font());
    m_column->addWidget(note);
    m_notes.push_back(note);
    return note;
}

void PlotPanel::restyle() {
    m_complete = true;
    const Theme theme = Theme::of(palette());
    applyTheme(*m_plot, theme);
    for (QLabel* note : m_notes) setTextColour(*note, theme.muted);
    style(theme);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_complete) restyle();
}

MixPlot::MixPlot(QWidget* parent) : PlotPanel(parent) {
    plot().setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    connect(&plot(), &QCustomPlot::mouseDoubleClick, this, [this] {
        m_userZoomed = false;
        fit();
    });
    connect(&plot(), &QCustomPlot::mouseWheel, this, [this] { m_userZoomed = true; });
    connect(&plot(), &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() != Qt::NoButton) m_userZoomed = true;
        else tell(event->pos());
    });
    connect(&plot(), &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        const auto mix = event->button() == Qt::LeftButton ? nearest(event->pos()) : std::nullopt;
        if (mix) emit mixPicked(BitConfiguration(m_mixes[*mix]));
    });
}

void MixPlot::tell(const QPoint& position) {
    const auto mix = nearest(position);
    plot().setCursor(mix ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (mix) QToolTip::showText(plot().mapToGlobal(position), bitdesk::toolTipOf(toolTipText(*mix)), &plot());
    else QToolTip::hideText();
}

QCPGraph* MixPlot::addGraph() {
    QCPGraph* graph = plot().addGraph();
    graph->setLineStyle(QCPGraph::lsNone);
    return graph;
}

MixPlot::Dots MixPlot::addDots(double symbolGap) {
    const auto addBars = [&](QCPGraph* graph, QCPErrorBars::ErrorType type) {
        auto* bars = new QCPErrorBars(plot().xAxis, plot().yAxis);
        bars->setDataPlottable(graph);
        bars->setErrorType(type);
        bars->setAntialiased(false);
        bars->setSymbolGap(symbolGap);
        return bars;
    };
    Dots dots{.graph = addGraph()};
    dots.tall = addBars(dots.graph, QCPErrorBars::etValueError);
    dots.wide = addBars(dots.graph, QCPErrorBars::etKeyError);
    return dots;
}

void MixPlot::setDots(const Dots& dots, std::vector<Dot> points) {
    // QCPGraph sorts its points by key; its error bars stay in the order given.
    std::ranges::stable_sort(points, {}, &Dot::x);
    QVector<double> x, y, below, above, left, right;
    for (const Dot& dot : points) {
        x << dot.x;
        y << dot.y;
        below << beyond(dot.y - dot.ys.low);
        above << beyond(dot.ys.high - dot.y);
        left << beyond(dot.x - dot.xs.low);
        right << beyond(dot.xs.high - dot.x);
    }
    dots.graph->setData(x, y, true);
    if (dots.tall == nullptr) return;
    dots.tall->setData(below, above);
    dots.wide->setData(left, right);
}

void MixPlot::setMixes(std::vector<BitConfiguration> mixes, std::vector<Dot> dots) {
    m_mixes = std::move(mixes);
    m_dots = std::move(dots);
    if (m_userZoomed) plot().replot(QCustomPlot::rpQueuedReplot);
    else fit();
}

void MixPlot::fit() {
    setRanges();
    plot().replot(QCustomPlot::rpQueuedReplot);
}

QPointF MixPlot::pixel(const Dot& dot) const {
    return {plot().xAxis->coordToPixel(dot.x), plot().yAxis->coordToPixel(dot.y)};
}

std::optional<std::size_t> MixPlot::nearest(const QPoint& position) const {
    constexpr double kReach = 10;
    std::optional<std::size_t> found;
    double best = kReach * kReach;
    for (std::size_t i = 0; i < m_dots.size(); ++i) {
        const QPointF away = pixel(m_dots[i]) - position;
        const double distance = QPointF::dotProduct(away, away);
        if (distance > best) continue;
        best = distance;
        found = i;
    }
    return found;
}

std::optional<std::size_t> MixPlot::indexOf(const BitConfiguration& bits) const {
    for (std::size_t i = m_mixes.size(); i > 0; --i)  // of two dots of one mix the later lies on top
        if (m_mixes[i - 1] == bits) return i - 1;
    return std::nullopt;
}

std::optional<QPoint> MixPlot::pixelOf(const BitConfiguration& bits) const {
    const auto mix = indexOf(bits);
    return mix ? std::optional(plot().mapTo(this, pixel(m_dots[*mix]).toPoint())) : std::nullopt;
}

QString MixPlot::toolTipOf(const BitConfiguration& bits) const {
    const auto mix = indexOf(bits);
    return mix ? toolTipText(*mix) : QString();
}

}  // namespace bitdesk
