// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/choose_file.h"

#include <QFileDialog>

namespace bitdesk {
namespace {

void open(QFileDialog* dialog, const FileChosen& chosen) {
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog->parent(), chosen);
    dialog->open();
}

}  // namespace

void chooseFile(QWidget* parent, const QString& title, const QString& start, const QString& filter,
                const FileChosen& chosen) {
    auto* dialog = new QFileDialog(parent, title, start, filter);
    dialog->setFileMode(QFileDialog::ExistingFile);
    open(dialog, chosen);
}

void chooseFolder(QWidget* parent, const QString& title, const QString& start, const FileChosen& chosen) {
    auto* dialog = new QFileDialog(parent, title, start);
    dialog->setFileMode(QFileDialog::Directory);
    open(dialog, chosen);
}

void chooseNewFile(QWidget* parent, const QString& title, const QString& start, const QString& filter,
                   const QString& suffix, const FileChosen& chosen) {
    auto* dialog = new QFileDialog(parent, title, start, filter);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    open(dialog, chosen);
}

}  // namespace bitdesk
