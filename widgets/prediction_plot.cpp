// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/prediction_plot.h"

#include <qcustomplot.h>
#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/format.h"
#include "widgets/plot_gestures.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr double kBand = 0.05;

double beyond(double distance) { return std::isfinite(distance) ? std::max(0.0, distance) : 0; }

}  // namespace

PredictionPlot::PredictionPlot(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->setSpacing(2);
    m_plot = new QCustomPlot;
    column->addWidget(m_plot, 1);
    m_note = createNote(QStringLiteral("predictionNote"), font());
    m_warning = createNote(QStringLiteral("predictionWarning"), font());
    for (QLabel* label : {m_note, m_warning}) column->addWidget(label);
    m_gestures = new PlotGestures(m_plot);
    connect(m_gestures, &PlotGestures::showAll, this, &PredictionPlot::fit);
    connect(m_gestures, &PlotGestures::hovered, this, &PredictionPlot::showToolTip);
    connect(m_gestures, &PlotGestures::picked, this, [this](const QPoint& position) {
        if (const auto point = nearest(position)) emit mixPicked(BitConfiguration(point->bits));
    });
    createGraphs();
    style();
    clear();
}

void PredictionPlot::createGraphs() {
    m_lowEdge = m_plot->addGraph();
    m_highEdge = m_plot->addGraph();
    m_highEdge->setChannelFillGraph(m_lowEdge);
    m_diagonal = m_plot->addGraph();
    const auto add = [this](QCPErrorBars*& bars) {
        QCPGraph* graph = m_plot->addGraph();
        graph->setLineStyle(QCPGraph::lsNone);
        bars = new QCPErrorBars(m_plot->xAxis, m_plot->yAxis);
        bars->setDataPlottable(graph);
        bars->setAntialiased(false);
        bars->setSymbolGap(5);
        return graph;
    };
    m_checkGraph = add(m_checkBars);
    m_measuredGraph = add(m_measuredBars);
}

void PredictionPlot::style() {
    const Theme theme = Theme::of(palette());
    applyTheme(*m_plot, theme);
    QColor band = theme.muted;
    band.setAlpha(36);
    m_lowEdge->setPen(Qt::NoPen);
    m_highEdge->setPen(Qt::NoPen);
    m_highEdge->setBrush(band);
    m_diagonal->setPen(QPen(theme.muted, 1, Qt::DashLine));
    m_checkGraph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, theme.muted, theme.muted, 6));
    m_checkBars->setPen(QPen(theme.muted));
    m_measuredGraph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDiamond, theme.accent, theme.accent, 9));
    m_measuredBars->setPen(QPen(theme.accent, 1.5));
    setTextColour(*m_note, theme.muted);
    setTextColour(*m_warning, theme.warning);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PredictionPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_measuredBars != nullptr) style();
}

void PredictionPlot::setTable(const std::optional<LayerTable>& table) {
    m_table = table;
    m_checks.clear();
    if (table)
        for (const LayerTableCheck& check : table->checks)
            m_checks.push_back({.bits = check.bits,
                                .predictedMs = check.predictedMs,
                                .measuredMs = check.measuredMs,
                                .ci95 = check.measuredCi95});
    refresh();
}

std::optional<PredictionPlot::Point> PredictionPlot::pointOf(const Measurement& measurement) {
    if (measurement.simulated || !measurement.predictedMs) return std::nullopt;
    return Point{.bits = measurement.bits,
                 .predictedMs = *measurement.predictedMs,
                 .measuredMs = measurement.latencyMs.median,
                 .ci95 = measurement.medianCi95,
                 .n = measurement.latencyMs.n};
}

void PredictionPlot::addMeasured(const Measurement& measurement) {
    auto point = pointOf(measurement);
    if (!point) return;
    point->live = true;
    m_lastError = point->error();
    m_measured[measurement.bits] = *point;
    refresh();
}

