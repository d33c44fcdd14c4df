// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/readouts.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>
#include <cmath>

#include "core/present/words.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/prediction_plot.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

QString stateName(ReadoutState state) {
    switch (state) {
        case ReadoutState::Stale: return u"stale"_s;
        case ReadoutState::Streaming: return u"streaming"_s;
        case ReadoutState::Final: return u"final"_s;
        case ReadoutState::Stored: return u"stored"_s;
        case ReadoutState::Empty: break;
    }
    return {};
}

QString signedOf(double points) { return QString::fromStdString(signedText(points, 2)); }

/// A half width stands for both sides only where they are about equal.
bool lopsided(const Measurement& m) {
    const double below = m.latencyMs.median - m.medianCi95.low, above = m.medianCi95.high - m.latencyMs.median;
    return std::abs(above - below) > 0.5 * std::max(above, below);
}

TimeUnit unitOf(const Measurement& m) { return TimeUnit::forLongest(m.latencyMs.median); }

QString latencyDetail(const Measurement& m) {
    const TimeUnit unit = TimeUnit::forLongest(m.latencyMs.median);
    QString text =
        u"quartiles %1–%2 %3 · n = %4"_s.arg(unit.number(m.latencyMs.q1), unit.number(m.latencyMs.q3), unit.name)
            .arg(m.latencyMs.n);
    if (m.simulated) return text + u"\nsimulated bits"_s;
    QStringList more;
    if (lopsided(m)) more << u"95 % %1 %2"_s.arg(unitOf(m).interval(m.medianCi95), unit.name);
    if (const auto error = m.predictionError())
        more << u"predicted %1 %2, error %3"_s.arg(unit.number(*m.predictedMs), unit.name, formatError(*error));
    return text + u"\n"_s + more.join(u" · "_s);
}

QString latencyFacts(const Measurement& m) {
    const TimeUnit unit = unitOf(m);
    QStringList lines{u"median %1 %3, 95 % interval %2 %3 (bootstrap)"_s.arg(unit.number(m.latencyMs.median),
                                                                             unit.interval(m.medianCi95), unit.name),
                      u"quartiles %1–%2 %3, n = %4 runs of %5 image(s), %6 thread(s)"_s
                          .arg(unit.number(m.latencyMs.q1), unit.number(m.latencyMs.q3), unit.name)
                          .arg(m.latencyMs.n)
                          .arg(m.batch)
                          .arg(m.threads),
                      u"sampling stopped: %1"_s.arg(stopReasonText(m.stopReason))};
    if (m.simulated)
        lines << u"The reference executor holds codes in 32-bit floats: its time says nothing about low-bit speed."_s;
    for (const std::string& warning : m.warnings) lines << shownText(warning);
    return lines.join(u"\n"_s);
}

/// "same · 0.996 [0.991, 1.001] × the baseline", and whether a mix differs from itself as much. In this order: where
/// room is short, the reference's name is lost, not the figures.
QString verdictText(const LatencyComparison& c, const QString& reference) {
    const QString word = QLatin1String(toText(c.verdict));
    if (!c.ci95) return u"%1 against %2 · %3 pairs are too few"_s.arg(word, reference).arg(c.pairs);
    const QString noise = c.belowNoise ? u" · in noise"_s : QString();
    return u"%1 · %2 [%3, %4] × %5%6"_s.arg(word)
        .arg(c.ratio, 0, 'f', 3)
        .arg(c.ci95->low, 0, 'f', 3)
        .arg(c.ci95->high, 0, 'f', 3)
        .arg(reference, noise);
}

/// What the ± of a prediction is, and whether the table still holds.
QString trustText(const PredictionTrust& trust) {
    QString text = u"predicted by the layer table · "_s;
    if (!trust.error) text += u"unchecked"_s;
    else if (trust.since == 0) text += u"± its median error"_s;
    else if (trust.since == 1) text += u"± error of the last mix"_s;
    else text += u"± median error since (n = %1)"_s.arg(trust.since);
    if (trust.otherSpeed()) text += u"\nlast error %1: the machine's speed has changed"_s.arg(formatError(*trust.last));
    return text;
}

QString verdictFacts(const LatencyComparison& c) {
    QString facts = shownText(c.reason);
    if (c.belowNoise && c.noiseFloor)
        facts +=
            u"\nin noise: no difference above the noise floor of %1 %, which is what a mix shows "
            "against itself"_s.arg(100 * *c.noiseFloor, 0, 'f', 1);
    return facts;
}

}  // namespace

