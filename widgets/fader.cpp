// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/fader.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QWheelEvent>
#include <algorithm>

#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr int kWidest = 96;
constexpr int kTop = 30;     // the figure above the groove
constexpr int kBottom = 52;  // three caption lines below it
constexpr int kKnobHeight = 14, kKnobWidth = 24;
constexpr int kGrooveWidth = 4;

}  // namespace

Fader::Fader(std::vector<int> widths, const Caption& caption, QWidget* parent)
    : QWidget(parent), m_widths(std::move(widths)), m_caption(caption) {
    setFocusPolicy(Qt::StrongFocus);
    setToolTip(caption.toolTip);
    setAccessibleName(caption.name);
    setAccessibleDescription(caption.description);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setMaximumWidth(kWidest);
}

void Fader::setBits(int bits) {
    if (m_bits == bits) return;
    m_bits = bits;
    update();
}

QSize Fader::sizeHint() const { return {62, 200}; }
QSize Fader::minimumSizeHint() const { return {62, 150}; }

QRect Fader::groove() const {
    const int knob = kKnobHeight / 2;
    return {width() / 2 - kGrooveWidth / 2, kTop + knob, kGrooveWidth, height() - kTop - kBottom - 2 * knob};
}

QPoint Fader::notch(int bits) const {
    const QRect area = groove();
    const auto found = std::ranges::find(m_widths, bits);
    if (found == m_widths.end() || m_widths.size() < 2) return {width() / 2, area.center().y()};
    const double position = static_cast<double>(found - m_widths.begin()) / static_cast<double>(m_widths.size() - 1);
    return {width() / 2, area.bottom() - static_cast<int>(position * area.height())};
}

int Fader::widthAt(int y) const {
    return *std::ranges::min_element(m_widths, {}, [&](int bits) { return std::abs(notch(bits).y() - y); });
}

void Fader::moveTo(int bits) {
    if (bits == m_bits) return;
    setBits(bits);
    emit moved(bits);
}

int Fader::stepped(int notches) const {
    const auto found = std::ranges::find(m_widths, m_bits);
    const auto last = static_cast<std::ptrdiff_t>(m_widths.size()) - 1;
    const std::ptrdiff_t now = found == m_widths.end() ? last : found - m_widths.begin();
    return m_widths[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(now + notches, 0, last))];
}

void Fader::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    m_dragging = true;
    moveTo(widthAt(event->position().toPoint().y()));
}

void Fader::mouseMoveEvent(QMouseEvent* event) {
    if (m_dragging) moveTo(widthAt(event->position().toPoint().y()));
}

void Fader::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_dragging) return;
    m_dragging = false;
    emit released();
}

void Fader::wheelEvent(QWheelEvent* event) {
    // A sideways wheel scrolls the bank.
    if (event->angleDelta().y() == 0) {
        event->ignore();
        return;
    }
    constexpr int kNotch = 120;
    m_wheel += event->angleDelta().y();
    if (const int notches = m_wheel / kNotch; notches != 0) {
        m_wheel -= notches * kNotch;
        moveTo(stepped(notches));
        emit released();
    }
    event->accept();
}

void Fader::keyPressEvent(QKeyEvent* event) {
    int target = 0;
    switch (event->key()) {
        case Qt::Key_Up:
        case Qt::Key_PageUp: target = stepped(1); break;
        case Qt::Key_Down:
        case Qt::Key_PageDown: target = stepped(-1); break;
        case Qt::Key_Home: target = m_widths.back(); break;
        case Qt::Key_End: target = m_widths.front(); break;
        case Qt::Key_Left: focusPreviousChild(); return;
        case Qt::Key_Right: focusNextChild(); return;
        default: break;
    }
    const int digit = event->key() - Qt::Key_0;
    if (event->modifiers() == Qt::NoModifier && std::ranges::find(m_widths, digit) != m_widths.end()) target = digit;
    if (target == 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    moveTo(target);
    emit released();
}

void Fader::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}
void Fader::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

