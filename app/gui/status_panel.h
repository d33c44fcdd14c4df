// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QKeySequence>
#include <QStatusBar>

class QLabel;
class QToolButton;

namespace bitdesk {

class ElidedLabel;
class ProgressStrip;
class Workbench;

/// What is open and what goes on: data set, model, device, speed, the machine's conditions, database, and the strips of
/// work that takes its time.
class StatusPanel : public QStatusBar {
    Q_OBJECT
public:
    explicit StatusPanel(Workbench& workbench, QWidget* parent = nullptr);

    static QKeySequence dataKey() { return {Qt::CTRL | Qt::Key_D}; }

signals:
    /// A click on the data set's name.
    void dataClicked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void createLabels();
    void followData();
    void followSweep();
    void followLive();
    void showAll();
    void showData();
    void showModel();
    void showStore();

    Workbench& m_workbench;
    ProgressStrip* m_sweepStrip = nullptr;
    ProgressStrip* m_dataStrip = nullptr;
    QToolButton* m_data = nullptr;
    QLabel* m_model = nullptr;
    QLabel* m_device = nullptr;
    QLabel* m_speed = nullptr;
    ElidedLabel* m_conditions = nullptr;
    QLabel* m_store = nullptr;
};

/// A model whose weights were trained as floats says so; empty: it was trained as it should be.
QString quantizationNote(const Workbench& workbench);

}  // namespace bitdesk