void PredictionPlot::addStored(const std::vector<Measurement>& measurements) {
    for (const Measurement& measurement : measurements) {
        const auto point = pointOf(measurement);
        if (!point) continue;
        Point& slot = m_measured[measurement.bits];
        if (!slot.live) slot = *point;
    }
    refresh();
}

std::vector<double> PredictionPlot::measuredErrors(bool liveOnly) const {
    std::vector<double> errors;
    for (const auto& [bits, point] : m_measured)
        if (point.live || !liveOnly) errors.push_back(std::abs(point.error()));
    return errors;
}

PredictionTrust PredictionPlot::trust() const {
    PredictionTrust trust{.error = m_table ? m_table->medianError() : std::nullopt, .since = 0, .last = m_lastError};
    const auto errors = measuredErrors(true);
    if (errors.empty()) return trust;
    const auto raise = [&trust](double error, std::size_t mixes) {
        if (trust.error && *trust.error >= error) return;
        trust.error = error;
        trust.since = static_cast<int>(mixes);
    };
    raise(quantile(errors, 0.5), errors.size());
    if (trust.otherSpeed()) raise(std::abs(*trust.last), 1);
    return trust;
}

void PredictionPlot::clear() {
    m_measured.clear();
    m_lastError.reset();
    m_gestures->reset();
    setTable(std::nullopt);
}

std::vector<PredictionPlot::Point> PredictionPlot::points() const {
    std::vector<Point> all = m_checks;
    for (const auto& [bits, point] : m_measured) all.push_back(point);
    return all;
}

void PredictionPlot::refresh() {
    const auto all = points();
    double longest = 0;
    for (const Point& point : all) longest = std::max({longest, point.predictedMs, point.measuredMs});
    const TimeUnit unit = TimeUnit::forLongest(longest);
    m_perMs = unit.perMs;
    m_plot->xAxis->setLabel(QStringLiteral("predicted, %1").arg(unit.name));
    m_plot->yAxis->setLabel(QStringLiteral("measured, %1").arg(unit.name));
    const double far = 10 * m_perMs * std::max(longest, 1e-3);
    m_diagonal->setData({0, far}, {0, far}, true);
    m_lowEdge->setData({0, far}, {0, (1 - kBand) * far}, true);
    m_highEdge->setData({0, far}, {0, (1 + kBand) * far}, true);
    setData(m_checkGraph, m_checkBars, m_checks);
    setData(m_measuredGraph, m_measuredBars, {all.begin() + static_cast<std::ptrdiff_t>(m_checks.size()), all.end()});
    m_plot->setVisible(!all.empty());
    m_note->setText(noteText());
    m_warning->setVisible(trust().otherSpeed());
    if (m_lastError)
        m_warning->setText(QStringLiteral("The mix measured last was predicted with an error of %1: the machine now "
                                          "runs at another speed than when the table was measured.")
                               .arg(formatError(*m_lastError)));
    m_note->setAlignment(all.empty() ? Qt::AlignCenter : Qt::AlignLeft);
    if (m_gestures->userZoomed()) m_plot->replot(QCustomPlot::rpQueuedReplot);
    else fit();
}

void PredictionPlot::setData(QCPGraph* graph, QCPErrorBars* bars, const std::vector<Point>& points) {
    // QCPGraph sorts its points by key; its error bars stay in the order given.
    std::vector<Point> sorted = points;
    std::ranges::stable_sort(sorted, {}, &Point::predictedMs);
    QVector<double> x, y, minus, plus;
    for (const Point& point : sorted) {
        x << m_perMs * point.predictedMs;
        y << m_perMs * point.measuredMs;
        minus << m_perMs * beyond(point.measuredMs - point.ci95.low);
        plus << m_perMs * beyond(point.ci95.high - point.measuredMs);
    }
    graph->setData(x, y, true);
    bars->setData(minus, plus);
}

