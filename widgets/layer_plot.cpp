// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/layer_plot.h"

#include <qcustomplot.h>
#include <QLabel>

#include "core/network/cost.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

LayerPlot::LayerPlot(const QString& empty, QWidget* parent) : PlotPanel(parent), m_empty(empty) {
    m_note = addNote(u"layerNote"_s);
    m_note->setVisible(!empty.isEmpty());
    m_bars = new QCPBars(plot().xAxis, plot().yAxis);
    m_bars->setWidth(0.7);
    m_errors = new QCPErrorBars(plot().xAxis, plot().yAxis);
    m_errors->setDataPlottable(m_bars);
    m_errors->setAntialiased(false);
    clear();
}

void LayerPlot::style(const Theme& theme) {
    plot().xAxis->grid()->setVisible(false);
    plot().xAxis->setTickLabelRotation(-60);
    plot().xAxis->setTickLabelFont(Theme::figures(font(), 0.8, false));
    m_bars->setPen(Qt::NoPen);
    m_bars->setBrush(theme.accent);
    m_errors->setPen(QPen(theme.text));
    if (m_doubtful) setTextColour(*m_note, theme.warning);
}

void LayerPlot::setBitOps(const Network& network, const BitConfiguration& bits) {
    m_shown = {};
    m_shown.unit = u"BitOPs, millions"_s;
    const auto perLayer = bitOpsPerLayer(network, bits);
    for (std::size_t i = 0; i < perLayer.size(); ++i) {
        m_shown.values << static_cast<double>(perLayer[i]) / 1e6;
        m_shown.names << shortLayerName(network.layers()[i].name);
    }
    show({});
}

void LayerPlot::setTimes(const std::vector<LayerTime>& layers, bool simulated) {
    m_shown = {};
    std::int64_t runs = 0;
    double longest = 0;
    for (const LayerTime& layer : layers) longest = std::max(longest, layer.milliseconds.median);
    const TimeUnit unit = TimeUnit::forLongest(longest);
    m_shown.unit = unit.name;
    for (const LayerTime& layer : layers) {
        m_shown.names << shortLayerName(layer.name);
        m_shown.values << unit.perMs * layer.milliseconds.median;
        m_shown.low << unit.perMs * (layer.milliseconds.median - layer.milliseconds.q1);
        m_shown.high << unit.perMs * (layer.milliseconds.q3 - layer.milliseconds.median);
        runs = layer.milliseconds.n;
    }
    QString note =
        u"This mix's own runs, n = %1: median and quartiles, one image. The tab Layers has "
        "times fitted from many mixes."_s.arg(runs);
    if (simulated) note += u" Simulated bits: float arithmetic, not low-bit time."_s;
    m_doubtful = simulated;
    show(layers.empty() ? m_empty : note);
}

void LayerPlot::setTimesStale() {
    if (!m_shown.values.isEmpty()) {
        m_doubtful = true;
        m_note->setText(u"Times of the mix before (stale)."_s);
        restyle();
    }
}

void LayerPlot::clear() {
    m_shown = {};
    show(m_empty);
}

void LayerPlot::show(const QString& note) {
    QVector<double> keys;
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    double highest = 0;
    for (int i = 0; i < m_shown.values.size(); ++i) {
        keys << i;
        ticker->addTick(i, m_shown.names[i]);
        highest = std::max(highest, m_shown.values[i] + (i < m_shown.high.size() ? m_shown.high[i] : 0));
    }
    plot().xAxis->setTicker(ticker);
    m_bars->setData(keys, m_shown.values, true);
    m_errors->setData(m_shown.low, m_shown.high);
    plot().yAxis->setLabel(m_shown.unit);
    plot().yAxis->setRange(0, highest > 0 ? 1.08 * highest : 1);
    plot().xAxis->setRange(-0.8, std::max<double>(0, static_cast<double>(m_shown.values.size()) - 1) + 0.8);
    m_note->setText(note);
    restyle();
}

}  // namespace bitdesk
