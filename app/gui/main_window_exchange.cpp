// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What comes from other programs and goes to them.
#include <QFileInfo>
#include <QLabel>

#include "app/gui/export_dialog.h"
#include "app/gui/import_dialog.h"
#include "app/gui/main_window.h"
#include "app/gui/make_action.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

QList<QAction*> MainWindow::createExchangeActions() {
    auto* exportAction = makeAction(this, "export", QStringLiteral("Export…"),
                                    QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), &MainWindow::showExportDialog);
    auto* importAction = makeAction(this, "import", QStringLiteral("Import…"), QKeySequence(Qt::CTRL | Qt::Key_I),
                                    [this] { showImportDialog(); });
    m_mixActions << exportAction;
    return {exportAction, importAction};
}

/// Not modal: an import may take its time, and mixing goes on.
void MainWindow::showImportDialog(const QString& file) {
    auto* dialog = findChild<ImportDialog*>();
    if (dialog == nullptr) {
        dialog = new ImportDialog({.model = m_model,
                                   .data = m_dataSpec,
                                   .dataShape = m_data != nullptr ? std::optional(m_data->shape()) : std::nullopt,
                                   .arbiter = &m_arbiter},
                                  this);
        connect(dialog, &ImportDialog::modelWanted, this, &MainWindow::openModel);
    }
    if (!file.isEmpty() && !dialog->running()) dialog->setSource(file);
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
}

void MainWindow::openModelOrImport(const QString& path) {
    if (isOfPyTorch(path)) showImportDialog(path);
    else openModel(path);
}

bool MainWindow::isOfPyTorch(const QString& path) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    return suffix == QStringLiteral("pt") || suffix == QStringLiteral("pth");
}

/// A model whose weights were trained as floats is marked by its name.
void MainWindow::showModelStatus() {
    std::string quantization;
    if (m_model != nullptr && m_model->provenance.contains("quantization"))
        quantization = m_model->provenance.at("quantization");
    m_statusModel->setVisible(!quantization.empty());
    m_statusModel->setText(QString::fromLatin1(jobs::kNotMetaQuantized));
    m_statusModel->setToolTip(toolTipOf(QStringLiteral("%1: %2").arg(
        m_model != nullptr ? shownText(m_model->name) : QString(), shownText(quantization))));
    setTextColour(*m_statusModel, Theme::of(palette()).warning);
    if (m_model == nullptr) return;
    const QString mark = quantization.empty() ? QString() : QStringLiteral(" (not meta-quantized)");
    setWindowTitle(QStringLiteral("%1%2 – Bitdesk").arg(shownText(m_model->name), mark));
}

void MainWindow::showExportDialog() {
    if (m_model == nullptr) return;
    auto* dialog = new ExportDialog(
        {.model = m_model, .bits = m_mix.bits(), .modelFile = m_modelSpec.toStdString(), .store = m_store.get()}, this);
    dialog->open();
}

}  // namespace bitdesk
