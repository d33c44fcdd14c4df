// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What comes from other programs and goes to them.
#include "app/gui/export_dialog.h"
#include "app/gui/main_window.h"
#include "app/gui/make_action.h"

namespace bitdesk {

QList<QAction*> MainWindow::createExchangeActions() {
    auto* exportAction = makeAction(this, "export", QStringLiteral("Export…"),
                                    QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), &MainWindow::showExportDialog);
    m_mixActions << exportAction;
    return {exportAction};
}

void MainWindow::showExportDialog() {
    if (m_model == nullptr) return;
    auto* dialog = new ExportDialog(
        {.model = m_model, .bits = m_mix.bits(), .modelFile = m_modelSpec.toStdString(), .store = m_store.get()}, this);
    dialog->open();
}

}  // namespace bitdesk
