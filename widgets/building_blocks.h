// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QString>
#include <initializer_list>
#include <utility>

class QAbstractItemModel;
class QTableView;
class QWidget;

namespace bitdesk {

// What panels and dialogs are put together from.

/// Gives a widget the name by which it is found, and one that a screen reader says; empty: what it says by itself.
void setNames(QWidget& widget, const QString& name, const QString& accessible);
template <typename Widget>
Widget* named(const QString& name, Widget* widget, const QString& accessible = {}) {
    setNames(*widget, name, accessible);
    return widget;
}

/// Widgets side by side without margins. Those that want all the room there is, as fields of text do, share it; where
/// none does, it is behind them.
QWidget* inARow(std::initializer_list<QWidget*> widgets);
/// Widgets one below the other without margins. `spacing` < 0: the desktop's.
QWidget* inAColumn(std::initializer_list<QWidget*> widgets, int spacing = -1);

/// Two widgets that share the room as `sizes` say, in pixels, and what is more of it as `stretch` says.
QWidget* splitter(Qt::Orientation orientation, QWidget* first, QWidget* second, std::pair<int, int> stretch,
                  const QList<int>& sizes = {});

/// A table of whole rows without grid or numbers of rows, in which nothing is edited.
QTableView* tableOf(QAbstractItemModel* model, const QString& name, const QString& accessible);

}  // namespace bitdesk
