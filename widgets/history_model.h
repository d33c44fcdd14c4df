// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <vector>

#include "core/results/results.h"

namespace bitdesk {

/// The evaluations of the model and data set in hand, newest first. Ids below 1 are of a file that was opened, not of
/// the database.
class HistoryModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Id, Bits, Accuracy, BitOps, ColumnCount };
    /// Sorts by number, not by text.
    static constexpr int kSortRole = Qt::UserRole;
    /// The mix of a row as QList<int>.
    static constexpr int kMixRole = Qt::UserRole + 1;

    using QAbstractTableModel::QAbstractTableModel;

    void setRows(std::vector<EvaluationSummary> rows);
    /// At the top, unless its id is there already.
    void addRow(const EvaluationSummary& row);
    const EvaluationSummary& row(int index) const { return m_rows[static_cast<std::size_t>(index)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const EvaluationSummary& row, int column) const;
    QVariant sortValue(const EvaluationSummary& row, int column) const;

    std::vector<EvaluationSummary> m_rows;
};

/// Draws a mix as a row of slim bars, one a layer, as tall as its bits: a shape that the eye finds again. Wants the mix
/// as a QList<int> under HistoryModel::kMixRole.
class MixDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace bitdesk
