// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What stands in the menus and the tool bar.
#include <qcustomplot.h>
#include <sqlite3.h>
#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QIcon>
#include <QMenuBar>
#include <QMessageBox>
#include <QToolBar>

#include "app/gui/file_fields.h"
#include "app/gui/history_panel.h"
#include "app/gui/main_window.h"
#include "app/gui/status_panel.h"
#include "app/workbench/workbench.h"
#include "core/base/build_info.h"
#include "widgets/format.h"

namespace bitdesk {
namespace {

constexpr auto kShift = Qt::CTRL | Qt::SHIFT;

QIcon iconOf(const char* name) { return QIcon(u":/icons/%1.svg"_s.arg(QLatin1String(name))); }

}  // namespace

struct MainWindow::Actions {
    QAction *openModel, *openData, *openDataFile, *showData, *import, *openResults, *openSession;
    QAction *loadMix, *saveMix, *sweep, *report, *exportMix, *quit;
    QAction *undo, *redo, *copy, *paste, *pin, *about;
};

QAction* MainWindow::makeAction(const char* icon, const QString& text, const QKeySequence& key, const Slot& slot) {
    auto* action = new QAction(text, this);
    if (*icon != 0) action->setIcon(iconOf(icon));
    action->setShortcut(key);
    if (!key.isEmpty()) action->setToolTip(u"%1 (%2)"_s.arg(text, key.toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, slot);
    return action;
}

/// Undo or redo: says what it is of.
QAction* MainWindow::makeStepAction(const char* icon, const QKeySequence& key, const QString& name, bool undo) {
    MixModel& mix = m_workbench.mix();
    auto* action = new QAction(name, this);
    action->setIcon(iconOf(icon));
    action->setShortcut(key);
    const auto show = [action, name, undo, &mix] {
        const QString what = undo ? mix.undoText() : mix.redoText();
        action->setText(what.isEmpty() ? name : name + u' ' + what);
        action->setEnabled(undo ? mix.canUndo() : mix.canRedo());
    };
    connect(action, &QAction::triggered, &mix, undo ? &MixModel::undo : &MixModel::redo);
    connect(&mix, &MixModel::stepsChanged, action, show);
    show();
    return action;
}

MainWindow::Actions MainWindow::makeActions() {
    const auto make = [this](const char* icon, const char* text, const QKeySequence& key, const Slot& slot) {
        return makeAction(icon, QString::fromUtf8(text), key, slot);
    };
    const auto ask = [this](const char* title, const char* filter, const FileChosen& open) {
        return [=, this] { chooseFile(this, QString::fromUtf8(title), {}, QString::fromUtf8(filter), open); };
    };
    Workbench& workbench = m_workbench;
    MixModel& mix = workbench.mix();
    QClipboard* clipboard = QGuiApplication::clipboard();
    const auto openFile = [&workbench](const QString& path) { workbench.data().open(path); };
    const auto openResults = [&workbench](const QString& path) { workbench.openResults(path); };
    const auto openSession = [&workbench](const QString& path) { workbench.openSession(path); };
    const auto loadMix = [&mix](const QString& path) { mix.load(path); };
    Actions actions{
        .openModel = make("model", "Open model…", QKeySequence::Open, [this] { chooseModel(); }),
        .openData = make("data", "Open data set…", kShift | Qt::Key_O, [this] { chooseData(); }),
        .openDataFile =
            make("", "Open data file…", {}, ask("Open data file", "NumPy archives (*.npz);;All files (*)", openFile)),
        .showData = make("", "Data set…", StatusPanel::dataKey(), [this] { showDataDialog(); }),
        .import = make("import", "Import…", Qt::CTRL | Qt::Key_I, [this] { showImportDialog(); }),
        .openResults = make("", "Open results…", {},
                            ask("Open results", "Results databases (*.sqlite);;All files (*)", openResults)),
        .openSession =
            make("", "Open session…", {}, ask("Open session", "Reports (*.json);;All files (*)", openSession)),
        .loadMix =
            make("load", "Load mix…", Qt::CTRL | Qt::Key_L, ask("Load mix", "Mixes (*.json);;All files (*)", loadMix)),
        .saveMix = make("save", "Save mix…", QKeySequence::Save, [this] { saveMix(); }),
        .sweep = make("sweep", "Sweep…", Qt::CTRL | Qt::Key_E, [this] { showSweepDialog(); }),
        .report = make("report", "Report…", Qt::CTRL | Qt::Key_R, [this] { showReportDialog(); }),
        .exportMix = make("export", "Export…", kShift | Qt::Key_E, [this] { showExportDialog(); }),
        .quit = make("", "Quit", QKeySequence::Quit, [this] { close(); }),
        .undo = makeStepAction("undo", QKeySequence::Undo, u"Undo"_s, true),
        .redo = makeStepAction("redo", QKeySequence::Redo, u"Redo"_s, false),
        .copy = make("copy", "Copy mix", QKeySequence::Copy, [&mix, clipboard] { clipboard->setText(mix.text()); }),
        .paste = make("paste", "Paste mix", QKeySequence::Paste, [&mix, clipboard] { mix.paste(clipboard->text()); }),
        .pin = make("pin", "Pin baseline", Qt::CTRL | Qt::Key_B,
                    [&workbench] { workbench.pinBaseline(!workbench.live().baseline()); }),
        .about = make("", "About Bitdesk", {}, [this] { showAbout(); }),
    };
    // Short in the tool bar, so that all of it fits a small screen; menus and tool tips have the whole name.
    actions.openData->setIconText(u"Open data…"_s);
    actions.copy->setIconText(u"Copy"_s);
    actions.paste->setIconText(u"Paste"_s);
    actions.loadMix->setIconText(u"Load…"_s);
    actions.saveMix->setIconText(u"Save…"_s);
    return actions;
}

void MainWindow::createActions() {
    const Actions actions = makeActions();
    enable(actions);
    createMenus(actions);
    createToolBar(actions);
}

void MainWindow::enable(const Actions& actions) {
    LiveBridge& live = m_workbench.live();
    actions.pin->setCheckable(true);
    connect(&live, &LiveBridge::baselineChanged, actions.pin,
            [pin = actions.pin, &live] { pin->setChecked(live.baseline().has_value()); });
    for (QAction* action : {actions.copy, actions.paste, actions.loadMix, actions.saveMix, actions.pin, actions.sweep,
                            actions.report, actions.exportMix}) {
        action->setEnabled(false);
        connect(&m_workbench, &Workbench::modelChanged, action, [action] { action->setEnabled(true); });
    }
    actions.showData->setEnabled(false);
    connect(&m_workbench.data(), &OpenedData::opened, actions.showData,
            [action = actions.showData] { action->setEnabled(true); });
}

void MainWindow::createMenus(const Actions& actions) {
    auto* file = menuBar()->addMenu(u"&File"_s);
    file->addActions({actions.openModel, actions.openData, actions.openDataFile, actions.showData, actions.import,
                      actions.openResults, actions.openSession});
    file->addSeparator();
    file->addActions({actions.loadMix, actions.saveMix});
    file->addSeparator();
    file->addActions({actions.sweep, actions.report, actions.exportMix});
    file->addSeparator();
    file->addAction(actions.quit);
    auto* edit = menuBar()->addMenu(u"&Edit"_s);
    edit->addActions({actions.undo, actions.redo});
    edit->addSeparator();
    edit->addActions({actions.copy, actions.paste});
    edit->addSeparator();
    edit->addAction(actions.pin);
    menuBar()->addMenu(u"&View"_s)->addAction(m_history->toggleViewAction());
    menuBar()->addMenu(u"&Help"_s)->addAction(actions.about);
}

void MainWindow::createToolBar(const Actions& actions) {
    auto* bar = addToolBar(u"Tools"_s);
    bar->setObjectName(u"tools"_s);
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->addActions({actions.openModel, actions.openData, actions.import});
    bar->addSeparator();
    bar->addActions({actions.undo, actions.redo, actions.pin});
    bar->addSeparator();
    bar->addActions({actions.copy, actions.paste, actions.loadMix, actions.saveMix});
    bar->addSeparator();
    bar->addActions({actions.sweep, actions.report, actions.exportMix});
}

void MainWindow::showAbout() {
    auto* box = new QMessageBox(QMessageBox::NoIcon, u"About Bitdesk"_s,
                                u"Bitdesk %1"_s.arg(QStringLiteral(BITDESK_VERSION)), QMessageBox::Ok, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        u"A mixing desk for bit-widths.\n\n"
        "Qt %1 · QCustomPlot %2 · SQLite %3 · LibTorch %4\nBuilt by %5 (%6)\n\n"
        "© 2026 The Bitdesk Developers, GPL-3.0-or-later.\n"
        "This program comes with no warranty."_s.arg(
            QLatin1String(qVersion()), QStringLiteral(QCUSTOMPLOT_VERSION_STR), QLatin1String(sqlite3_libversion()),
            QString::fromStdString(jobs::torchVersion()), QStringLiteral(BITDESK_COMPILER),
            QStringLiteral(BITDESK_BUILD_TYPE)));
    box->open();
}

}  // namespace bitdesk
