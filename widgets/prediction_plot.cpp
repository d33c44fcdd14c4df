// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/prediction_plot.h"

#include <qcustomplot.h>
#include <QLabel>
#include <algorithm>
#include <cmath>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr double kBand = 0.05;

}  // namespace

PredictionPlot::PredictionPlot(QWidget* parent) : MixPlot(parent) {
    constexpr double kGap = 5;
    m_note = addNote(u"predictionNote"_s);
    m_warning = addNote(u"predictionWarning"_s);
    m_lowEdge = plot().addGraph();
    m_highEdge = plot().addGraph();
    m_highEdge->setChannelFillGraph(m_lowEdge);
    m_diagonal = plot().addGraph();
    m_checkDots = addDots(kGap);
    m_measuredDots = addDots(kGap);
    for (const Dots& dots : {m_checkDots, m_measuredDots}) dots.wide->setVisible(false);  // predicted times have none
    clear();
}

void PredictionPlot::style(const Theme& theme) {
    QColor band = theme.muted;
    band.setAlpha(36);
    m_lowEdge->setPen(Qt::NoPen);
    m_highEdge->setPen(Qt::NoPen);
    m_highEdge->setBrush(band);
    m_diagonal->setPen(QPen(theme.muted, 1, Qt::DashLine));
    m_checkDots.graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, theme.muted, theme.muted, 6));
    m_checkDots.tall->setPen(QPen(theme.muted));
    m_measuredDots.graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDiamond, theme.accent, theme.accent, 9));
    m_measuredDots.tall->setPen(QPen(theme.accent, 1.5));
    setTextColour(*m_warning, theme.warning);
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
    forgetZoom();
    setTable(std::nullopt);
}

void PredictionPlot::refresh() {
    m_points = m_checks;
    for (const auto& [bits, point] : m_measured) m_points.push_back(point);
    double longest = 0;
    for (const Point& point : m_points) longest = std::max({longest, point.predictedMs, point.measuredMs});
    const TimeUnit unit = TimeUnit::forLongest(longest);
    plot().xAxis->setLabel(u"predicted, %1"_s.arg(unit.name));
    plot().yAxis->setLabel(u"measured, %1"_s.arg(unit.name));
    const double far = 10 * unit.perMs * std::max(longest, 1e-3);
    m_diagonal->setData({0, far}, {0, far}, true);
    m_lowEdge->setData({0, far}, {0, (1 - kBand) * far}, true);
    m_highEdge->setData({0, far}, {0, (1 + kBand) * far}, true);
    std::vector<BitConfiguration> mixes;
    std::vector<Dot> dots;
    for (const Point& point : m_points) {
        mixes.push_back(point.bits);
        const double x = unit.perMs * point.predictedMs;
        dots.push_back({.x = x,
                        .y = unit.perMs * point.measuredMs,
                        .xs = {.low = x, .high = x},
                        .ys = {.low = unit.perMs * point.ci95.low, .high = unit.perMs * point.ci95.high}});
    }
    const auto since = dots.begin() + static_cast<std::ptrdiff_t>(m_checks.size());
    setDots(m_checkDots, {dots.begin(), since});
    setDots(m_measuredDots, {since, dots.end()});
    plot().setVisible(!m_points.empty());
    m_note->setText(noteText());
    m_note->setAlignment(m_points.empty() ? Qt::AlignCenter : Qt::AlignLeft);
    m_warning->setVisible(trust().otherSpeed());
    if (m_lastError)
        m_warning->setText(
            u"The mix measured last was predicted with an error of %1: the machine now "
            "runs at another speed than when the table was measured."_s.arg(formatError(*m_lastError)));
    restyle();
    setMixes(std::move(mixes), std::move(dots));
}

QString PredictionPlot::noteText() const {
    QStringList parts;
    if (m_table) {
        const auto median = m_table->medianError(), most = m_table->error90();
        parts << (median && most ? u"median error %1 % over %2 mixes, 90 % within %3 %; table of %4 mixes"_s
                                       .arg(100 * *median, 0, 'f', 1)
                                       .arg(m_checks.size())
                                       .arg(100 * *most, 0, 'f', 1)
                                       .arg(m_table->mixes)
                                 : u"table of %1 mixes, not checked yet"_s.arg(m_table->mixes));
    } else {
        parts << u"No layer table yet. It is measured when the hand rests."_s;
    }
    const auto errors = measuredErrors(false), live = measuredErrors(true);
    if (!errors.empty())
        parts << u"◆ measured since: %1 mix(es), median error %2 %"_s.arg(errors.size())
                     .arg(100 * quantile(errors, 0.5), 0, 'f', 1);
    if (!live.empty() && live.size() < errors.size())
        parts.last() += u"; in this window %1, %2 %"_s.arg(live.size()).arg(100 * quantile(live, 0.5), 0, 'f', 1);
    if (pointCount() > 0) parts << u"bars: 95 % of the median; band: ± %1 %"_s.arg(100 * kBand);
    return parts.join(u"\n"_s);
}

void PredictionPlot::setRanges() {
    double low = 0, high = 0;
    bool any = false;
    for (const Dot& dot : dots()) {
        const double least = std::min({dot.x, dot.y, std::isfinite(dot.ys.low) ? dot.ys.low : dot.y});
        const double most = std::max({dot.x, dot.y, dot.ys.high});
        low = any ? std::min(low, least) : least;
        high = any ? std::max(high, most) : most;
        any = true;
    }
    if (!any) high = 1;
    const double margin = std::max(0.08 * (high - low), 0.02 * high);
    for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->setRange(std::max(0.0, low - margin), high + margin);
}

QString PredictionPlot::toolTipText(std::size_t mix) const {
    const Point& point = m_points[mix];
    const TimeUnit unit = TimeUnit::forLongest(std::max(point.predictedMs, point.measuredMs));
    const QString runs = point.n > 0 ? u", n = %1"_s.arg(point.n) : QString();
    return u"%1\npredicted %2 %3, error %4\nmeasured %5 %6 %3%7\nclick to load"_s.arg(
        QString::fromStdString(toText(point.bits)), unit.number(point.predictedMs), unit.name,
        formatError(point.error()), unit.number(point.measuredMs), unit.interval(point.ci95), runs);
}

}  // namespace bitdesk
