// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QMainWindow>
#include <functional>

class QMessageBox;

namespace bitdesk {

class HistoryPanel;
class Workbench;

/// The window: menus, drops, dialogs and messages. What it shows is in panels that follow the workbench by themselves.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// Begins what the workbench, which outlives it, was started with.
    explicit MainWindow(Workbench& workbench, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// The message that is shown now, or nothing.
    QMessageBox* message() const { return m_message; }

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    struct Actions;
    using Slot = std::function<void()>;
    /// With its shortcut in the tool tip. `icon` empty: none.
    QAction* makeAction(const char* icon, const QString& text, const QKeySequence& key, const Slot& slot);
    QAction* makeStepAction(const char* icon, const QKeySequence& key, const QString& name, bool undo);
    void createActions();
    Actions makeActions();
    /// Those that need a model or data wait for it; the pin follows the baseline.
    void enable(const Actions& actions);
    void createMenus(const Actions& actions);
    void createToolBar(const Actions& actions);

    void chooseData();
    void chooseModel();
    void openPath(const QString& path);
    /// A model, or what is to be imported as one.
    void openModelOrImport(const QString& path);
    void saveMix();
    void showDataDialog();
    void showSweepDialog();
    void showReportDialog();
    void showExportDialog();
    void showImportDialog(const QString& file = {});
    void showAbout();
    void showFailure(const QString& title, const QString& message);
    void showWritten(const QString& title, const QString& summary, const QStringList& files);
    void showBox(QMessageBox* box, const QString& message);

    Workbench& m_workbench;
    HistoryPanel* m_history = nullptr;
    QMessageBox* m_message = nullptr;
};

}  // namespace bitdesk
