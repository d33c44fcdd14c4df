// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/history_model.h"

#include <QDateTime>
#include <QPainter>
#include <QTextDocument>
#include <algorithm>

#include "core/present/words.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

QString when(const EvaluationSummary& row) {
    const auto when = QDateTime::fromString(QString::fromStdString(row.createdAt), Qt::ISODate);
    return when.isValid() ? when.toLocalTime().toString(u"yyyy-MM-dd HH:mm"_s) : QString();
}

}  // namespace

void HistoryModel::setRows(std::vector<EvaluationSummary> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void HistoryModel::addRow(const EvaluationSummary& row) {
    if (std::ranges::find(m_rows, row.id, &EvaluationSummary::id) != m_rows.end()) return;
    beginInsertRows({}, 0, 0);
    m_rows.insert(m_rows.begin(), row);
    endInsertRows();
}

int HistoryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}
int HistoryModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString HistoryModel::text(const EvaluationSummary& row, int column) const {
    switch (column) {
        case Id: return row.id > 0 ? QString::number(row.id) : u"file"_s;
        case Bits: return QString::fromStdString(toText(row.bits));
        case Accuracy:
            return u"%1 % [%2, %3]"_s.arg(100 * row.accuracy(), 0, 'f', 2)
                .arg(100 * row.interval().low, 0, 'f', 2)
                .arg(100 * row.interval().high, 0, 'f', 2);
        case BitOps: return QString::fromStdString(bitopsText(row.bitops));
        default: return {};
    }
}

QVariant HistoryModel::sortValue(const EvaluationSummary& row, int column) const {
    switch (column) {
        case Id: return static_cast<qlonglong>(row.id);
        case Accuracy: return row.accuracy();
        case BitOps: return static_cast<qlonglong>(row.bitops);
        default: return text(row, column);
    }
}

QVariant HistoryModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const EvaluationSummary& entry = row(index.row());
    switch (role) {
        case Qt::DisplayRole: return text(entry, index.column());
        case kSortRole: return sortValue(entry, index.column());
        case kMixRole: return QVariant::fromValue(QList<int>(entry.bits.bits.begin(), entry.bits.bits.end()));
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(
                Qt::Alignment((index.column() == Bits ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
        case Qt::ToolTipRole:
            return Qt::convertFromPlainText(
                u"%1\n%2 of %3 images of %4 (%5) right, 95 % interval\n%6 on %7, %8%9\nA double click loads it"_s
                    .arg(QString::fromStdString(toText(entry.bits)))
                    .arg(entry.correct)
                    .arg(entry.total)
                    .arg(QString::fromStdString(entry.dataName), QString::fromStdString(entry.split),
                         QString::fromStdString(entry.backend), QString::fromStdString(entry.device), when(entry),
                         entry.id > 0 ? QString() : u"\nfrom the session's file, not the database"_s));
        default: return {};
    }
}

QVariant HistoryModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case Id: return u"id"_s;
        case Bits: return u"bits"_s;
        case Accuracy: return u"accuracy"_s;
        case BitOps: return u"BitOPs"_s;
        default: return {};
    }
}

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
