// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What menus, tool bar and drops do.
#include <qcustomplot.h>
#include <sqlite3.h>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMessageBox>
#include <QMimeData>

#include "app/gui/main_window.h"
#include "core/base/atomic_file.h"
#include "core/base/build_info.h"
#include "core/base/error.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk {

void MainWindow::chooseFile(const QString& title, const QString& filter, void (MainWindow::*open)(const QString&)) {
    auto* dialog = new QFileDialog(this, title, QString(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, open);
    dialog->open();
}

void MainWindow::chooseModel() {
    chooseFile(
        QStringLiteral("Open model"),
        QStringLiteral("Models (*.safetensors);;Networks of PyTorch, to be imported (*.pt *.pth);;All files (*)"),
        &MainWindow::openModelOrImport);
}

void MainWindow::saveMix() {
    if (m_model == nullptr) return;
    auto* dialog =
        new QFileDialog(this, QStringLiteral("Save mix"), QStringLiteral("mix.json"), QStringLiteral("Mixes (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        m_background.run(
            SaveMix,
            [path, text = toJson(m_mix.bits(), m_model->network)] {
                writeFileAtomically(path.toStdString(), text);
                return true;
            },
            [](bool) {},
            [this](const QString& message) { showFailure(QStringLiteral("The mix cannot be saved"), message); });
    });
    dialog->open();
}

void MainWindow::loadMix() {
    chooseFile(QStringLiteral("Load mix"), QStringLiteral("Mixes (*.json);;All files (*)"), &MainWindow::openMix);
}

void MainWindow::openMix(const QString& path) {
    if (m_model == nullptr) {
        showFailure(QStringLiteral("The mix cannot be loaded"), QStringLiteral("Open a model first."));
        return;
    }
    m_background.run(
        LoadMix,
        [path = path.toStdString(), model = m_model] {
            return parseBits("@" + path, model->network, model->bits, path);
        },
        [this](const BitConfiguration& bits) { m_mix.set(bits, QStringLiteral("load mix")); },
        [this](const QString& message) { showFailure(QStringLiteral("The mix cannot be loaded"), message); });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.first().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QString path = event->mimeData()->urls().first().toLocalFile();
    event->acceptProposedAction();
    const QFileInfo info(path);
    if (!info.isDir() && info.suffix() == QStringLiteral("safetensors")) openModel(path);
    else if (!info.isDir() && isOfPyTorch(path)) openModelOrImport(path);
    else if (!info.isDir() && info.suffix() == QStringLiteral("json")) openJson(path);
    else openData(path);
}

void MainWindow::copyMix() {
    if (m_model != nullptr) QGuiApplication::clipboard()->setText(QString::fromStdString(toText(m_mix.bits())));
}

void MainWindow::pasteMix() {
    if (m_model == nullptr) return;
    const std::string text = QGuiApplication::clipboard()->text().trimmed().left(4096).toStdString();
    try {
        // A pasted text must not make the program read files.
        if (text.starts_with('@'))
            throw Error(ErrorKind::BadInput, "clipboard", "holds no mix", "Copy something like 4,4,3,2,…");
        m_mix.set(parseBits(text, m_model->network, m_model->bits, "clipboard"), QStringLiteral("paste mix"));
    } catch (const Error& error) {
        showFailure(QStringLiteral("The clipboard holds no mix for this model"), QString::fromStdString(error.what()));
    }
}

void MainWindow::pinBaseline(bool pinned) {
    m_baseline = pinned && m_model != nullptr ? std::optional(m_mix.bits()) : std::nullopt;
    m_tradeOff->setBaseline(m_baseline);
    m_live.pinBaseline(m_baseline);
    // The difference is taken against another mix now.
    if (m_model != nullptr) m_live.submit(m_mix.bits());
}

void MainWindow::showAbout() {
    auto* box =
        new QMessageBox(QMessageBox::NoIcon, QStringLiteral("About Bitdesk"),
                        QStringLiteral("Bitdesk %1").arg(QStringLiteral(BITDESK_VERSION)), QMessageBox::Ok, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(QStringLiteral("A mixing desk for bit-widths.\n\n"
                                           "Qt %1 · QCustomPlot %2 · SQLite %3 · LibTorch %4\nBuilt by %5 (%6)\n\n"
                                           "© 2026 The Bitdesk Developers, GPL-3.0-or-later.\n"
                                           "This program comes with no warranty.")
                                .arg(QLatin1String(qVersion()), QStringLiteral(QCUSTOMPLOT_VERSION_STR),
                                     QLatin1String(sqlite3_libversion()), QString::fromStdString(jobs::torchVersion()),
                                     QStringLiteral(BITDESK_COMPILER), QStringLiteral(BITDESK_BUILD_TYPE)));
    box->open();
}

}  // namespace bitdesk
