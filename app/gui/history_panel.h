// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDockWidget>
#include <cstdint>
#include <vector>

class QSortFilterProxyModel;
class QTableView;

namespace bitdesk {

class HistoryModel;
class Workbench;

/// The evaluations of the model and data set in hand, newest first; a double click loads one.
class HistoryPanel : public QDockWidget {
    Q_OBJECT
public:
    explicit HistoryPanel(Workbench& workbench, QWidget* parent = nullptr);

    /// In the order of the table, the pinned baseline first; without those of a session, which are not in the database.
    std::vector<std::int64_t> selectedIds() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void createView();

    Workbench& m_workbench;
    HistoryModel* m_rows = nullptr;
    QSortFilterProxyModel* m_sorted = nullptr;
    QTableView* m_view = nullptr;
};

}  // namespace bitdesk
