// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/trade_off_plot.h"

#include <qcustomplot.h>
#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/present/words.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

TradeOffPlot::TradeOffPlot(QWidget* parent) : MixPlot(parent) {
    constexpr double kGap = 6;
    addSwitch();
    plot().yAxis->setLabel(u"accuracy, %"_s);
    m_front.graph = addGraph();
    m_front.graph->setLineStyle(QCPGraph::lsStepLeft);
    m_all = addDots(kGap);
    m_others = addDots(kGap);
    m_baseline.graph = addGraph();
    m_present = addDots(kGap);
    refresh();
}

void TradeOffPlot::addSwitch() {
    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 2, 6, 2);
    row->setSpacing(0);
    m_note = new ElidedLabel;
    m_note->setObjectName(u"tradeOffNote"_s);
    m_note->setFont(Theme::figures(font(), 0.85, false));
    row->addWidget(m_note, 1);
    m_switch = new QButtonGroup(this);
    for (const CostOf cost : {CostOf::BitOps, CostOf::Latency}) {
        auto* button = new QToolButton;
        button->setText(cost == CostOf::BitOps ? u"BitOPs"_s : u"Latency"_s);
        button->setToolTip(u"Accuracy against BitOPs, or against measured latency"_s);
        button->setCheckable(true);
        button->setChecked(cost == m_cost);
        button->setAutoRaise(true);
        button->setFont(m_note->font());
        m_switch->addButton(button, static_cast<int>(cost));
        row->addWidget(button);
    }
    connect(m_switch, &QButtonGroup::idClicked, this, [this](int id) { setCostAxis(static_cast<CostOf>(id)); });
    column().insertLayout(0, row);
}

void TradeOffPlot::style(const Theme& theme) {
    const auto disc = [](const QColor& colour, double size) {
        return QCPScatterStyle(QCPScatterStyle::ssDisc, colour, colour, size);
    };
    const auto ring = [](const QPen& pen, double size) {
        return QCPScatterStyle(QCPScatterStyle::ssCircle, pen, Qt::NoBrush, size);
    };
    QColor faint = theme.muted;
    faint.setAlpha(90);
    m_front.graph->setPen(QPen(theme.accent, 1, Qt::DashLine));
    m_all.graph->setScatterStyle(disc(theme.muted, 6));
    m_others.graph->setScatterStyle(ring(QPen(theme.muted), 6));
    m_baseline.graph->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssDiamond, QPen(theme.warning, 2), Qt::NoBrush, 13));
    // Hollow where its latency is of another run, as the others are.
    const bool hollow = m_presentMark && !m_presentMark->comparable;
    m_present.graph->setScatterStyle(hollow ? ring(QPen(theme.accent, 2), 11) : disc(theme.accent, 11));
    for (const Dots& dots : {m_all, m_others})
        for (QCPErrorBars* bars : {dots.tall, dots.wide}) bars->setPen(QPen(faint));
    for (QCPErrorBars* bars : {m_present.tall, m_present.wide}) bars->setPen(QPen(theme.accent, 1.5));
    setTextColour(*m_note, theme.muted);
}

void TradeOffPlot::setCostAxis(CostOf cost) {
    m_switch->button(static_cast<int>(cost))->setChecked(true);
    if (m_cost == cost) return;
    m_cost = cost;
    forgetZoom();  // it was on the other axis
    refresh();
}