void Fader::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme theme = Theme::of(palette());
    if (hasFocus()) {
        painter.setPen(QPen(theme.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
    }
    painter.setFont(Theme::figures(font(), 1.35, true));
    painter.setPen(m_bits == 0 ? theme.muted : theme.text);
    painter.drawText(QRect(0, 2, width(), kTop - 8), Qt::AlignCenter,
                     m_bits == 0 ? QStringLiteral("–") : QString::number(m_bits));
    paintGroove(painter);
    paintShare(painter);
    paintCaption(painter);
}

void Fader::paintGroove(QPainter& painter) const {
    const Theme theme = Theme::of(palette());
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.line);
    painter.drawRoundedRect(groove(), 2, 2);
    painter.setFont(Theme::figures(font(), 0.8, false));
    for (const int bits : m_widths) {
        const QPoint at = notch(bits);
        painter.setPen(theme.muted);
        painter.drawLine(at.x() - 9, at.y(), at.x() - 5, at.y());
        painter.drawText(QRect(at.x() - kKnobWidth / 2 - 18, at.y() - 8, 14, 16), Qt::AlignRight | Qt::AlignVCenter,
                         QString::number(bits));
    }
    if (m_bits == 0) return;
    const QPoint at = notch(m_bits);
    const double position = m_widths.size() < 2
                                ? 1.0
                                : static_cast<double>(std::ranges::find(m_widths, m_bits) - m_widths.begin()) /
                                      static_cast<double>(m_widths.size() - 1);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.forWidth(position));
    const QRect full = groove();
    painter.drawRoundedRect(QRect(full.left(), at.y(), full.width(), full.bottom() - at.y() + 1), 2, 2);
    painter.setPen(QPen(theme.surface, 1));
    painter.setBrush(theme.accent);
    painter.drawRoundedRect(QRectF(at.x() - kKnobWidth / 2.0, at.y() - kKnobHeight / 2.0, kKnobWidth, kKnobHeight), 4,
                            4);
    painter.drawLine(at.x() - 6, at.y(), at.x() + 6, at.y());
}

/// A slim bar beside the groove, its figure above: this layer's share of the MACs, the full height being a fifth of
/// all.
void Fader::paintShare(QPainter& painter) const {
    if (m_caption.share < 0) return;
    const Theme theme = Theme::of(palette());
    const QRect full = groove();
    const QRect bar(full.right() + 16, full.top(), 4, full.height());
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.line);
    painter.drawRoundedRect(bar, 2, 2);
    constexpr double kFullScale = 0.2;
    const int filled = std::max(2, static_cast<int>(bar.height() * std::min(1.0, m_caption.share / kFullScale)));
    painter.setBrush(theme.muted);
    painter.drawRoundedRect(QRect(bar.left(), bar.bottom() - filled + 1, bar.width(), filled), 2, 2);
    painter.setFont(Theme::figures(font(), 0.65, false));
    painter.setPen(theme.muted);
    painter.drawText(
        QRect(bar.center().x() - 15, bar.top() - kKnobHeight / 2 - 17, 32, 14), Qt::AlignCenter,
        m_caption.share < 0.005 ? QStringLiteral("<1%") : QStringLiteral("%1%").arg(100 * m_caption.share, 0, 'f', 0));
}

void Fader::paintCaption(QPainter& painter) const {
    const Theme theme = Theme::of(palette());
    const auto line = [&](int row, const QString& text, double size, const QColor& colour) {
        constexpr int kLineHeight = 15;
        const QFont small = Theme::figures(font(), size, false);
        painter.setFont(small);
        painter.setPen(colour);
        painter.drawText(QRect(0, height() - kBottom + 5 + row * kLineHeight, width(), kLineHeight), Qt::AlignCenter,
                         QFontMetrics(small).elidedText(text, Qt::ElideMiddle, width() - 2));
    };
    line(0, m_caption.name, 0.85, theme.text);
    line(1, m_caption.channels, 0.75, theme.muted);
    line(2, m_caption.geometry, 0.7, theme.muted);
}

}  // namespace bitdesk
