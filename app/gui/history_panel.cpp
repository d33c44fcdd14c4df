// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/history_panel.h"

#include <QEvent>
#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <algorithm>

#include "app/workbench/workbench.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"
#include "widgets/history_model.h"
#include "widgets/theme.h"

namespace bitdesk {

HistoryPanel::HistoryPanel(Workbench& workbench, QWidget* parent)
    : QDockWidget(u"History"_s, parent), m_workbench(workbench) {
    setObjectName(u"history"_s);
    setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    createView();
    setWidget(m_view);
    Results& results = workbench.results();
    connect(&results, &Results::cleared, m_rows, [this] { m_rows->setRows({}); });
    connect(&results, &Results::rowsChanged, m_rows, [this, &results] { m_rows->setRows(results.rows()); });
    connect(&results, &Results::added, m_rows, [this](const EvaluationSummary& row) {
        if (row.id > 0) m_rows->addRow(row);
    });
    connect(m_view, &QTableView::activated, &workbench.mix(), [this](const QModelIndex& index) {
        m_workbench.mix().set(m_rows->row(m_sorted->mapToSource(index).row()).bits, u"mix from the history"_s);
    });
}

void HistoryPanel::createView() {
    m_rows = new HistoryModel(this);
    m_sorted = new QSortFilterProxyModel(this);
    m_sorted->setSourceModel(m_rows);
    m_sorted->setSortRole(HistoryModel::kSortRole);
    m_view = tableOf(m_sorted, u"historyView"_s, u"History of evaluations"_s);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(HistoryModel::Id, Qt::DescendingOrder);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setAlternatingRowColors(true);
    setStripes(*m_view, Theme::of(palette()));
    m_view->setColumnWidth(HistoryModel::Id, 40);
    m_view->setColumnWidth(HistoryModel::Accuracy, 104);
    m_view->setColumnWidth(HistoryModel::BitOps, 66);
    m_view->horizontalHeader()->setSectionResizeMode(HistoryModel::Bits, QHeaderView::Stretch);
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setMinimumWidth(240);
    m_view->setItemDelegateForColumn(HistoryModel::Bits, new MixDelegate(m_view));
    m_view->setFrameShape(QFrame::NoFrame);
}

std::vector<std::int64_t> HistoryPanel::selectedIds() const {
    std::vector<std::int64_t> ids;
    const auto& baseline = m_workbench.live().baseline();
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows()) {
        const EvaluationSummary& row = m_rows->row(m_sorted->mapToSource(index).row());
        if (row.id <= 0) continue;
        ids.push_back(row.id);
        if (baseline && row.bits == *baseline) std::rotate(ids.begin(), ids.end() - 1, ids.end());
    }
    return ids;
}

void HistoryPanel::changeEvent(QEvent* event) {
    QDockWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_view != nullptr) setStripes(*m_view, Theme::of(palette()));
}

}  // namespace bitdesk
