// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/report_dialog.h"

#include <QButtonGroup>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>

#include "app/gui/report_files.h"
#include "app/jobs/absolute_name.h"
#include "app/workbench/workbench.h"
#include "core/base/shell_quote.h"
#include "widgets/building_blocks.h"
#include "widgets/theme.h"

namespace bitdesk {

ReportDialog::ReportDialog(Workbench& workbench, std::vector<std::int64_t> selected, QWidget* parent)
    : QDialog(parent), m_workbench(workbench), m_selectedIds(std::move(selected)) {
    setWindowTitle(QStringLiteral("Report"));
    setObjectName(QStringLiteral("reportDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    const auto& baseline = workbench.live().baseline();
    const std::int64_t base = baseline ? workbench.results().idOf(*baseline) : 0,
                       mine = workbench.results().idOf(workbench.mix().bits());
    if (base > 0 && mine > 0 && base != mine) m_inHandIds = {base, mine};
    m_title = named(QStringLiteral("title"), new QLineEdit);
    setHint(*m_title, QStringLiteral("one is made"));
    m_files = new ReportFiles;
    auto* form = new QFormLayout;
    form->addRow(QStringLiteral("Compare"), createChoices());
    form->addRow(QStringLiteral("Title"), m_title);
    form->addRow(QStringLiteral("Limits"), m_files->limitsField());
    form->addRow(QStringLiteral("Write to"), m_files);
    auto* column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(createButtons());
    connect(m_files, &ReportFiles::changed, this, &ReportDialog::followForm);
    followForm();
}

QWidget* ReportDialog::createChoices() {
    m_group = new QButtonGroup(this);
    m_front = addChoice("front", QStringLiteral("the baseline and the front of this model and data set"), true);
    m_selected = addChoice("selected", QStringLiteral("the %1 mixes selected in the history").arg(m_selectedIds.size()),
                           m_selectedIds.size() > 1);
    m_selected->setToolTip(QStringLiteral(
        "Select several rows with Ctrl or Shift; the pinned baseline, else the first, is what they are compared with"));
    m_inHand = addChoice("inHand", QStringLiteral("the mix in hand against the baseline"), !m_inHandIds.empty());
    m_inHand->setToolTip(QStringLiteral("Pin a baseline first; both must be evaluated to the end"));
    (m_selected->isEnabled() ? m_selected : m_front)->setChecked(true);
    return inAColumn({m_front, m_selected, m_inHand});
}

QRadioButton* ReportDialog::addChoice(const char* name, const QString& text, bool possible) {
    auto* choice = named(QLatin1String(name), new QRadioButton(text));
    choice->setEnabled(possible);
    m_group->addButton(choice);
    return choice;
}

QWidget* ReportDialog::createButtons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    m_write = buttons->addButton(QStringLiteral("Write"), QDialogButtonBox::AcceptRole);
    m_copy = buttons->addButton(QStringLiteral("Copy as command line"), QDialogButtonBox::ActionRole);
    m_write->setDefault(true);
    connect(m_write, &QPushButton::clicked, this, [this] {
        write();
        accept();
    });
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(commandLine());
        m_workbench.tell(QStringLiteral("The command line is in the clipboard."));
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
    request.splitName = splitName(set->split());
    request.baseline = m_workbench.live().baseline();
    if (request.ids.empty())
        request.scopes = {{.modelHash = model->hash, .dataHash = set->hash(), .split = request.splitName, .total = 0}};
    m_workbench.results().write(std::move(request), m_files->limits(), m_files->files());
}

}  // namespace bitdesk
