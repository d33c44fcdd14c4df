// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/trade_off_plot.h"

#include <qcustomplot.h>
#include <QEvent>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/plot_gestures.h"
#include "widgets/segment_switch.h"
#include "widgets/theme.h"

namespace bitdesk {

TradeOffPlot::TradeOffPlot(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_plot = new QCustomPlot;
    column->addLayout(createSwitch());
    column->addWidget(m_plot, 1);
    m_plot->yAxis->setLabel(QStringLiteral("accuracy, %"));
    m_gestures = new PlotGestures(m_plot);
    connect(m_gestures, &PlotGestures::showAll, this, &TradeOffPlot::fit);
    connect(m_gestures, &PlotGestures::hovered, this, &TradeOffPlot::showToolTip);
    connect(m_gestures, &PlotGestures::picked, this, [this](const QPoint& position) {
        if (const Mark* mark = nearest(position)) emit mixPicked(BitConfiguration(mark->point->bits));
    });
    createGraphs();
    style();
    refresh();
}

QHBoxLayout* TradeOffPlot::createSwitch() {
    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 2, 6, 2);
    row->setSpacing(0);
    m_note = new ElidedLabel;
    m_note->setObjectName(QStringLiteral("tradeOffNote"));
    m_note->setFont(Theme::figures(font(), 0.85, false));
    row->addWidget(m_note, 1);
    m_switch = new SegmentSwitch({QStringLiteral("BitOPs"), QStringLiteral("Latency")});
    m_switch->setToolTip(QStringLiteral("Accuracy against BitOPs, or against measured latency"));
    connect(m_switch, &SegmentSwitch::chosen, this, [this](int id) { setCostAxis(static_cast<CostAxis>(id)); });
    row->addWidget(m_switch);
    return row;
}

QCPErrorBars* TradeOffPlot::createBars(QCPGraph* graph, bool horizontal) {
    auto* errors = new QCPErrorBars(m_plot->xAxis, m_plot->yAxis);
    errors->setDataPlottable(graph);
    errors->setErrorType(horizontal ? QCPErrorBars::etKeyError : QCPErrorBars::etValueError);
    errors->setAntialiased(false);
    errors->setSymbolGap(6);
    return errors;
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
    m_others = add();
    m_baseline = add();
    m_present = add();
    m_intervals = createBars(m_all, false);
    m_costs = createBars(m_all, true);
    m_othersIntervals = createBars(m_others, false);
    m_othersCosts = createBars(m_others, true);
    m_presentInterval = createBars(m_present, false);
    m_presentCost = createBars(m_present, true);
}

void TradeOffPlot::style() {
    const Theme theme = Theme::of(palette());
    applyTheme(*m_plot, theme);
    QColor faint = theme.muted;
    faint.setAlpha(90);
    m_front->setPen(QPen(theme.accent, 1, Qt::DashLine));
    m_all->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, theme.muted, theme.muted, 6));
    m_others->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(theme.muted), Qt::NoBrush, 6));
    m_baseline->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDiamond, QPen(theme.warning, 2), Qt::NoBrush, 13));
    stylePresent();
    for (QCPErrorBars* bars : {m_intervals, m_costs, m_othersIntervals, m_othersCosts}) bars->setPen(QPen(faint));
    setTextColour(*m_note, theme.muted);
    for (QCPErrorBars* bars : {m_presentInterval, m_presentCost}) bars->setPen(QPen(theme.accent, 1.5));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

/// Hollow where its latency is of another run, as the others are.
void TradeOffPlot::stylePresent() {
    const QColor accent = Theme::of(palette()).accent;
    const auto mark = m_presentPoint ? markOf(*m_presentPoint) : std::nullopt;
    const bool hollow = mark && !mark->comparable;
    m_present->setScatterStyle(hollow ? QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(accent, 2), Qt::NoBrush, 11)
                                      : QCPScatterStyle(QCPScatterStyle::ssDisc, accent, accent, 11));
}

void TradeOffPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_presentCost != nullptr) style();
}

void TradeOffPlot::setCostAxis(CostAxis axis) {
    m_switch->setChoice(static_cast<int>(axis));
    if (m_axis == axis) return;
    m_axis = axis;
    m_gestures->reset();  // what was zoomed to is on the other axis
    refresh();
}

