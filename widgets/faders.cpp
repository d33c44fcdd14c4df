// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/faders.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollArea>
#include <QTextDocument>
#include <QWheelEvent>
#include <algorithm>

#include "core/network/cost.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr int kWidest = 96;
constexpr int kTop = 30;     // the figure above the groove
constexpr int kBottom = 52;  // three caption lines below it
constexpr int kKnobHeight = 14, kKnobWidth = 24;
constexpr int kGrooveWidth = 4;

constexpr int kLowestBank = 216;  // captions whole, and the faders long enough for a hand

/// "stage2.block1.conv1" → ("stage2", "b1 conv1"); a name without dots is its own group.
std::pair<QString, QString> stageAndRest(const std::string& name) {
    const QString text = QString::fromStdString(name);
    const auto dot = text.indexOf('.');
    return {text.left(dot), dot < 0 ? text : shortLayerName(name.substr(name.find('.') + 1)).replace('.', ' ')};
}

Fader::Caption captionOf(const Layer& layer, double share) {
    Fader::Caption caption;
    caption.name = stageAndRest(layer.name).second;
    caption.channels = u"%1→%2"_s.arg(layer.input.channels).arg(layer.output.channels);
    caption.geometry = u"%1×%2 · %3×%4"_s.arg(layer.kernelHeight)
                           .arg(layer.kernelWidth)
                           .arg(layer.output.height)
                           .arg(layer.output.width);
    caption.share = share;
    const QString facts =
        u"%1\n%2 → %3 channels, kernel %4×%5, output %6×%7\n%8 MACs, %9 % of the network (the "
        "slim bar)\n%10 weights"_s.arg(QString::fromStdString(layer.name))
            .arg(layer.input.channels)
            .arg(layer.output.channels)
            .arg(layer.kernelHeight)
            .arg(layer.kernelWidth)
            .arg(layer.output.height)
            .arg(layer.output.width)
            .arg(QLocale().toString(static_cast<qlonglong>(layer.macs)))
            .arg(100 * share, 0, 'f', 1)
            .arg(QLocale().toString(static_cast<qlonglong>(layer.weightCount)));
    caption.toolTip = Qt::convertFromPlainText(facts);  // a name from a file must not become markup
    caption.description = facts;
    return caption;
}

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
    painter.drawText(QRect(0, 2, width(), kTop - 8), Qt::AlignCenter, m_bits == 0 ? u"–"_s : QString::number(m_bits));
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
    painter.drawText(QRect(bar.center().x() - 15, bar.top() - kKnobHeight / 2 - 17, 32, 14), Qt::AlignCenter,
                     m_caption.share < 0.005 ? u"<1%"_s : u"%1%"_s.arg(100 * m_caption.share, 0, 'f', 0));
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

FaderBank::FaderBank(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 0, 8, 4);
    m_masterPlace = new QWidget;
    new QVBoxLayout(m_masterPlace);
    m_masterPlace->layout()->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_masterPlace);
    m_scroll = new QScrollArea;
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    row->addWidget(m_scroll, 1);
    setMinimumHeight(kLowestBank);
}

void FaderBank::setNetwork(const Network& network, const std::vector<int>& widths) {
    delete m_master;
    m_faders.clear();
    m_titles.clear();
    m_master = new Fader(widths, {u"MASTER"_s, u"all layers"_s, QString(), u"Moves every layer to one bit-width"_s,
                                  u"Moves every layer to one bit-width"_s, -1});
    m_masterPlace->layout()->addWidget(m_master);
    connect(m_master, &Fader::moved, this, [this](int bits) {
        m_bits.bits.assign(m_bits.size(), bits);
        setMix(m_bits);
        emit mixMoved(m_bits, m_gesture);
    });
    connect(m_master, &Fader::released, this, [this] { ++m_gesture; });

    auto* bank = new QWidget;
    auto* row = new QHBoxLayout(bank);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    std::vector<int> group;
    const int count = static_cast<int>(network.quantizable().size());
    for (int i = 0; i < count; ++i) {
        group.push_back(i);
        const QString title = stageAndRest(network.quantizableLayer(i).name).first;
        if (i + 1 < count && stageAndRest(network.quantizableLayer(i + 1).name).first == title) continue;
        row->addWidget(createGroup(network, title, group, widths), static_cast<int>(group.size()));
        group.clear();
    }
    row->addStretch(0);
    m_scroll->setWidget(bank);
    style();
    m_bits = uniformBits(network, widths.back());
    setMix(m_bits);
}

QWidget* FaderBank::createGroup(const Network& network, const QString& title, const std::vector<int>& layers,
                                const std::vector<int>& widths) {
    auto* group = new QWidget;
    auto* column = new QVBoxLayout(group);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* label = new QLabel(title);
    label->setTextFormat(Qt::PlainText);
    label->setFont(Theme::figures(font(), 0.9, true));
    column->addWidget(label);
    m_titles.push_back(label);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    const double all = static_cast<double>(macs(network));
    for (const int i : layers) {
        const Layer& layer = network.quantizableLayer(i);
        auto* fader = new Fader(widths, captionOf(layer, static_cast<double>(layer.macs) / all));
        connect(fader, &Fader::moved, this, [this, i](int bits) { moveLayer(i, bits); });
        connect(fader, &Fader::released, this, [this] { ++m_gesture; });
        row->addWidget(fader);
        m_faders.push_back(fader);
    }
    column->addLayout(row, 1);
    return group;
}

void FaderBank::style() {
    for (QLabel* title : m_titles) setTextColour(*title, Theme::of(palette()).muted);
}

void FaderBank::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) style();
}

void FaderBank::moveLayer(int layer, int bits) {
    m_bits.bits[static_cast<std::size_t>(layer)] = bits;
    setMix(m_bits);
    m_scroll->ensureWidgetVisible(fader(layer), 80, 0);
    emit mixMoved(m_bits, m_gesture);
}

void FaderBank::setMix(const BitConfiguration& bits) {
    m_bits = bits;
    for (std::size_t i = 0; i < m_faders.size(); ++i) m_faders[i]->setBits(bits[i]);
    if (m_master != nullptr) m_master->setBits(bits.isUniform() ? bits[0] : 0);
}

}  // namespace bitdesk
