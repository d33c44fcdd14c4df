// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/file_field.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>

#include "widgets/building_blocks.h"
#include "widgets/theme.h"

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

FileField::FileField(const QString& name, const QString& what, const QString& hint, QWidget* parent)
    : QWidget(parent), m_what(what) {
    m_line = named(name, new QLineEdit, what);
    setHint(*m_line, hint);
    m_row = new QHBoxLayout(this);
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->addWidget(m_line, 1);
    setFocusProxy(m_line);
    connect(m_line, &QLineEdit::textChanged, this, &FileField::changed);
}

QString FileField::file() const { return m_line->text().trimmed(); }
void FileField::setFile(const QString& file) { m_line->setText(file); }

QPushButton* FileField::addButton(const QString& text) {
    auto* button = new QPushButton(text);
    button->setAutoDefault(false);
    m_row->addWidget(button);
    return button;
}

void FileField::addOpen(const QString& text, const QString& filter) {
    connect(addButton(text), &QPushButton::clicked, this,
            [this, filter] { chooseFile(this, m_what, file(), filter, [this](const QString& f) { setFile(f); }); });
}

void FileField::addFolder(const QString& text) {
    connect(addButton(text), &QPushButton::clicked, this,
            [this] { chooseFolder(this, m_what, file(), [this](const QString& folder) { setFile(folder); }); });
}

void FileField::setSaveFilter(const QString& filter, const QString& suffix) {
    m_filter = filter;
    m_suffix = suffix;
}

void FileField::addSave(const QString& text, const QString& filter, const QString& suffix) {
    setSaveFilter(filter, suffix);
    connect(addButton(text), &QPushButton::clicked, this, [this] {
        chooseNewFile(this, m_what, file(), m_filter, m_suffix, [this](const QString& chosen) {
            setFile(chosen);
            emit replacing(chosen);
        });
    });
}

}  // namespace bitdesk
