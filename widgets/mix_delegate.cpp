// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/mix_delegate.h"

#include <QPainter>
#include <algorithm>

#include "widgets/history_model.h"
#include "widgets/theme.h"

namespace bitdesk {

void MixDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem empty = option;
    initStyleOption(&empty, index);
    empty.text.clear();
    const QStyle* style = option.widget != nullptr ? option.widget->style() : nullptr;
    if (style != nullptr) style->drawControl(QStyle::CE_ItemViewItem, &empty, painter, option.widget);
    const auto bits = index.data(HistoryModel::kMixRole).value<QList<int>>();
    if (bits.isEmpty()) return;
    const int tallest = std::max(4, *std::ranges::max_element(bits));
    const Theme theme = Theme::of(option.palette);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const QRectF area = QRectF(option.rect).adjusted(6, 4, -6, -4);
    const double pitch = std::min(8.0, area.width() / static_cast<double>(bits.size()));
    painter->save();
    painter->setPen(Qt::NoPen);
    for (qsizetype i = 0; i < bits.size(); ++i) {
        const double share = static_cast<double>(bits[i]) / tallest;
        painter->setBrush(selected ? option.palette.color(QPalette::HighlightedText) : theme.forWidth(share));
        painter->drawRect(QRectF(area.left() + pitch * static_cast<double>(i), area.bottom() - share * area.height(),
                                 std::max(1.0, pitch - 2), share * area.height()));
    }
    painter->restore();
}

}  // namespace bitdesk
