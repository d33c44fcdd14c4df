// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "core/results/layer_table.h"
#include "core/results/results.h"

class QLabel;
class QListWidget;
class QStackedWidget;
class QTableView;

namespace bitdesk {

class LayerTableModel;

/// The layers' times as a table, and under it where fewer BitOPs did not save time, and why.
class LayerTableView : public QWidget {
    Q_OBJECT
public:
    explicit LayerTableView(QWidget* parent = nullptr);

    void setTable(const std::optional<LayerTable>& table);
    void setMix(const BitConfiguration& bits);
    void setMeasured(const std::optional<Measurement>& measurement);
    void clear();

    const LayerTableModel& model() const { return *m_model; }

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* createContent();
    QWidget* createTables();
    QTableView* createTable(const QString& name, const QString& accessibleName);
    void style();
    void spanCells();
    void shareRows();
    void fitColumns();
    void showFindings(const std::vector<LayerFinding>& findings);
    void writeCaption();

    LayerTableModel* m_model = nullptr;
    QStackedWidget* m_pages = nullptr;
    QLabel* m_empty = nullptr;
    QLabel* m_caption = nullptr;
    QLabel* m_warnings = nullptr;
    QTableView* m_table = nullptr;
    QTableView* m_closing = nullptr;  ///< the same model's last two rows
    QLabel* m_heading = nullptr;
    QListWidget* m_findings = nullptr;
};

}  // namespace bitdesk
