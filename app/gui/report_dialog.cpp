// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/report_dialog.h"

#include <QButtonGroup>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>

#include "app/gui/report_files.h"
#include "app/gui/sweep_dialog.h"
#include "core/base/shell_quote.h"
#include "widgets/theme.h"

namespace bitdesk {

ReportDialog::ReportDialog(ReportChoices choices, QWidget* parent) : QDialog(parent), m_choices(std::move(choices)) {
    setWindowTitle(QStringLiteral("Report"));
    setObjectName(QStringLiteral("reportDialog"));
    m_group = new QButtonGroup(this);
    m_front = addChoice("front", QStringLiteral("the baseline and the front of this model and data set"), true);
    m_selected =
        addChoice("selected", QStringLiteral("the %1 mixes selected in the history").arg(m_choices.selected.size()),
                  m_choices.selected.size() > 1);
    m_selected->setToolTip(QStringLiteral(
        "Select several rows with Ctrl or Shift; the pinned baseline, else the first, is what they are compared with"));
    m_inHand = addChoice("inHand", QStringLiteral("the mix in hand against the baseline"), !m_choices.inHand.empty());
    m_inHand->setToolTip(QStringLiteral("Pin a baseline first; both must be evaluated to the end"));
    (m_selected->isEnabled() ? m_selected : m_front)->setChecked(true);
    auto* choicesColumn = new QVBoxLayout;
    for (QRadioButton* choice : {m_front, m_selected, m_inHand}) choicesColumn->addWidget(choice);
    m_title = new QLineEdit;
    m_title->setObjectName(QStringLiteral("title"));
    setHint(*m_title, QStringLiteral("one is made"));
    m_files = new ReportFiles;
    m_failOn = new QLineEdit;
    m_failOn->setObjectName(QStringLiteral("failOn"));
    setHint(*m_failOn, QStringLiteral("drop>0.5pp; slowdown>5%"));
    auto* form = new QFormLayout;
    form->addRow(QStringLiteral("Compare"), choicesColumn);
    form->addRow(QStringLiteral("Title"), m_title);
    form->addRow(QStringLiteral("Limits"), m_failOn);
    form->addRow(QStringLiteral("Write to"), m_files);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    m_write = buttons->addButton(QStringLiteral("Write"), QDialogButtonBox::AcceptRole);
    m_copy = buttons->addButton(QStringLiteral("Copy as command line"), QDialogButtonBox::ActionRole);
    m_write->setDefault(true);
    auto* column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(buttons);
    connect(m_write, &QPushButton::clicked, this, [this] {
        emit writeWanted(wanted());
        accept();
    });
    connect(m_copy, &QPushButton::clicked, this, [this] { emit commandLineWanted(commandLine()); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_files, &ReportFiles::changed, this, &ReportDialog::update);
    update();
}

QRadioButton* ReportDialog::addChoice(const char* name, const QString& text, bool possible) {
    auto* choice = new QRadioButton(text);
    choice->setObjectName(QLatin1String(name));
    choice->setEnabled(possible);
    m_group->addButton(choice);
    return choice;
}

void ReportDialog::update() {
    const bool any = !m_files->files().isEmpty();
    m_write->setEnabled(any);
    m_copy->setEnabled(any);
}

WantedReport ReportDialog::wanted() const {
    WantedReport report{
        .ids = {}, .title = m_title->text().trimmed(), .files = m_files->files(), .failOn = limitsIn(m_failOn->text())};
    if (m_selected->isChecked()) report.ids = m_choices.selected;
    if (m_inHand->isChecked()) report.ids = m_choices.inHand;
    return report;
}

QString ReportDialog::commandLine() const {
    const WantedReport report = wanted();
    std::string line = m_choices.command.toStdString();
    for (const std::int64_t id : report.ids) line += " " + std::to_string(id);
    for (const QString& file : report.files) line += " --out " + shellQuoted(file.toStdString());
    if (!report.title.isEmpty()) line += " --title " + shellQuoted(report.title.toStdString());
    for (const std::string& limit : report.failOn) line += " --fail-on " + shellQuoted(limit);
    return QString::fromStdString(line);
}

}  // namespace bitdesk
