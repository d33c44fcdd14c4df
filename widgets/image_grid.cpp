// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/image_grid.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr int kGap = 6;

void drawImage(QPainter& painter, const QImage& image, const QRect& area) {
    if (image.isNull() || area.isEmpty()) return;
    const double fit = std::min(static_cast<double>(area.width()) / image.width(),
                                static_cast<double>(area.height()) / image.height());
    const double scale = fit > 1 ? std::floor(fit) : fit;  // whole pixels
    QRectF place(0, 0, image.width() * scale, image.height() * scale);
    place.moveCenter(QRectF(area).center());
    painter.setRenderHint(QPainter::SmoothPixmapTransform, fit < 1);
    painter.drawImage(QRectF(place.toRect()), image);
}

}  // namespace

ImageGrid::ImageGrid(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(u"Example images"_s);
}

void ImageGrid::setImages(std::vector<CaptionedImage> images) {
    m_images = std::move(images);
    m_note.clear();
    update();
}

void ImageGrid::setNote(const QString& note) {
    m_images.clear();
    m_note = note;
    update();
}

QSize ImageGrid::sizeHint() const { return {kColumns * 92, kRows * (92 + fontMetrics().height())}; }
QSize ImageGrid::minimumSizeHint() const { return {kColumns * 48, kRows * (48 + fontMetrics().height())}; }

QRect ImageGrid::cell(int index) const {
    const int column = index % kColumns, row = index / kColumns;
    const int left = width() * column / kColumns, right = width() * (column + 1) / kColumns;
    const int top = height() * row / kRows, bottom = height() * (row + 1) / kRows;
    return QRect(left, top, right - left, bottom - top).adjusted(kGap / 2, kGap / 2, -kGap / 2, -kGap / 2);
}

void ImageGrid::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    if (!m_note.isEmpty()) {
        painter.setPen(theme.muted);
        painter.drawText(rect().adjusted(kGap, kGap, -kGap, -kGap), Qt::AlignCenter | Qt::TextWordWrap, m_note);
        return;
    }
    painter.setFont(Theme::figures(font(), 0.85, false));
    const QFontMetrics metrics(painter.font());
    for (int i = 0; i < std::min(count(), kCells); ++i) {
        QRect area = cell(i);
        const QRect line(area.left(), area.bottom() - metrics.height() + 1, area.width(), metrics.height());
        area.setBottom(line.top() - 2);
        drawImage(painter, image(i).image, area);
        painter.setPen(theme.text);
        painter.drawText(line, Qt::AlignHCenter | Qt::AlignVCenter,
                         metrics.elidedText(image(i).caption, Qt::ElideRight, line.width()));
    }
}

bool ImageGrid::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (int i = 0; i < std::min(count(), kCells); ++i)
        if (cell(i).contains(help->pos())) {
            QToolTip::showText(help->globalPos(), toolTipOf(image(i).toolTip), this, cell(i));
            return true;
        }
    QToolTip::hideText();
    return true;
}

}  // namespace bitdesk
