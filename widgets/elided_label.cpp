// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/elided_label.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "widgets/format.h"

namespace bitdesk {

ElidedLabel::ElidedLabel(const QString& text, QWidget* parent) : QLabel(text, parent) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

bool ElidedLabel::fits() const {
    const auto lines = text().split('\n');
    return std::ranges::all_of(
        lines, [this](const QString& line) { return fontMetrics().horizontalAdvance(line) <= contentsRect().width(); });
}

void ElidedLabel::paintEvent(QPaintEvent* event) {
    if (fits()) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    const auto lines = text().split('\n');
    const int height = fontMetrics().lineSpacing();
    QRect place = contentsRect();
    if (!alignment().testFlag(Qt::AlignTop))
        place.setTop(place.top() + (place.height() - height * static_cast<int>(lines.size())) / 2);
    place.setHeight(height);
    for (const QString& line : lines) {
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                         fontMetrics().elidedText(line, Qt::ElideRight, place.width()));
        place.translate(0, height);
    }
}

bool ElidedLabel::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QLabel::event(event);
    QStringList parts;
    if (!fits()) parts << text();
    if (!m_facts.isEmpty()) parts << m_facts;
    QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(),
                       parts.isEmpty() ? QString() : toolTipOf(parts.join(u"\n"_s)), this);
    return true;
}

}  // namespace bitdesk
