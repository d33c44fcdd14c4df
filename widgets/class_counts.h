// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStandardItemModel>
#include <QStringList>
#include <QStyledItemDelegate>
#include <cstdint>
#include <vector>

namespace bitdesk {

/// Classes of a data set and how many images each has.
class ClassCounts : public QStandardItemModel {
    Q_OBJECT
public:
    enum Column { Name, Images, Bar, kColumns };
    static constexpr int kSortRole = Qt::UserRole;       ///< a number where the column shows one
    static constexpr int kShareRole = Qt::UserRole + 1;  ///< of Bar: 0 … 1, of the largest class

    explicit ClassCounts(QObject* parent = nullptr);

    /// A count for each name.
    void setCounts(const QStringList& names, const std::vector<std::int64_t>& counts);
    std::int64_t count(int row) const { return index(row, Images).data(kSortRole).toLongLong(); }
};

/// Draws ClassCounts::kShareRole as a slim bar.
class CountBarDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace bitdesk