Readouts::Readouts(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 6, 8, 6);
    row->setSpacing(8);
    m_accuracy = createCell(u"Accuracy"_s, u"accuracy"_s, 168, u"88.88 %"_s);
    m_difference = createCell(u"Difference, same images"_s, u"difference"_s, 216, u"−88.88 pp"_s);
    m_bitops = createCell(u"BitOPs an image"_s, u"bitops"_s, 98, u"888.88 M"_s);
    m_weights = createCell(u"Weights"_s, u"weights"_s, 92, u"8888.8 KiB"_s);
    m_latency = createCell(u"Latency, one run"_s, u"latency"_s, 326, u"≈ 888.88 µs ± 88.8 %"_s);
    // Room for both lines at all times, so that the plots below stay where they are.
    m_latency.detail->setMinimumHeight(2 * m_latency.detail->fontMetrics().lineSpacing());
    m_difference.verdict->hide();  // said in its detail's second line
    clear();
}

Readouts::Cell Readouts::createCell(const QString& title, const QString& name, int stretch, const QString& widest) {
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    // Stretch alone gives the widths, so that streaming figures push nothing around.
    const auto add = [&](const QString& part) {
        auto* label = new ElidedLabel;
        label->setObjectName(name + part);
        label->setFont(Theme::figures(font(), 0.85, false));
        column->addWidget(label);
        return label;
    };
    const Cell cell{.heading = add(u"Heading"_s),
                    .value = add(u"Value"_s),
                    .detail = add(u"Detail"_s),
                    .verdict = add(u"Verdict"_s)};
    cell.heading->setText(title);
    cell.value->setFont(Theme::figures(font(), 1.5, true));
    // However narrow the window: no figure loses its spread.
    cell.value->setMinimumWidth(cell.value->fontMetrics().horizontalAdvance(widest) + 2);
    cell.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    cell.value->setFocusPolicy(Qt::NoFocus);
    cell.detail->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    column->addStretch();
    static_cast<QHBoxLayout*>(layout())->addLayout(column, stretch);
    return cell;
}

void Readouts::style() {
    const Theme theme = Theme::of(palette());
    for (const Cell& cell : {m_accuracy, m_difference, m_bitops, m_weights, m_latency}) {
        const bool weak = cell.state == ReadoutState::Stale || cell.state == ReadoutState::Empty;
        for (ElidedLabel* label : {cell.heading, cell.detail}) setTextColour(*label, theme.muted);
        for (ElidedLabel* label : {cell.value, cell.verdict}) setTextColour(*label, weak ? theme.muted : theme.text);
    }
    if (m_simulated) setTextColour(*m_latency.value, theme.muted);
    if (m_simulated || m_faintVerdict) setTextColour(*m_latency.verdict, theme.muted);
}

void Readouts::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_latency.value != nullptr) style();
}

void Readouts::setCost(std::int64_t bitops, std::int64_t weightBytes, std::int64_t normBytes) {
    m_bitops.value->setText(QString::fromStdString(bitopsText(bitops)));
    m_bitops.detail->setText(u"MACs × w × a bits"_s);
    m_weights.value->setText(QString::fromStdString(kibText(weightBytes)));
    m_weights.detail->setText(u"+ norms %1"_s.arg(QString::fromStdString(kibText(normBytes))));
    m_bitops.state = m_weights.state = ReadoutState::Final;
    style();
}

void Readouts::setAccuracy(std::int64_t correct, std::int64_t seen, std::int64_t total,
                           const std::optional<AccuracyComparison>& comparison, const QString& reference,
                           ReadoutState state) {
    const QLocale locale;
    const Interval interval = wilson(correct, seen);
    const double accuracy = seen > 0 ? static_cast<double>(correct) / static_cast<double>(seen) : 0;
    m_accuracy.value->setText(u"%1 %"_s.arg(100 * accuracy, 0, 'f', 2));
    m_accuracy.detail->setText(u"%1 of %2 · %3\n95 %: %4 … %5 %"_s
                                   .arg(locale.toString(static_cast<qlonglong>(seen)),
                                        locale.toString(static_cast<qlonglong>(total)), stateName(state))
                                   .arg(100 * interval.low, 0, 'f', 2)
                                   .arg(100 * interval.high, 0, 'f', 2));
    m_accuracy.state = state;
    m_difference.state = comparison && !reference.isEmpty() ? state : ReadoutState::Empty;
    setDifference(comparison, reference);
    style();
}

