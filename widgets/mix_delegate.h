// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace bitdesk {

/// Draws a mix as a row of slim bars, one a layer, as tall as its bits: a shape that the eye finds again. Wants the mix
/// as a QList<int> under HistoryModel::kMixRole.
class MixDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace bitdesk
