// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <QStyledItemDelegate>
#include <cstdint>
#include <vector>

namespace bitdesk {

/// Classes of a data set and how many images each has.
class ClassCounts : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Images, Bar, kColumns };
    static constexpr int kSortRole = Qt::UserRole;       ///< a number where the column shows one
    static constexpr int kShareRole = Qt::UserRole + 1;  ///< of Bar: 0 … 1, of the largest class

    using QAbstractTableModel::QAbstractTableModel;

    void setCounts(QStringList names, std::vector<std::int64_t> counts);
    std::int64_t count(int row) const { return m_counts[static_cast<std::size_t>(row)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QStringList m_names;
    std::vector<std::int64_t> m_counts;
    std::int64_t m_largest = 1;
};

/// Draws ClassCounts::kShareRole as a slim bar.
class CountBarDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace bitdesk