void Readouts::setDifference(const std::optional<AccuracyComparison>& comparison, const QString& reference) {
    m_difference.detail->setFacts({});
    if (!comparison || reference.isEmpty()) {
        m_difference.value->setText(u"–"_s);
        m_difference.detail->setText(reference.isEmpty() ? u"pin a baseline, or move a fader"_s
                                                         : u"vs %1 · not known yet"_s.arg(reference));
        return;
    }
    const PairedDifference& difference = comparison->difference;
    m_difference.value->setText(u"%1 pp"_s.arg(signedOf(100 * difference.delta)));
    const QString p = comparison->pValue < 0.001 ? u"p < 0.001"_s : u"p = %1"_s.arg(comparison->pValue, 0, 'f', 3);
    m_difference.detail->setText(u"vs %1 · %2 gained, %3 lost\n%4 · %5 · 95 %: %6 … %7"_s.arg(reference)
                                     .arg(difference.onlyB)
                                     .arg(difference.onlyA)
                                     .arg(QLatin1String(toText(comparison->verdict)), p,
                                          signedOf(100 * difference.interval.low),
                                          signedOf(100 * difference.interval.high)));
    m_difference.detail->setFacts(shownText(comparison->reason) + u"\nexact McNemar test"_s);
}

void Readouts::setLatency(const Measurement& measurement, const std::optional<LatencyComparison>& comparison,
                          const QString& reference, ReadoutState state) {
    const TimeUnit unit = unitOf(measurement);
    QString value = unit.number(measurement.latencyMs.median);
    if (measurement.medianCi95.half() > 0) value += u" ± %1"_s.arg(unit.number(measurement.medianCi95.half()));
    m_latency.value->setText(u"%1 %2"_s.arg(value, unit.name));
    m_latency.detail->setText(latencyDetail(measurement));
    for (ElidedLabel* label : {m_latency.value, m_latency.detail}) label->setFacts(latencyFacts(measurement));
    m_simulated = measurement.simulated;
    m_latency.state = state;
    setLatencyVerdict(comparison, reference);
    style();
}

void Readouts::setLatencyVerdict(const std::optional<LatencyComparison>& comparison, const QString& reference) {
    const bool shown = comparison && !reference.isEmpty();
    m_faintVerdict = shown && comparison->belowNoise;
    m_latency.verdict->setText(shown ? verdictText(*comparison, reference) : QString());
    m_latency.verdict->setFacts(shown ? verdictFacts(*comparison) : QString());
}

void Readouts::setPredicted(std::optional<double> ms, const PredictionTrust& trust) {
    if (!ms) return;
    const TimeUnit unit = TimeUnit::forLongest(*ms);
    QString value = u"≈ %1 %2"_s.arg(unit.number(*ms), unit.name);
    if (trust.error) value += u" ± %1 %"_s.arg(100 * *trust.error, 0, 'f', 1);
    m_latency.value->setText(value);
    m_latency.detail->setText(trustText(trust));
    for (ElidedLabel* label : {m_latency.value, m_latency.detail})
        label->setFacts(u"Sum of the layers' measured times; measured anew when the hand rests."_s);
    setLatencyVerdict(std::nullopt, {});
    m_simulated = false;
    m_latency.state = ReadoutState::Streaming;
    style();
}

void Readouts::setStale() {
    for (Cell* cell : {&m_accuracy, &m_difference, &m_latency}) {
        if (cell->state == ReadoutState::Empty) continue;
        cell->state = ReadoutState::Stale;
        cell->detail->setText(u"of the mix before · stale"_s);
        cell->verdict->setText({});
        for (ElidedLabel* label : {cell->value, cell->detail, cell->verdict}) label->setFacts({});
    }
    style();
}

void Readouts::clear() {
    m_simulated = m_faintVerdict = false;
    for (Cell* cell : {&m_accuracy, &m_difference, &m_bitops, &m_weights, &m_latency}) {
        cell->state = ReadoutState::Empty;
        cell->value->setText(u"–"_s);
        for (ElidedLabel* label : {cell->detail, cell->verdict}) label->setText(u" "_s);
        for (ElidedLabel* label : {cell->value, cell->detail, cell->verdict}) label->setFacts({});
    }
    style();
}

}  // namespace bitdesk
