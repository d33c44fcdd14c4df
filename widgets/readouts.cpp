// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/readouts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

QString stateName(ReadoutState state) {
    switch (state) {
        case ReadoutState::Stale: return QStringLiteral("stale");
        case ReadoutState::Streaming: return QStringLiteral("streaming");
        case ReadoutState::Final: return QStringLiteral("final");
        case ReadoutState::Stored: return QStringLiteral("stored");
        case ReadoutState::Empty: break;
    }
    return {};
}

}  // namespace

Readouts::Readouts(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 6, 14, 6);
    row->setSpacing(18);
    m_accuracy = createCell(QStringLiteral("Accuracy"), 9);
    m_difference = createCell(QStringLiteral("Difference, same images"), 10);
    m_bitops = createCell(QStringLiteral("BitOPs an image"), 6);
    m_weights = createCell(QStringLiteral("Weights"), 5);
    m_latency = createCell(QStringLiteral("Latency, one image"), 8);
    m_accuracy.value->setObjectName(QStringLiteral("accuracyValue"));
    m_accuracy.detail->setObjectName(QStringLiteral("accuracyDetail"));
    m_difference.value->setObjectName(QStringLiteral("differenceValue"));
    m_difference.detail->setObjectName(QStringLiteral("differenceDetail"));
    m_latency.detail->setObjectName(QStringLiteral("latencyDetail"));
    clear();
}

Readouts::Cell Readouts::createCell(const QString& title, int stretch) {
    Cell cell;
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    auto* heading = new QLabel(title);
    heading->setFont(Theme::figures(font(), 0.85, false));
    heading->setForegroundRole(QPalette::PlaceholderText);
    cell.value = new QLabel;
    cell.value->setFont(Theme::figures(font(), 1.6, true));
    cell.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    cell.value->setFocusPolicy(Qt::NoFocus);
    cell.detail = new QLabel;
    cell.detail->setFont(Theme::figures(font(), 0.85, false));
    cell.detail->setForegroundRole(QPalette::PlaceholderText);
    // Stretch alone gives the widths, so that streaming figures push nothing around.
    cell.detail->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    for (QLabel* label : {heading, cell.value, cell.detail}) {
        label->setTextFormat(Qt::PlainText);
        column->addWidget(label);
    }
    static_cast<QHBoxLayout*>(layout())->addLayout(column, stretch);
    return cell;
}

void Readouts::setState(const Cell& cell, ReadoutState state) {
    const Theme theme = Theme::of(palette());
    QPalette colours = cell.value->palette();
    const bool weak = state == ReadoutState::Stale || state == ReadoutState::Empty;
    colours.setColor(QPalette::WindowText, weak ? theme.muted : theme.text);
    cell.value->setPalette(colours);
}

void Readouts::setCost(std::int64_t bitops, std::int64_t weightBytes, std::int64_t normBytes) {
    m_bitops.value->setText(formatCount(static_cast<double>(bitops)));
    m_bitops.detail->setText(QStringLiteral("MACs × w bits × a bits"));
    m_weights.value->setText(formatKib(weightBytes));
    m_weights.detail->setText(QStringLiteral("+ norms %1").arg(formatKib(normBytes)));
    setState(m_bitops, ReadoutState::Final);
    setState(m_weights, ReadoutState::Final);
}

void Readouts::setAccuracy(std::int64_t correct, std::int64_t seen, std::int64_t total,
                           const std::optional<PairedDifference>& difference, const QString& reference,
                           ReadoutState state) {
    m_accuracyState = state;
    const QLocale locale;
    const Interval interval = wilson(correct, seen);
    const double accuracy = seen > 0 ? static_cast<double>(correct) / static_cast<double>(seen) : 0;
    m_accuracy.value->setText(
        QStringLiteral("%1 % ± %2").arg(100 * accuracy, 0, 'f', 2).arg(100 * interval.half(), 0, 'f', 2));
    m_accuracy.detail->setText(QStringLiteral("%1 of %2 · %3 · 95 %")
                                   .arg(locale.toString(static_cast<qlonglong>(seen)),
                                        locale.toString(static_cast<qlonglong>(total)), stateName(state)));
    setState(m_accuracy, state);
    setState(m_difference, difference ? state : ReadoutState::Empty);
    if (!difference || reference.isEmpty()) {
        m_difference.value->setText(QStringLiteral("–"));
        m_difference.detail->setText(reference.isEmpty() ? QStringLiteral("pin a baseline, or move a fader")
                                                         : QStringLiteral("vs %1 · not known yet").arg(reference));
        return;
    }
    const double points = 100 * difference->delta;
    m_difference.value->setText(QStringLiteral("%1%2 ± %3 pp")
                                    .arg(points < 0 ? QStringLiteral("−") : QStringLiteral("+"))
                                    .arg(std::abs(points), 0, 'f', 2)
                                    .arg(100 * difference->halfWidth, 0, 'f', 2));
    m_difference.detail->setText(QStringLiteral("vs %1 · %2 gained, %3 lost · 95 %")
                                     .arg(reference)
                                     .arg(difference->onlyB)
                                     .arg(difference->onlyA));
}

void Readouts::setLatency(const Quartiles& ms, bool simulated, ReadoutState state) {
    const int digits = ms.median < 1 ? 3 : 2;
    m_latency.value->setText(QStringLiteral("%1 ms").arg(ms.median, 0, 'f', digits));
    m_latency.detail->setText(QStringLiteral("[%1 – %2] n = %3%4")
                                  .arg(ms.q1, 0, 'f', digits)
                                  .arg(ms.q3, 0, 'f', digits)
                                  .arg(ms.n)
                                  .arg(simulated ? QStringLiteral(" · simulated bits") : QString()));
    m_latency.value->setToolTip(simulated ? QStringLiteral("The reference executor holds codes in 32-bit floats: "
                                                           "its time says nothing about low-bit speed.")
                                          : QString());
    setState(m_latency, simulated ? ReadoutState::Stale : state);
}

void Readouts::setStale() {
    if (m_accuracyState == ReadoutState::Empty) return;
    m_accuracyState = ReadoutState::Stale;
    for (const Cell& cell : {m_accuracy, m_difference, m_latency}) setState(cell, ReadoutState::Stale);
    for (const Cell& cell : {m_accuracy, m_difference, m_latency})
        cell.detail->setText(QStringLiteral("of the mix before · stale"));
}

void Readouts::clear() {
    m_accuracyState = ReadoutState::Empty;
    for (const Cell& cell : {m_accuracy, m_difference, m_bitops, m_weights, m_latency}) {
        cell.value->setText(QStringLiteral("–"));
        cell.detail->setText(QStringLiteral(" "));
        setState(cell, ReadoutState::Empty);
    }
}

QString Readouts::accuracyText() const { return m_accuracy.value->text(); }

}  // namespace bitdesk
