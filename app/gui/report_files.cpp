// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/report_files.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>

#include "core/report/report.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

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

ReportFiles::ReportFiles(QWidget* parent) : QWidget(parent) {
    m_base = new QLineEdit;
    m_base->setObjectName(QStringLiteral("reportBase"));
    setHint(*m_base, QStringLiteral("none"));
    m_base->setAccessibleName(QStringLiteral("Report, without its ending"));
    auto* browse = new QPushButton(QStringLiteral("Choose…"));
    browse->setAutoDefault(false);
    auto* line = new QHBoxLayout;
    line->addWidget(m_base, 1);
    line->addWidget(browse);
    auto* boxes = new QHBoxLayout;
    for (const ReportFormat& format : reportFormats()) {
        auto* box = new QCheckBox(QLatin1String(format.description));
        box->setObjectName(QLatin1String(format.ending));
        box->setToolTip(QStringLiteral("writes NAME.%1").arg(QLatin1String(format.ending)));
        box->setChecked(m_formats.isEmpty());
        boxes->addWidget(box);
        m_formats << box;
        connect(box, &QCheckBox::toggled, this, &ReportFiles::changed);
    }
    boxes->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(line);
    column->addLayout(boxes);
    connect(browse, &QPushButton::clicked, this, &ReportFiles::choose);
    connect(m_base, &QLineEdit::textChanged, this, &ReportFiles::changed);
}

QStringList ReportFiles::files() const {
    QStringList files;
    const QString base = withoutEnding(m_base->text().trimmed());
    if (base.isEmpty()) return files;
    for (const QCheckBox* box : m_formats)
        if (box->isChecked()) files << base + u'.' + box->objectName();
    return files;
}

void ReportFiles::setBase(const QString& base) { m_base->setText(base); }

QCheckBox* ReportFiles::format(const char* ending) const {
    for (QCheckBox* box : m_formats)
        if (box->objectName() == QLatin1String(ending)) return box;
    return nullptr;
}

void ReportFiles::choose() {
    auto* dialog = new QFileDialog(this, QStringLiteral("Report"), m_base->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // the ending is not chosen yet
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& path) { m_base->setText(withoutEnding(path)); });
    dialog->open();
}

}  // namespace bitdesk
