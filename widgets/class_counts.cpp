// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/class_counts.h"

#include <QLocale>
#include <QPainter>
#include <algorithm>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

ClassCounts::ClassCounts(QObject* parent) : QStandardItemModel(0, kColumns, parent) {
    setHorizontalHeaderLabels({QStringLiteral("class"), QStringLiteral("images"), QString()});
}

void ClassCounts::setCounts(const QStringList& names, const std::vector<std::int64_t>& counts) {
    removeRows(0, rowCount());
    const std::int64_t largest = counts.empty() ? 1 : std::max<std::int64_t>(1, std::ranges::max(counts));
    for (int row = 0; row < names.size(); ++row) {
        const qlonglong images = counts[static_cast<std::size_t>(row)];
        auto* name = new QStandardItem(names[row]);
        auto* number = new QStandardItem(QLocale().toString(images));
        auto* bar = new QStandardItem;
        name->setData(names[row], kSortRole);
        number->setData(images, kSortRole);
        number->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        bar->setData(images, kSortRole);
        bar->setData(static_cast<double>(images) / static_cast<double>(largest), kShareRole);
        for (QStandardItem* item : {name, number, bar}) {
            item->setEditable(false);
            item->setToolTip(
                toolTipOf(QStringLiteral("class %1, %2: %L3 images").arg(row).arg(names[row]).arg(images)));
        }
        appendRow({name, number, bar});
    }
}

void CountBarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
    const Theme theme = Theme::of(option.palette);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    constexpr double kHeight = 6, kMargin = 6;
    QRectF bar = QRectF(option.rect).adjusted(kMargin, 0, -kMargin, 0);
    bar.setTop(bar.center().y() - kHeight / 2);
    bar.setHeight(kHeight);
    bar.setWidth(bar.width() * index.data(ClassCounts::kShareRole).toDouble());
    painter->fillRect(bar, selected ? option.palette.color(QPalette::HighlightedText) : theme.accent);
}

}  // namespace bitdesk
