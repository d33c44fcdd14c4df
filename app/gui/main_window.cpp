// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/main_window.h"

#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QUrl>

#include "app/gui/console_panel.h"
#include "app/gui/data_dialog.h"
#include "app/gui/export_dialog.h"
#include "app/gui/file_fields.h"
#include "app/gui/history_panel.h"
#include "app/gui/import_dialog.h"
#include "app/gui/report_dialog.h"
#include "app/gui/status_panel.h"
#include "app/gui/sweep_dialog.h"
#include "app/workbench/workbench.h"
#include "widgets/format.h"

namespace bitdesk {
namespace {

bool isToBeImported(const QString& path) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    return suffix == u"pt"_s || suffix == u"pth"_s || suffix == u"onnx"_s;
}

/// A report tells what it is in its first key; any other JSON is taken for a mix.
bool isReport(const QString& path) {
    constexpr qint64 kHead = 200;
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && file.read(kHead).contains("\"bitdesk_report\"");
}

}  // namespace

MainWindow::MainWindow(Workbench& workbench, QWidget* parent) : QMainWindow(parent), m_workbench(workbench) {
    setWindowTitle(u"Bitdesk"_s);
    setAcceptDrops(true);
    setCentralWidget(new ConsolePanel(workbench));
    m_history = new HistoryPanel(workbench);
    addDockWidget(Qt::LeftDockWidgetArea, m_history);
    resizeDocks({m_history}, {300}, Qt::Horizontal);
    createActions();
    auto* status = new StatusPanel(workbench);
    setStatusBar(status);
    connect(status, &StatusPanel::dataClicked, this, [this] {
        if (m_workbench.data().set() != nullptr) showDataDialog();
        else chooseData();
    });
    connect(&workbench, &Workbench::modelChanged, this, [this] {
        const QString mark = quantizationNote(m_workbench).isEmpty() ? QString() : u" (not meta-quantized)"_s;
        setWindowTitle(u"%1%2 – Bitdesk"_s.arg(shownText(m_workbench.model()->name), mark));
    });
    connect(&workbench, &Workbench::failed, this, &MainWindow::showFailure);
    connect(&workbench, &Workbench::written, this, &MainWindow::showWritten);
    connect(&workbench.results(), &Results::notStored, this, [this](const Error& error) {
        showFailure(u"The results database cannot be used"_s,
                    QString::fromUtf8(error.what()) + u"\n\nResults are not stored."_s);
    });
    resize(1280, 760);
    restoreGeometry(QSettings().value(u"geometry"_s).toByteArray());
    workbench.begin();
}

/// The dialogs go with the window; their jobs must not wait for another program's lock then.
MainWindow::~MainWindow() { m_workbench.results().stopWaiting(); }

void MainWindow::chooseModel() {
    chooseFile(this, u"Open model"_s, {},
               u"Models (*.safetensors);;Networks to be imported (*.onnx *.pt *.pth);;All files (*)"_s,
               [this](const QString& path) { openModelOrImport(path); });
}

void MainWindow::chooseData() {
    chooseFolder(this, u"Open data set: a folder of images, or of CIFAR or IDX files"_s, {},
                 [this](const QString& path) { m_workbench.data().open(path); });
}

void MainWindow::openModelOrImport(const QString& path) {
    if (isToBeImported(path)) showImportDialog(path);
    else m_workbench.openModel(path);
}

void MainWindow::openPath(const QString& path) {
    const QFileInfo info(path);
    const QString suffix = info.isDir() ? QString() : info.suffix();
    if (suffix == u"safetensors"_s || (!info.isDir() && isToBeImported(path))) openModelOrImport(path);
    else if (suffix != u"json"_s) m_workbench.data().open(path);
    else if (isReport(path)) m_workbench.openSession(path);
    else m_workbench.mix().load(path);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.first().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    openPath(event->mimeData()->urls().first().toLocalFile());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    QSettings().setValue(u"geometry"_s, saveGeometry());
    QMainWindow::closeEvent(event);
}

void MainWindow::saveMix() {
    chooseNewFile(this, u"Save mix"_s, u"mix.json"_s, u"Mixes (*.json)"_s, u"json"_s,
                  [this](const QString& path) { m_workbench.mix().save(path); });
}

/// Not modal. The data set that it shows stays, whatever is opened meanwhile.
void MainWindow::showDataDialog() {
    const OpenedData& opened = m_workbench.data();
    if (opened.set() == nullptr) return;
    delete findChild<DataDialog*>();
    (new DataDialog(opened.set(), opened.spec(), opened.request(), this))->show();
}

void MainWindow::showSweepDialog() {
    if (m_workbench.model() != nullptr && m_workbench.data().set() != nullptr)
        (new SweepDialog(m_workbench, this))->open();
}

void MainWindow::showReportDialog() {
    if (m_workbench.model() != nullptr && m_workbench.results().store() != nullptr)
        (new ReportDialog(m_workbench, m_history->selectedIds(), this))->open();
}

void MainWindow::showExportDialog() {
    if (m_workbench.model() != nullptr) (new ExportDialog(m_workbench, this))->open();
}

/// Not modal: an import may take its time, and mixing goes on.
void MainWindow::showImportDialog(const QString& file) {
    auto* dialog = findChild<ImportDialog*>();
    if (dialog == nullptr) dialog = new ImportDialog(m_workbench, this);
    if (!file.isEmpty() && !dialog->running()) dialog->setSource(file);
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
}

void MainWindow::showFailure(const QString& title, const QString& message) {
    showBox(new QMessageBox(QMessageBox::Warning, title, title, QMessageBox::Ok, this), message);
}

void MainWindow::showWritten(const QString& title, const QString& summary, const QStringList& files) {
    auto* box = new QMessageBox(QMessageBox::Information, title, title, QMessageBox::Ok, this);
    box->setEscapeButton(QMessageBox::Ok);
    if (!files.isEmpty()) {
        const auto offer = [&](const QString& text, const QString& target) {
            auto* button = box->addButton(text, QMessageBox::ActionRole);
            connect(button, &QPushButton::clicked, box,
                    [target] { QDesktopServices::openUrl(QUrl::fromLocalFile(target)); });
        };
        offer(u"Open"_s, files.front());
        offer(u"Show folder"_s, QFileInfo(files.front()).absolutePath());
    }
    showBox(box, files.isEmpty() ? summary : summary + u"\n\n"_s + files.join(u'\n'));
}

/// One at a time: a new message closes the one before.
void MainWindow::showBox(QMessageBox* box, const QString& message) {
    if (m_message != nullptr) m_message->close();
    m_message = box;
    m_message->setAttribute(Qt::WA_DeleteOnClose);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setInformativeText(message);
    connect(m_message, &QObject::destroyed, this, [this](QObject* gone) {
        if (gone == m_message) m_message = nullptr;
    });
    m_message->open();
}

}  // namespace bitdesk