QString PredictionPlot::noteText() const {
    QStringList parts;
    if (m_table) {
        const auto median = m_table->medianError(), most = m_table->error90();
        parts << (median && most
                      ? QStringLiteral("median error %1 % over %2 mixes, 90 % within %3 %; table of %4 mixes")
                            .arg(100 * *median, 0, 'f', 1)
                            .arg(m_checks.size())
                            .arg(100 * *most, 0, 'f', 1)
                            .arg(m_table->mixes)
                      : QStringLiteral("table of %1 mixes, not checked yet").arg(m_table->mixes));
    } else {
        parts << QStringLiteral("No layer table yet. It is measured when the hand rests.");
    }
    const auto errors = measuredErrors(false), live = measuredErrors(true);
    if (!errors.empty())
        parts << QStringLiteral("◆ measured since: %1 mix(es), median error %2 %")
                     .arg(errors.size())
                     .arg(100 * quantile(errors, 0.5), 0, 'f', 1);
    if (!live.empty() && live.size() < errors.size())
        parts.last() +=
            QStringLiteral("; in this window %1, %2 %").arg(live.size()).arg(100 * quantile(live, 0.5), 0, 'f', 1);
    if (pointCount() > 0) parts << QStringLiteral("bars: 95 % of the median; band: ± %1 %").arg(100 * kBand);
    return parts.join(QStringLiteral("\n"));
}

void PredictionPlot::fit() {
    double low = 0, high = 0;
    bool any = false;
    for (const Point& point : points()) {
        const double least = std::min(point.predictedMs, point.measuredMs - beyond(point.measuredMs - point.ci95.low));
        const double most = std::max({point.predictedMs, point.measuredMs, point.ci95.high});
        low = any ? std::min(low, least) : least;
        high = any ? std::max(high, most) : most;
        any = true;
    }
    if (!any) high = 1;
    const double margin = std::max(0.08 * (high - low), 0.02 * high);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis})
        axis->setRange(m_perMs * std::max(0.0, low - margin), m_perMs * (high + margin));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

QPointF PredictionPlot::pixel(const Point& point) const {
    return {m_plot->xAxis->coordToPixel(m_perMs * point.predictedMs),
            m_plot->yAxis->coordToPixel(m_perMs * point.measuredMs)};
}

std::optional<PredictionPlot::Point> PredictionPlot::nearest(const QPoint& position) const {
    const auto all = points();
    std::vector<QPointF> pixels;
    pixels.reserve(all.size());
    for (const Point& point : all) pixels.push_back(pixel(point));
    const auto found = nearestPoint(pixels, position);
    return found ? std::optional(all[*found]) : std::nullopt;
}

std::optional<PredictionPlot::Point> PredictionPlot::find(const BitConfiguration& bits) const {
    if (const auto measured = m_measured.find(bits); measured != m_measured.end()) return measured->second;
    const auto check = std::ranges::find(m_checks, bits, &Point::bits);
    return check != m_checks.end() ? std::optional(*check) : std::nullopt;
}

QString PredictionPlot::toolTipText(const Point& point) const {
    const TimeUnit unit = TimeUnit::forLongest(std::max(point.predictedMs, point.measuredMs));
    const QString runs = point.n > 0 ? QStringLiteral(", n = %1").arg(point.n) : QString();
    return QStringLiteral("%1\npredicted %2 %3, error %4\nmeasured %5 %6 %3%7\nclick to load")
        .arg(QString::fromStdString(toText(point.bits)), unit.number(point.predictedMs), unit.name,
             formatError(point.error()), unit.number(point.measuredMs), unit.interval(point.ci95), runs);
}

QString PredictionPlot::toolTipOf(const BitConfiguration& bits) const {
    const auto point = find(bits);
    return point ? toolTipText(*point) : QString();
}

void PredictionPlot::showToolTip(const QPoint& position) {
    const auto point = nearest(position);
    m_gestures->tell(position, point ? toolTipText(*point) : QString());
}

std::optional<QPoint> PredictionPlot::pixelOf(const BitConfiguration& bits) const {
    const auto point = find(bits);
    if (!point) return std::nullopt;
    return m_plot->mapTo(this, pixel(*point).toPoint());
}

}  // namespace bitdesk
