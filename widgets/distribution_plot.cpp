// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/distribution_plot.h"

#include <qcustomplot.h>
#include <QLabel>
#include <algorithm>

#include "core/present/words.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr int kLowest = 140;  // of the plot, in pixels

/// "median 412.3 [410.1, 414.0] µs, quartiles 405.2–420.1 µs, n = 120"
QString figures(const Measurement& m, const TimeUnit& unit) {
    return u"median %1 %2 %3, quartiles %4–%5 %3, n = %6"_s
        .arg(unit.number(m.latencyMs.median), unit.interval(m.medianCi95), unit.name, unit.number(m.latencyMs.q1),
             unit.number(m.latencyMs.q3))
        .arg(m.latencyMs.n);
}

/// "; 3 runs beyond the axis, up to 0.912 ms"
QString outsideText(const Measurement& m, const Binning& binning, const TimeUnit& unit) {
    const Histogram found = histogram(m.samplesMs, binning);
    QString text;
    if (found.above > 0)
        text += u"; %1 run(s) beyond the axis, up to %2 %3"_s.arg(found.above)
                    .arg(unit.number(*std::ranges::max_element(m.samplesMs)), unit.name);
    if (found.below > 0)
        text += u"; %1 run(s) before the axis, down to %2 %3"_s.arg(found.below)
                    .arg(unit.number(*std::ranges::min_element(m.samplesMs)), unit.name);
    return text;
}

}  // namespace

DistributionPlot::DistributionPlot(QWidget* parent) : PlotPanel(parent) {
    plot().yAxis->setLabel(u"share of the runs, %"_s);
    plot().setMinimumHeight(kLowest);
    m_reference = createSeries(u"reference"_s, 2);
    m_present = createSeries(u"this mix"_s, 1);
    m_outsideText = new QCPItemText(&plot());
    m_outsideText->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
    m_outsideText->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_outsideText->position->setCoords(1, 0);
    m_outsideText->setText(u"hatched: beyond the axis "_s);
    createLegend();
    m_note = addNote(u"distributionNote"_s);
    m_verdict = addNote(u"distributionVerdict"_s);
    m_warnings = addNote(u"distributionWarnings"_s);
    clear();
}

DistributionPlot::Series DistributionPlot::createSeries(const QString& name, int place) {
    Series series;
    series.place = place;
    series.interval = new QCPItemRect(&plot());
    series.interval->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    series.interval->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    series.median = new QCPItemStraightLine(&plot());
    series.bars = new QCPBars(plot().xAxis, plot().yAxis);
    series.outside = new QCPBars(plot().xAxis, plot().yAxis);
    for (QCPBars* bars : {series.bars, series.outside}) {
        bars->setAntialiased(false);
        bars->removeFromLegend();
    }
    series.bars->setName(name);
    series.bars->addToLegend();
    series.key = plot().addGraph();
    series.key->removeFromLegend();
    series.key->setName(u"median, 95 %"_s);
    return series;
}

/// In a row of its own above the bars, which it must not hide.
void DistributionPlot::createLegend() {
    plot().plotLayout()->insertRow(0);
    plot().plotLayout()->addElement(0, 0, plot().legend);
    plot().plotLayout()->setRowStretchFactor(0, 0.001);
    plot().legend->setFillOrder(QCPLegend::foColumnsFirst);
    plot().legend->setBrush(Qt::NoBrush);
    plot().legend->setBorderPen(Qt::NoPen);
    plot().legend->setMargins(QMargins(3, 4, 3, 0));
    plot().legend->setFont(Theme::figures(font(), 0.8, false));
    plot().legend->setIconSize(18, 12);  // names need the room
    plot().legend->setIconTextPadding(4);
    plot().legend->setColumnSpacing(4);
    plot().legend->clearItems();
    m_present.bars->addToLegend();
    m_present.key->addToLegend();
    m_reference.bars->addToLegend();
    plot().legend->setVisible(true);
}

