// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/file_fields.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>

#include "core/report/report.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

void open(QFileDialog* dialog, const FileChosen& chosen) {
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog->parent(), chosen);
    dialog->open();
}

/// "rep.html" → "rep": the boxes say which endings there are.
QString withoutEnding(const QString& name) {
    for (const ReportFormat& format : reportFormats()) {
        const QString ending = u'.' + QLatin1String(format.ending);
        if (name.size() > ending.size() && name.endsWith(ending, Qt::CaseInsensitive))
            return name.chopped(ending.size());
    }
    return name;
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

ReportFiles::ReportFiles(QWidget* parent) : QWidget(parent) {
    m_base = new FileField(u"reportBase"_s, u"Report, without its ending"_s, u"none"_s);
    m_limits = named(u"failOn"_s, new QLineEdit);
    setHint(*m_limits, u"drop>0.5pp; slowdown>5%"_s);
    m_limits->setToolTip(u"What no mix of the report may break: drop, slowdown, accuracy, latency, bitops, bytes"_s);
    auto* boxes = new QHBoxLayout;
    for (const ReportFormat& format : reportFormats()) {
        auto* box = named(QLatin1String(format.ending), new QCheckBox(QLatin1String(format.description)));
        box->setToolTip(u"writes NAME.%1"_s.arg(QLatin1String(format.ending)));
        box->setChecked(m_formats.isEmpty());
        boxes->addWidget(box);
        m_formats << box;
        connect(box, &QCheckBox::toggled, this, &ReportFiles::changed);
    }
    boxes->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_base);
    column->addLayout(boxes);
    connect(m_base->addButton(u"Choose…"_s), &QPushButton::clicked, this, &ReportFiles::choose);
    connect(m_base, &FileField::changed, this, &ReportFiles::changed);
}

QStringList ReportFiles::files() const {
    QStringList files;
    const QString base = withoutEnding(m_base->file());
    if (base.isEmpty()) return files;
    for (const QCheckBox* box : m_formats)
        if (box->isChecked()) files << base + u'.' + box->objectName();
    return files;
}

void ReportFiles::choose() {
    auto* dialog = new QFileDialog(this, u"Report"_s, m_base->file());
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // the ending is not chosen yet
    open(dialog, [this](const QString& path) { m_base->setFile(withoutEnding(path)); });
}

std::vector<std::string> ReportFiles::limits() const {
    std::vector<std::string> limits;
    for (const QString& part : m_limits->text().split(u';', Qt::SkipEmptyParts))
        if (!part.trimmed().isEmpty()) limits.push_back(part.trimmed().toStdString());
    return limits;
}

}  // namespace bitdesk
