// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/report_files.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>

#include "app/gui/file_field.h"
#include "core/report/report.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"
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
    m_base = new FileField(u"reportBase"_s, u"Report, without its ending"_s, u"none"_s);
    m_limits = named(u"failOn"_s, new QLineEdit(this));
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
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // the ending is not chosen yet
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& path) { m_base->setFile(withoutEnding(path)); });
    dialog->open();
}

std::vector<std::string> ReportFiles::limits() const {
    std::vector<std::string> limits;
    for (const QString& part : m_limits->text().split(u';', Qt::SkipEmptyParts))
        if (!part.trimmed().isEmpty()) limits.push_back(part.trimmed().toStdString());
    return limits;
}

}  // namespace bitdesk