void DistributionPlot::styleSeries(const Series& series, const QColor& colour, bool filled) {
    QColor body = colour, band = colour;
    body.setAlpha(130);
    band.setAlpha(60);
    series.bars->setPen(filled ? QPen(Qt::NoPen) : QPen(colour, 1));
    series.bars->setBrush(filled ? QBrush(body) : QBrush(Qt::NoBrush));
    series.outside->setPen(QPen(colour, 1));
    series.outside->setBrush(QBrush(colour, filled ? Qt::BDiagPattern : Qt::FDiagPattern));
    series.median->setPen(QPen(colour, filled ? 2 : 1.5, filled ? Qt::SolidLine : Qt::DashLine));
    series.key->setPen(series.median->pen());
    series.interval->setPen(Qt::NoPen);
    series.interval->setBrush(band);
}

void DistributionPlot::style(const Theme& theme) {
    plot().xAxis->grid()->setVisible(false);
    const bool faint = m_comparison && m_comparison->belowNoise;
    styleSeries(m_present, m_stale ? theme.muted : theme.accent, true);
    styleSeries(m_reference, faint || m_stale ? theme.muted : theme.text, false);
    plot().legend->setTextColor(theme.muted);
    m_outsideText->setColor(theme.muted);
    m_outsideText->setFont(Theme::figures(font(), 0.8, false));
    setTextColour(*m_verdict, faint || m_stale ? theme.muted : theme.text);
    setTextColour(*m_warnings, theme.warning);
}

void DistributionPlot::show(const Measurement& present, const std::optional<Measurement>& reference,
                            const std::optional<LatencyComparison>& comparison, const QString& referenceName) {
    m_referenceName = referenceName;
    m_shown = present;
    m_against = reference;
    m_comparison = comparison;
    m_stale = false;
    refresh();
}

void DistributionPlot::setStale() {
    if (!m_shown || m_stale) return;
    m_stale = true;
    refresh();
}

void DistributionPlot::clear() {
    m_shown.reset();
    m_against.reset();
    m_comparison.reset();
    m_stale = false;
    refresh();
}

void DistributionPlot::refresh() {
    const std::vector<double> none;
    m_binning = commonBinning(m_shown ? m_shown->samplesMs : none, m_against ? m_against->samplesMs : none);
    const TimeUnit unit = TimeUnit::forLongest(m_binning.high());
    plot().setVisible(m_shown.has_value());
    double tallest = 0;
    bool below = false, above = false;
    for (const auto& [series, measurement] : {std::pair(&m_present, &m_shown), std::pair(&m_reference, &m_against)}) {
        const bool there = measurement->has_value() && !(*measurement)->samplesMs.empty();
        for (QCPLayerable* item :
             std::initializer_list<QCPLayerable*>{series->bars, series->outside, series->median, series->interval})
            item->setVisible(there);
        if (!there) continue;
        const Histogram found = histogram((*measurement)->samplesMs, m_binning);
        below = below || found.below > 0;
        above = above || found.above > 0;
        tallest = std::max(tallest, fill(*series, **measurement, unit));
    }
    setRanges(tallest, below, above, unit);
    writeNotes(unit);
    restyle();
}

/// The height of the tallest bar.
double DistributionPlot::fill(const Series& series, const Measurement& measurement, const TimeUnit& unit) {
    const Histogram found = histogram(measurement.samplesMs, m_binning);
    const double perRun = 100 / static_cast<double>(measurement.samplesMs.size());
    QVector<double> keys, values;
    for (int bin = 0; bin < m_binning.bins; ++bin) {
        keys << unit.perMs * m_binning.centre(bin);
        values << perRun * static_cast<double>(found.counts[static_cast<std::size_t>(bin)]);
    }
    series.bars->setWidth(unit.perMs * m_binning.width);
    series.outside->setWidth(unit.perMs * m_binning.width);
    series.bars->setData(keys, values, true);
    QVector<double> places, shares;  // a bin away from the others, and beside the other series'
    if (found.below > 0) {
        places << unit.perMs * m_binning.centre(-1 - series.place);
        shares << perRun * static_cast<double>(found.below);
    }
    if (found.above > 0) {
        places << unit.perMs * m_binning.centre(m_binning.bins + series.place);
        shares << perRun * static_cast<double>(found.above);
    }
    series.outside->setData(places, shares, true);
    const double median = unit.perMs * measurement.latencyMs.median;
    series.median->point1->setCoords(median, 0);
    series.median->point2->setCoords(median, 1);
    series.interval->topLeft->setCoords(unit.perMs * measurement.medianCi95.low, 0);
    series.interval->bottomRight->setCoords(unit.perMs * measurement.medianCi95.high, 1);
    values += shares;
    return *std::ranges::max_element(values);
}

