// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What comes from other programs and goes to them.
#include "app/gui/export_dialog.h"
#include "app/gui/import_dialog.h"
#include "app/gui/main_window.h"
#include "app/gui/make_action.h"

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

void MainWindow::showExportDialog() {
    if (m_model == nullptr) return;
    auto* dialog = new ExportDialog(
        {.model = m_model, .bits = m_mix.bits(), .modelFile = m_modelSpec.toStdString(), .store = m_store.get()}, this);
    dialog->open();
}

}  // namespace bitdesk
