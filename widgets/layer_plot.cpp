// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/layer_plot.h"

#include <qcustomplot.h>
#include <QEvent>
#include <QLabel>
#include <QTabBar>
#include <QVBoxLayout>

#include "core/network/cost.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

QString shortName(const std::string& name) {
    QString text = QString::fromStdString(name);
    return text.replace(QStringLiteral("stage"), QStringLiteral("s"))
        .replace(QStringLiteral(".block"), QStringLiteral(".b"))
        .replace(QStringLiteral("shortcut"), QStringLiteral("short"));
}

}  // namespace

LayerPlot::LayerPlot(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    m_tabs = new QTabBar;
    m_tabs->addTab(QStringLiteral("BitOPs"));
    m_tabs->addTab(QStringLiteral("Time"));
    m_tabs->setDrawBase(false);
    column->addWidget(m_tabs);
    m_plot = new QCustomPlot;
    column->addWidget(m_plot, 1);
    m_note = new QLabel;
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setFont(Theme::figures(font(), 0.85, false));
    column->addWidget(m_note);
    m_bars = new QCPBars(m_plot->xAxis, m_plot->yAxis);
    m_bars->setWidth(0.7);
    m_errors = new QCPErrorBars(m_plot->xAxis, m_plot->yAxis);
    m_errors->setDataPlottable(m_bars);
    m_errors->setAntialiased(false);
    style();
    connect(m_tabs, &QTabBar::currentChanged, this, &LayerPlot::show);
    show();
}

void LayerPlot::style() {
    const Theme theme = Theme::of(palette());
    applyTheme(*m_plot, theme);
    m_plot->xAxis->grid()->setVisible(false);
    m_plot->xAxis->setTickLabelRotation(-60);
    m_plot->xAxis->setTickLabelFont(Theme::figures(font(), 0.8, false));
    m_bars->setPen(Qt::NoPen);
    m_bars->setBrush(theme.accent);
    m_errors->setPen(QPen(theme.text));
    QPalette colours = m_note->palette();
    colours.setColor(QPalette::WindowText, theme.warning);
    m_note->setPalette(colours);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void LayerPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_errors != nullptr) style();
}

void LayerPlot::setBitOps(const Network& network, const BitConfiguration& bits) {
    m_bitOps = {};
    m_bitOps.unit = QStringLiteral("BitOPs, millions");
    const auto perLayer = bitOpsPerLayer(network, bits);
    for (std::size_t i = 0; i < perLayer.size(); ++i) {
        m_bitOps.values << static_cast<double>(perLayer[i]) / 1e6;
        m_bitOps.names << shortName(network.layers()[i].name);
    }
    show();
}

void LayerPlot::setTimes(const std::vector<LayerTime>& layers, bool simulated) {
    m_times = {};
    std::int64_t runs = 0;
    double longest = 0;
    for (const LayerTime& layer : layers) longest = std::max(longest, layer.milliseconds.median);
    const bool micro = longest < 1;
    const double perUnit = micro ? 1e3 : 1;
    m_times.unit = micro ? QStringLiteral("µs") : QStringLiteral("ms");
    for (const LayerTime& layer : layers) {
        m_times.names << shortName(layer.name);
        m_times.values << perUnit * layer.milliseconds.median;
        m_times.low << perUnit * (layer.milliseconds.median - layer.milliseconds.q1);
        m_times.high << perUnit * (layer.milliseconds.q3 - layer.milliseconds.median);
        runs = layer.milliseconds.n;
    }
    m_timeNote = QStringLiteral("Median and quartiles of %1 runs of one image.").arg(runs);
    if (simulated) m_timeNote += QStringLiteral(" Simulated bits: float arithmetic, not low-bit time.");
    show();
}

void LayerPlot::setTimesStale() {
    if (!m_times.values.isEmpty()) m_timeNote = QStringLiteral("Times of the mix before (stale).");
    show();
}

void LayerPlot::clear() {
    m_bitOps = {};
    m_times = {};
    m_timeNote.clear();
    show();
}

void LayerPlot::show() {
    const bool time = m_tabs->currentIndex() == Time;
    const Bars& bars = time ? m_times : m_bitOps;
    QVector<double> keys;
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    for (int i = 0; i < bars.values.size(); ++i) {
        keys << i;
        ticker->addTick(i, bars.names[i]);
    }
    m_plot->xAxis->setTicker(ticker);
    m_bars->setData(keys, bars.values, true);
    m_errors->setData(bars.low, bars.high);
    double highest = 0;
    for (int i = 0; i < bars.values.size(); ++i)
        highest = std::max(highest, bars.values[i] + (i < bars.high.size() ? bars.high[i] : 0));
    m_plot->yAxis->setLabel(bars.unit);
    m_plot->yAxis->setRange(0, highest > 0 ? 1.08 * highest : 1);
    m_plot->xAxis->setRange(-0.8, std::max<double>(0, static_cast<double>(bars.values.size()) - 1) + 0.8);
    m_note->setVisible(time);
    m_note->setText(m_timeNote.isEmpty() ? QStringLiteral("No time measured yet.") : m_timeNote);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace bitdesk