void TradeOffPlot::clear() {
    m_points.clear();
    m_latencies.clear();
    m_presentPoint.reset();
    m_baselineBits.reset();
    m_gestures->reset();
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

void TradeOffPlot::takeLatency(const BitConfiguration& bits, const Measurement& measurement) {
    if (measurement.simulated || !(measurement.latencyMs.median > 0)) return;
    Latency& slot = m_latencies[bits];
    if (slot.runGroup <= measurement.runGroup)
        slot = {measurement.latencyMs, measurement.medianCi95, measurement.runGroup};
}

void TradeOffPlot::setLatency(const BitConfiguration& bits, const Measurement& measurement) {
    takeLatency(bits, measurement);
    refresh();
}

void TradeOffPlot::setLatencies(const std::vector<Measurement>& measurements) {
    for (const Measurement& measurement : measurements) takeLatency(measurement.bits, measurement);
    refresh();
}

std::optional<TradeOffPlot::Mark> TradeOffPlot::markOf(const EvaluationSummary& point) const {
    const Interval accuracy = point.interval();
    Mark mark;
    mark.point = &point;
    mark.y = 100 * point.accuracy();
    mark.percent = {.low = 100 * accuracy.low, .high = 100 * accuracy.high};
    if (m_axis == CostAxis::BitOps) {
        mark.x = static_cast<double>(point.bitops) / 1e6;
        mark.cost = {.low = mark.x, .high = mark.x};
        return mark;
    }
    const auto found = m_latencies.find(point.bits);
    if (found == m_latencies.end()) return std::nullopt;
    mark.x = m_perMs * found->second.ms.median;
    mark.cost = {.low = std::min(mark.x, m_perMs * found->second.ci95.low),
                 .high = std::max(mark.x, m_perMs * found->second.ci95.high)};
    mark.comparable = found->second.runGroup == m_newestRun;
    return mark;
}

void TradeOffPlot::draw(QCPGraph* graph, QCPErrorBars* intervals, QCPErrorBars* costs, const std::vector<Mark>& marks) {
    QVector<double> x, y, below, above, left, right;
    for (const Mark& mark : marks) {
        x << mark.x;
        y << mark.y;
        below << mark.y - mark.percent.low;
        above << mark.percent.high - mark.y;
        left << mark.x - mark.cost.low;
        right << mark.cost.high - mark.x;
    }
    graph->setData(x, y, true);
    if (intervals == nullptr) return;
    intervals->setData(below, above);
    costs->setData(left, right);
    costs->setVisible(m_axis == CostAxis::Latency);
}

void TradeOffPlot::refresh() {
    label();
    m_marks.clear();
    for (const auto& [bits, point] : m_points)
        if (const auto mark = markOf(point)) m_marks.push_back(*mark);
    // A graph keeps its points by x: error bars must come in the same order. Of equal costs the best comes first.
    std::ranges::stable_sort(m_marks, {}, [](const Mark& mark) { return std::pair(mark.x, -mark.y); });
    std::vector<Mark> comparable, others;
    for (const Mark& mark : m_marks) (mark.comparable ? comparable : others).push_back(mark);
    draw(m_all, m_intervals, m_costs, comparable);
    draw(m_others, m_othersIntervals, m_othersCosts, others);
    const auto present = m_presentPoint ? markOf(*m_presentPoint) : std::nullopt;
    draw(m_present, m_presentInterval, m_presentCost, present ? std::vector{*present} : std::vector<Mark>{});
    const Mark* baseline = m_baselineBits ? find(*m_baselineBits) : nullptr;
    draw(m_baseline, nullptr, nullptr, baseline != nullptr ? std::vector{*baseline} : std::vector<Mark>{});
    stylePresent();
    refreshFront();
    writeNote();
    if (m_gestures->userZoomed()) m_plot->replot(QCustomPlot::rpQueuedReplot);
    else fit();
}

int TradeOffPlot::otherRunCount() const {
    return static_cast<int>(std::ranges::count(m_marks, false, &Mark::comparable));
}

void TradeOffPlot::writeNote() {
    QStringList parts;
    if (otherRunCount() > 0) parts << QStringLiteral("○ measured in another run: not comparable exactly");
    if (missingCount() > 0)
        parts << QStringLiteral("%1 of %2 mixes not shown: no latency measured").arg(missingCount()).arg(pointCount());
    m_note->setText(parts.join(QStringLiteral(" · ")));
    m_note->setFacts(otherRunCount() == 0
                         ? QString()
                         : QStringLiteral("The machine may have run at another speed then. The front joins what was "
                                          "measured in turns with the mix measured last."));
}

void TradeOffPlot::label() {
    const auto longest =
        std::ranges::max_element(m_latencies, {}, [](const auto& entry) { return entry.second.ms.median; });
    const TimeUnit unit = TimeUnit::forLongest(longest != m_latencies.end() ? longest->second.ms.median : 0);
    m_perMs = unit.perMs;
    m_newestRun = 0;
    for (const auto& [bits, latency] : m_latencies) m_newestRun = std::max(m_newestRun, latency.runGroup);
    m_plot->xAxis->setLabel(m_axis == CostAxis::BitOps
                                ? QStringLiteral("BitOPs an image, millions")
                                : QStringLiteral("measured latency of a run, %1").arg(unit.name));
}

/// The mixes that no other one beats in both accuracy and cost; of those whose costs can be compared.
void TradeOffPlot::refreshFront() {
    std::vector<Mark> front;
    for (const Mark& mark : m_marks)
        if (mark.comparable && (front.empty() || mark.y > front.back().y)) front.push_back(mark);
    draw(m_front, nullptr, nullptr, front);
}

void TradeOffPlot::fit() {
    std::vector<Mark> marks = m_marks;
    if (const auto present = m_presentPoint ? markOf(*m_presentPoint) : std::nullopt) marks.push_back(*present);
    QCPRange x(0, 1), y(0, 100);
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const QCPRange px(marks[i].cost.low, marks[i].cost.high), py(marks[i].percent.low, marks[i].percent.high);
        x = i > 0 ? x.expanded(px) : px;
        y = i > 0 ? y.expanded(py) : py;
    }
    const double marginX = std::max(0.08 * x.size(), 0.02 * std::abs(x.upper)), marginY = std::max(0.1 * y.size(), 0.2);
    m_plot->xAxis->setRange(x.lower - marginX, x.upper + marginX);
    m_plot->yAxis->setRange(y.lower - marginY, y.upper + marginY);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

QPointF TradeOffPlot::pixel(const Mark& mark) const {
    return {m_plot->xAxis->coordToPixel(mark.x), m_plot->yAxis->coordToPixel(mark.y)};
}

const TradeOffPlot::Mark* TradeOffPlot::nearest(const QPoint& position) const {
    std::vector<QPointF> pixels;
    pixels.reserve(m_marks.size());
    for (const Mark& mark : m_marks) pixels.push_back(pixel(mark));
    const auto found = nearestPoint(pixels, position);
    return found ? &m_marks[*found] : nullptr;
}

const TradeOffPlot::Mark* TradeOffPlot::find(const BitConfiguration& bits) const {
    const auto found = std::ranges::find(m_marks, bits, [](const Mark& mark) { return mark.point->bits; });
    return found != m_marks.end() ? &*found : nullptr;
}

QString TradeOffPlot::toolTipText(const Mark& mark) const {
    const EvaluationSummary& point = *mark.point;
    QString text = QStringLiteral("%1\n%2 % [%3, %4] of %5 images\n%6 BitOPs")
                       .arg(QString::fromStdString(toText(point.bits)))
                       .arg(mark.y, 0, 'f', 2)
                       .arg(mark.percent.low, 0, 'f', 2)
                       .arg(mark.percent.high, 0, 'f', 2)
                       .arg(point.total)
                       .arg(formatCount(static_cast<double>(point.bitops)));
    if (const auto found = m_latencies.find(point.bits); found != m_latencies.end()) {
        const auto& [ms, ci95, runGroup] = found->second;
        const TimeUnit unit = TimeUnit::forLongest(ms.median);
        text +=
            QStringLiteral("\n%1 %2 %3, n = %4").arg(unit.number(ms.median), unit.interval(ci95), unit.name).arg(ms.n);
        if (runGroup != m_newestRun)
            text += QStringLiteral("\nmeasured in another run than the mix measured last: not comparable exactly");
    }
    return text + QStringLiteral("\nclick to load");
}

void TradeOffPlot::showToolTip(const QPoint& position) {
    const Mark* mark = nearest(position);
    m_gestures->tell(position, mark != nullptr ? toolTipText(*mark) : QString());
}

QString TradeOffPlot::toolTipOf(const BitConfiguration& bits) const {
    const Mark* mark = find(bits);
    return mark != nullptr ? toolTipText(*mark) : QString();
}

std::optional<QPoint> TradeOffPlot::pixelOf(const BitConfiguration& bits) const {
    const Mark* mark = find(bits);
    if (mark == nullptr) return std::nullopt;
    return m_plot->mapTo(this, pixel(*mark).toPoint());
}

}  // namespace bitdesk
