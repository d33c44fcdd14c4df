// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/file_field.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>

#include "app/gui/choose_file.h"
#include "widgets/theme.h"

namespace bitdesk {

FileField::FileField(const QString& name, const QString& what, const QString& hint, QWidget* parent)
    : QWidget(parent), m_what(what) {
    m_line = new QLineEdit;
    m_line->setObjectName(name);
    m_line->setAccessibleName(what);
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
