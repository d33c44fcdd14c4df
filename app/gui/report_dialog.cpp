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
#include "app/workbench/absolute_name.h"
#include "app/workbench/workbench.h"
#include "core/base/quoting.h"
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
    m_title = new QLineEdit;
    m_title->setObjectName(QStringLiteral("title"));
    setHint(*m_title, QStringLiteral("one is made"));
    m_files = new ReportFiles;
    m_failOn = new QLineEdit;
    m_failOn->setObjectName(QStringLiteral("failOn"));
    setHint(*m_failOn, QStringLiteral("drop>0.5pp; slowdown>5%"));
    auto* form = new QFormLayout;
    form->addRow(QStringLiteral("Compare"), createChoices());
    form->addRow(QStringLiteral("Title"), m_title);
    form->addRow(QStringLiteral("Limits"), m_failOn);
    form->addRow(QStringLiteral("Write to"), m_files);
    auto* column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(createButtons());
    connect(m_files, &ReportFiles::changed, this, &ReportDialog::followForm);
    followForm();
}

QLayout* ReportDialog::createChoices() {
    m_group = new QButtonGroup(this);
    m_front = addChoice("front", QStringLiteral("the baseline and the front of this model and data set"), true);
    m_selected = addChoice("selected", QStringLiteral("the %1 mixes selected in the history").arg(m_selectedIds.size()),
                           m_selectedIds.size() > 1);
    m_selected->setToolTip(QStringLiteral(
        "Select several rows with Ctrl or Shift; the pinned baseline, else the first, is what they are compared with"));
    m_inHand = addChoice("inHand", QStringLiteral("the mix in hand against the baseline"), !m_inHandIds.empty());
    m_inHand->setToolTip(QStringLiteral("Pin a baseline first; both must be evaluated to the end"));
    (m_selected->isEnabled() ? m_selected : m_front)->setChecked(true);
    auto* column = new QVBoxLayout;
    for (QRadioButton* choice : {m_front, m_selected, m_inHand}) column->addWidget(choice);
    return column;
}

QRadioButton* ReportDialog::addChoice(const char* name, const QString& text, bool possible) {
    auto* choice = new QRadioButton(text);
    choice->setObjectName(QLatin1String(name));
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

WantedReport ReportDialog::wanted() const {
    WantedReport report{
        .ids = {}, .title = m_title->text().trimmed(), .files = m_files->files(), .failOn = limitsIn(m_failOn->text())};
    if (m_selected->isChecked()) report.ids = m_selectedIds;
    if (m_inHand->isChecked()) report.ids = m_inHandIds;
    return report;
}

QString ReportDialog::commandLine() const {
    const WantedReport report = wanted();
    const auto quoted = [](const QString& spec) { return shellQuoted(absoluteName(spec).toStdString()); };
    std::string line = "bitdesk report --db " +
                       quoted(QString::fromStdString(m_workbench.results().store()->path().string())) + " --model " +
                       quoted(m_workbench.modelSpec()) + " --data " + quoted(m_workbench.data().spec());
    for (const std::int64_t id : report.ids) line += " " + std::to_string(id);
    for (const QString& file : report.files) line += " --out " + shellQuoted(file.toStdString());
    if (!report.title.isEmpty()) line += " --title " + shellQuoted(report.title.toStdString());
    for (const std::string& limit : report.failOn) line += " --fail-on " + shellQuoted(limit);
    return QString::fromStdString(line);
}

void ReportDialog::write() {
    const WantedReport report = wanted();
    const auto& model = m_workbench.model();
    const auto& set = m_workbench.data().set();
    if (set == nullptr) return;
    jobs::ReportRequest request;
    request.ids = report.ids;
    request.title = report.title.toStdString();
    request.model = model;
    request.modelFile = absoluteName(m_workbench.modelSpec()).toStdString();
    request.dataSpec = absoluteName(m_workbench.data().spec()).toStdString();
    request.split = splitName(set->split());
    request.baseline = m_workbench.live().baseline();
    if (report.ids.empty())
        request.scopes = {{.modelHash = model->hash, .dataHash = set->hash(), .split = request.split, .total = 0}};
    m_workbench.results().write(std::move(request), report.failOn, report.files);
}

}  // namespace bitdesk