void TradeOffPlot::clear() {
    m_points.clear();
    m_latencies.clear();
    m_presentPoint.reset();
    m_baselineBits.reset();
    forgetZoom();
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

void TradeOffPlot::addLatencies(const std::vector<Measurement>& measurements) {
    for (const Measurement& each : measurements) {
        if (each.simulated || !(each.latencyMs.median > 0)) continue;
        RunLatency& slot = m_latencies[each.bits];
        if (slot.runGroup <= each.runGroup)
            slot = {.ms = each.latencyMs, .ci95 = each.medianCi95, .runGroup = each.runGroup};
    }
    refresh();
}

std::optional<RunLatency> TradeOffPlot::latencyOf(const BitConfiguration& bits) const {
    const auto found = m_latencies.find(bits);
    return found != m_latencies.end() ? std::optional(found->second) : std::nullopt;
}

MixPlot::Dot TradeOffPlot::dotOf(const TradeOffMark& mark) {
    return {.x = mark.cost, .y = mark.percent, .xs = mark.costs, .ys = mark.percents};
}

void TradeOffPlot::refresh() {
    std::vector<TradeOffPoint> points;
    for (const auto& [bits, point] : m_points) points.push_back({.evaluation = &point, .latency = latencyOf(bits)});
    for (const auto& [bits, latency] : m_latencies)
        if (!m_points.contains(bits)) points.push_back({.evaluation = nullptr, .latency = latency});
    m_view = TradeOffView(points, m_cost);
    plot().xAxis->setLabel((m_cost == CostOf::BitOps ? u"BitOPs an image, "_s : u"measured latency of a run, "_s) +
                           QString::fromStdString(m_view.unit()));
    m_shown.clear();
    std::vector<BitConfiguration> mixes;
    std::vector<Dot> all, comparable, others, front, baseline, present;
    for (const TradeOffMark& mark : m_view.marks()) {
        m_shown.push_back(points[mark.point].evaluation);
        mixes.push_back(m_shown.back()->bits);
        all.push_back(dotOf(mark));
        (mark.comparable ? comparable : others).push_back(all.back());
        if (mixes.back() == m_baselineBits) baseline.push_back(all.back());
    }
    for (const std::size_t i : m_view.front()) front.push_back(all[i]);
    m_presentMark = m_presentPoint ? m_view.markOf({&*m_presentPoint, latencyOf(m_presentPoint->bits)}) : std::nullopt;
    if (m_presentMark) present.push_back(dotOf(*m_presentMark));
    setDots(m_all, std::move(comparable));
    setDots(m_others, std::move(others));
    setDots(m_front, std::move(front));
    setDots(m_baseline, std::move(baseline));
    setDots(m_present, std::move(present));
    for (const Dots& dots : {m_all, m_others, m_present}) dots.wide->setVisible(m_cost == CostOf::Latency);
    writeNote();
    restyle();
    setMixes(std::move(mixes), std::move(all));
}

int TradeOffPlot::otherRunCount() const {
    return static_cast<int>(std::ranges::count(m_view.marks(), false, &TradeOffMark::comparable));
}

void TradeOffPlot::writeNote() {
    QStringList parts;
    if (otherRunCount() > 0) parts << u"○ measured in another run: not comparable exactly"_s;
    if (missingCount() > 0)
        parts << u"%1 of %2 mixes not shown: no latency measured"_s.arg(missingCount()).arg(pointCount());
    m_note->setText(parts.join(u" · "_s));
    m_note->setFacts(otherRunCount() == 0 ? QString()
                                          : u"The machine may have run at another speed then. The front joins what was "
                                            "measured in turns with the mix measured last."_s);
}

void TradeOffPlot::setRanges() {
    std::vector<Dot> all = dots();
    if (m_presentMark) all.push_back(dotOf(*m_presentMark));
    QCPRange x(0, 1), y(0, 100);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const QCPRange px(all[i].xs.low, all[i].xs.high), py(all[i].ys.low, all[i].ys.high);
        x = i > 0 ? x.expanded(px) : px;
        y = i > 0 ? y.expanded(py) : py;
    }
    const double marginX = std::max(0.08 * x.size(), 0.02 * std::abs(x.upper)), marginY = std::max(0.1 * y.size(), 0.2);
    plot().xAxis->setRange(x.lower - marginX, x.upper + marginX);
    plot().yAxis->setRange(y.lower - marginY, y.upper + marginY);
}

QString TradeOffPlot::toolTipText(std::size_t mix) const {
    const EvaluationSummary& point = *m_shown[mix];
    const TradeOffMark& mark = m_view.marks()[mix];
    QString text = u"%1\n%2 % [%3, %4] of %5 images\n%6 BitOPs"_s.arg(QString::fromStdString(toText(point.bits)))
                       .arg(mark.percent, 0, 'f', 2)
                       .arg(mark.percents.low, 0, 'f', 2)
                       .arg(mark.percents.high, 0, 'f', 2)
                       .arg(point.total)
                       .arg(QString::fromStdString(bitopsText(point.bitops)));
    if (const auto latency = latencyOf(point.bits)) {
        const TimeUnit unit = TimeUnit::forLongest(latency->ms.median);
        text += u"\n%1 %2 %3, n = %4"_s.arg(unit.number(latency->ms.median), unit.interval(latency->ci95), unit.name)
                    .arg(latency->ms.n);
        if (latency->runGroup != m_view.newestRun())
            text += u"\nmeasured in another run than the mix measured last: not comparable exactly"_s;
    }
    return text + u"\nclick to load"_s;
}

}  // namespace bitdesk