void DistributionPlot::setRanges(double tallest, bool below, bool above, const TimeUnit& unit) {
    plot().xAxis->setLabel(u"latency, %1"_s.arg(unit.name));
    plot().xAxis->setRange(unit.perMs * m_binning.centre(below ? -4 : -1),
                           unit.perMs * m_binning.centre(m_binning.bins + (above ? 3 : 0)));
    plot().yAxis->setRange(0, tallest > 0 ? 1.12 * tallest : 1);
    m_outsideText->setVisible(below || above);
    nameReference();
}

void DistributionPlot::nameReference() {
    m_reference.bars->setName(referenceText());
    const bool inLegend = plot().legend->hasItemWithPlottable(m_reference.bars);
    if (m_against && !inLegend) m_reference.bars->addToLegend();
    if (!m_against && inLegend) m_reference.bars->removeFromLegend();
}

/// "the mix before, 24444444444244"
QString DistributionPlot::referenceText() const {
    const QString name = m_referenceName.isEmpty() ? u"measured in turns"_s : m_referenceName;
    constexpr std::size_t kRoom = 20;
    return m_against ? u"%1, %2"_s.arg(name, QString::fromStdString(shortMix(m_against->bits, kRoom))) : name;
}

void DistributionPlot::writeNotes(const TimeUnit& unit) {
    QStringList lines;
    if (m_stale) lines << u"Of the mix before (stale)."_s;
    if (m_shown) {
        lines << u"In hand: %1%2. Sampling stopped: %3."_s.arg(
            figures(*m_shown, unit), outsideText(*m_shown, m_binning, unit), stopReasonText(m_shown->stopReason));
        if (m_shown->simulated) lines << u"Simulated bits: float arithmetic, not low-bit time."_s;
    }
    if (m_against)
        lines << u"Against %1: %2%3."_s.arg(referenceText(), figures(*m_against, unit),
                                            outsideText(*m_against, m_binning, unit));
    m_note->setText(m_shown ? lines.join('\n') : u"No latency measured yet. It is measured when the hand rests."_s);
    m_note->setAlignment(m_shown ? Qt::AlignLeft : Qt::AlignCenter);
    m_verdict->setVisible(m_shown && m_comparison);
    m_verdict->setText(
        m_comparison ? u"%1: %2"_s.arg(QLatin1String(toText(m_comparison->verdict)), shownText(m_comparison->reason))
                     : QString());
    writeWarnings();
}

/// Two of them in full where there is room, else the first as far as a line goes; the tool tip has all.
void DistributionPlot::writeWarnings() {
    constexpr qsizetype kShown = 2;
    constexpr int kRoomy = 320;
    QStringList warnings;
    if (m_shown)
        for (const std::string& warning : m_shown->warnings) warnings << shownText(warning);
    m_warnings->setToolTip(toolTipOf(warnings.join('\n')));
    m_warnings->setVisible(!warnings.isEmpty());
    const qsizetype more = warnings.size() - kShown;
    if (more > 0) warnings = warnings.mid(0, kShown) << u"and %1 more"_s.arg(more);
    const QString text = warnings.join(u" · "_s);
    const int line = width() - 16;
    m_warnings->setText(height() >= kRoomy ? text : m_warnings->fontMetrics().elidedText(text, Qt::ElideRight, line));
}

void DistributionPlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    writeWarnings();
}

}  // namespace bitdesk
