// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/report_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>

#include "app/gui/file_fields.h"
#include "app/jobs/named_files.h"
#include "app/workbench/workbench.h"
#include "core/base/quoting.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

ReportDialog::ReportDialog(Workbench& workbench, std::vector<std::int64_t> selected, QWidget* parent)
    : QDialog(parent), m_workbench(workbench), m_selectedIds(std::move(selected)) {
    setWindowTitle(u"Report"_s);
    setObjectName(u"reportDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    const auto& baseline = workbench.live().baseline();
    const std::int64_t base = baseline ? workbench.results().idOf(*baseline) : 0,
                       mine = workbench.results().idOf(workbench.mix().bits());
    if (base > 0 && mine > 0 && base != mine) m_inHandIds = {base, mine};
    m_title = named(u"title"_s, new QLineEdit);
    setHint(*m_title, u"one is made"_s);
    m_files = new ReportFiles;
    auto* form = new QFormLayout;
    form->addRow(u"Compare"_s, createChoices());
    form->addRow(u"Title"_s, m_title);
    form->addRow(u"Limits"_s, m_files->limitsField());
    form->addRow(u"Write to"_s, m_files);
    auto* column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(createButtons());
    connect(m_files, &ReportFiles::changed, this, &ReportDialog::followForm);
    followForm();
}

QWidget* ReportDialog::createChoices() {
    m_front = addChoice("front", u"the baseline and the front of this model and data set"_s, true);
    m_selected = addChoice("selected", u"the %1 mixes selected in the history"_s.arg(m_selectedIds.size()),
                           m_selectedIds.size() > 1);
    m_selected->setToolTip(
        u"Select several rows with Ctrl or Shift; the pinned baseline, else the first, is what they are compared with"_s);
    m_inHand = addChoice("inHand", u"the mix in hand against the baseline"_s, !m_inHandIds.empty());
    m_inHand->setToolTip(u"Pin a baseline first; both must be evaluated to the end"_s);
    (m_selected->isEnabled() ? m_selected : m_front)->setChecked(true);
    return inAColumn({m_front, m_selected, m_inHand});
}

QRadioButton* ReportDialog::addChoice(const char* name, const QString& text, bool possible) {
    auto* choice = named(QLatin1String(name), new QRadioButton(text));
    choice->setEnabled(possible);
    return choice;
}

QWidget* ReportDialog::createButtons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    m_write = buttons->addButton(u"Write"_s, QDialogButtonBox::AcceptRole);
    m_copy = buttons->addButton(u"Copy as command line"_s, QDialogButtonBox::ActionRole);
    m_write->setDefault(true);
    connect(m_write, &QPushButton::clicked, this, [this] {
        write();
        accept();
    });
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(commandLine());
        m_workbench.tell(u"The command line is in the clipboard."_s);
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

void ReportDialog::followForm() {
    const bool any = !m_files->files().isEmpty();
    m_write->setEnabled(any);
    m_copy->setEnabled(any);
}

std::vector<std::int64_t> ReportDialog::ids() const {
    if (m_selected->isChecked()) return m_selectedIds;
    return m_inHand->isChecked() ? m_inHandIds : std::vector<std::int64_t>();
}

QString ReportDialog::commandLine() const {
    const auto quoted = [](const std::string& spec) { return shellQuoted(jobs::absoluteName(spec)); };
    std::string line = "bitdesk report --db " + quoted(m_workbench.results().store()->path().string()) + " --model " +
                       quoted(m_workbench.modelSpec().toStdString()) + " --data " +
                       quoted(m_workbench.data().spec().toStdString());
    for (const std::int64_t id : ids()) line += " " + std::to_string(id);
    for (const QString& file : m_files->files()) line += " --out " + shellQuoted(file.toStdString());
    if (const std::string title = m_title->text().trimmed().toStdString(); !title.empty())
        line += " --title " + shellQuoted(title);
    for (const std::string& limit : m_files->limits()) line += " --fail-on " + shellQuoted(limit);
    return QString::fromStdString(line);
}

void ReportDialog::write() {
    const auto& model = m_workbench.model();
    const auto& set = m_workbench.data().set();
    if (set == nullptr) return;
    jobs::ReportRequest request;
    request.ids = ids();
    request.title = m_title->text().trimmed().toStdString();
    request.model = model;
    request.modelFile = jobs::absoluteName(m_workbench.modelSpec().toStdString());
    request.dataSpec = jobs::absoluteName(m_workbench.data().spec().toStdString());
    request.split = splitName(set->split());
    request.baseline = m_workbench.live().baseline();
    if (request.ids.empty())
        request.scopes = {{.modelHash = model->hash, .dataHash = set->hash(), .split = request.split, .total = 0}};
    m_workbench.results().write(std::move(request), m_files->limits(), m_files->files());
}

}  // namespace bitdesk
