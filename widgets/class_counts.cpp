// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/class_counts.h"

#include <QLocale>
#include <QPainter>
#include <algorithm>

#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

void ClassCounts::setCounts(QStringList names, std::vector<std::int64_t> counts) {
    beginResetModel();
    m_names = std::move(names);
    m_counts = std::move(counts);
    m_counts.resize(static_cast<std::size_t>(m_names.size()));
    m_largest = m_counts.empty() ? 1 : std::max<std::int64_t>(1, *std::ranges::max_element(m_counts));
    endResetModel();
}

int ClassCounts::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_names.size());
}

int ClassCounts::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant ClassCounts::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const QString& name = m_names[index.row()];
    const std::int64_t images = count(index.row());
    if (role == kShareRole) return static_cast<double>(images) / static_cast<double>(m_largest);
    if (role == kSortRole) return index.column() == Name ? QVariant(name) : QVariant::fromValue<qlonglong>(images);
    if (role == Qt::TextAlignmentRole && index.column() == Images) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole)
        return toolTipOf(QStringLiteral("class %1, %2: %L3 images").arg(index.row()).arg(name).arg(images));
    if (role != Qt::DisplayRole) return {};
    if (index.column() == Name) return name;
    return index.column() == Images ? QVariant(QLocale().toString(static_cast<qlonglong>(images))) : QVariant();
}

QVariant ClassCounts::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    if (section == Name) return QStringLiteral("class");
    return section == Images ? QStringLiteral("images") : QString();
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
