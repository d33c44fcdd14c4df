// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/building_blocks.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QSplitter>
#include <QTableView>

namespace bitdesk {

void setNames(QWidget& widget, const QString& name, const QString& accessible) {
    widget.setObjectName(name);
    if (!accessible.isEmpty()) widget.setAccessibleName(accessible);
}

QWidget* inARow(std::initializer_list<QWidget*> widgets) {
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    bool wide = false;
    for (QWidget* widget : widgets) {
        const bool expands = widget->sizePolicy().expandingDirections().testFlag(Qt::Horizontal);
        row->addWidget(widget, expands ? 1 : 0);
        wide = wide || expands;
    }
    if (!wide) row->addStretch();
    return box;
}

QWidget* inAColumn(std::initializer_list<QWidget*> widgets, int spacing) {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(spacing);
    for (QWidget* widget : widgets) column->addWidget(widget);
    return box;
}

QWidget* splitter(Qt::Orientation orientation, QWidget* first, QWidget* second, std::pair<int, int> stretch,
                  const QList<int>& sizes) {
    auto* splitter = new QSplitter(orientation);
    splitter->addWidget(first);
    splitter->addWidget(second);
    splitter->setStretchFactor(0, stretch.first);
    splitter->setStretchFactor(1, stretch.second);
    splitter->setChildrenCollapsible(false);
    if (!sizes.isEmpty()) splitter->setSizes(sizes);
    return splitter;
}

QTableView* tableOf(QAbstractItemModel* model, const QString& name, const QString& accessible) {
    auto* table = named(name, new QTableView, accessible);
    table->setModel(model);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setShowGrid(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 8);
    table->horizontalHeader()->setHighlightSections(false);
    return table;
}

}  // namespace bitdesk
