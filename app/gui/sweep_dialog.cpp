// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/sweep_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include "app/gui/report_files.h"
#include "widgets/theme.h"

namespace bitdesk {

std::vector<std::string> limitsIn(const QString& text) {
    std::vector<std::string> limits;
    for (const QString& part : text.split(u';', Qt::SkipEmptyParts))
        if (!part.trimmed().isEmpty()) limits.push_back(part.trimmed().toStdString());
    return limits;
}

SweepDialog::SweepDialog(SweepSubject subject, QWidget* parent) : QDialog(parent), m_subject(std::move(subject)) {
    setWindowTitle(QStringLiteral("Sweep"));
    setObjectName(QStringLiteral("sweepDialog"));
    m_limit = new QSpinBox;
    m_limit->setObjectName(QStringLiteral("limit"));
    m_limit->setRange(0, static_cast<int>(std::min<std::int64_t>(m_subject.images, 2'000'000'000)));
    m_limit->setSpecialValueText(QStringLiteral("all %1").arg(m_subject.images));
    m_limit->setToolTip(QStringLiteral("The first images of the fixed random order"));
    m_latency = new QComboBox;
    m_latency->setObjectName(QStringLiteral("latency"));
    m_latency->addItem(QStringLiteral("of the mixes on the front"), QStringLiteral("front"));
    m_latency->addItem(QStringLiteral("of all mixes"), QStringLiteral("all"));
    m_latency->addItem(QStringLiteral("of none"), QStringLiteral("none"));
    m_latency->setToolTip(
        QStringLiteral("Measured when all accuracies are known, in turns with the baseline. Nothing "
                       "else computes meanwhile."));
    m_report = new ReportFiles;
    m_failOn = new QLineEdit;
    m_failOn->setObjectName(QStringLiteral("failOn"));
    setHint(*m_failOn, QStringLiteral("drop>0.5pp; slowdown>5%"));
    m_failOn->setToolTip(
        QStringLiteral("What no mix of the report may break: drop, slowdown, accuracy, latency, bitops, bytes"));
    m_size = new QLabel;
    m_size->setObjectName(QStringLiteral("size"));
    m_size->setWordWrap(true);
    auto* form = new QFormLayout;
    form->addRow(QStringLiteral("Mixes"), createConfigurations());
    form->addRow(QStringLiteral("Images"), m_limit);
    form->addRow(QStringLiteral("Latency"), m_latency);
    form->addRow(QStringLiteral("Report"), m_report);
    form->addRow(QStringLiteral("Limits"), m_failOn);
    form->addRow(QString(), m_size);
    auto* column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(createButtons());
    connect(m_limit, &QSpinBox::valueChanged, this, &SweepDialog::update);
    connect(m_report, &ReportFiles::changed, this, &SweepDialog::update);
    update();
    m_run->setFocus();
}

QWidget* SweepDialog::createConfigurations() {
    m_uniform = new QCheckBox(QStringLiteral("uniform: all layers at each width"));
    m_uniform->setObjectName(QStringLiteral("uniform"));
    m_uniform->setChecked(true);
    m_random = new QCheckBox(QStringLiteral("random:"));
    m_random->setObjectName(QStringLiteral("random"));
    m_random->setChecked(true);
    m_count = new QSpinBox;
    m_count->setObjectName(QStringLiteral("count"));
    m_count->setRange(1, 1'000'000);
    m_count->setValue(100);
    m_seed = new QSpinBox;
    m_seed->setRange(0, 2'000'000'000);
    m_seed->setPrefix(QStringLiteral("seed "));
    if (m_subject.model.startsWith(QStringLiteral("random:"))) {
        m_seed->setEnabled(false);
        m_seed->setToolTip(QStringLiteral("It would be the seed of this model's weights, too"));
    }
    m_inHand = new QCheckBox(QStringLiteral("the mix in hand"));
    m_inHand->setObjectName(QStringLiteral("inHand"));
    m_inHand->setChecked(true);
    m_file = new QLineEdit;
    m_file->setObjectName(QStringLiteral("mixFile"));
    setHint(*m_file, QStringLiteral("a file: one mix a line, or JSON"));
    m_file->setAccessibleName(QStringLiteral("File of mixes"));
    auto* choose = new QPushButton(QStringLiteral("Choose…"));
    choose->setAutoDefault(false);
    auto* random = new QHBoxLayout;
    random->addWidget(m_random);
    random->addWidget(m_count);
    random->addWidget(m_seed);
    random->addStretch();
    auto* file = new QHBoxLayout;
    file->addWidget(m_file, 1);
    file->addWidget(choose);
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_uniform);
    column->addLayout(random);
    column->addWidget(m_inHand);
    column->addLayout(file);
    for (QCheckBox* each : {m_uniform, m_random, m_inHand})
        connect(each, &QCheckBox::toggled, this, &SweepDialog::update);
    connect(m_count, &QSpinBox::valueChanged, this, &SweepDialog::update);
    connect(m_file, &QLineEdit::textChanged, this, &SweepDialog::update);
    connect(choose, &QPushButton::clicked, this, &SweepDialog::chooseFile);
    return box;
}

QWidget* SweepDialog::createButtons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    m_run = buttons->addButton(QStringLiteral("Run"), QDialogButtonBox::AcceptRole);
    m_copy = buttons->addButton(QStringLiteral("Copy as command line"), QDialogButtonBox::ActionRole);
    m_save = buttons->addButton(QStringLiteral("Save as batch file…"), QDialogButtonBox::ActionRole);
    m_run->setDefault(true);
    connect(m_run, &QPushButton::clicked, this, [this] {
        emit runWanted(batch());
        accept();
    });
    connect(m_copy, &QPushButton::clicked, this, [this] { emit commandLineWanted(batch()); });
    connect(m_save, &QPushButton::clicked, this, [this] { emit fileWanted(batch()); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

void SweepDialog::chooseFile() {
    auto* dialog = new QFileDialog(this, QStringLiteral("File of mixes"), m_file->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

std::vector<std::string> SweepDialog::words() const {
    std::vector<std::string> words;
    if (m_uniform->isChecked()) words.emplace_back("uniform");
    if (m_inHand->isChecked()) words.push_back(toText(m_subject.mix));
    if (m_random->isChecked()) words.push_back("random:" + std::to_string(m_count->value()));
    if (const QString file = m_file->text().trimmed(); !file.isEmpty()) words.push_back(file.toStdString());
    return words;
}

jobs::Batch SweepDialog::batch() const {
    jobs::Batch batch;
    batch.db = m_subject.database.toStdString();
    batch.device = m_subject.device.toStdString();
    batch.threads = m_subject.threads;
    jobs::SweepSpec sweep;
    sweep.model = m_subject.model.toStdString();
    sweep.data = m_subject.data.toStdString();
    sweep.split = m_subject.split.toStdString();
    sweep.configurations = words();
    sweep.seed = static_cast<std::uint64_t>(m_seed->value());
    sweep.limit = m_limit->value();
    sweep.latency = jobs::parseLatencyOf(m_latency->currentData().toString().toStdString(), "latency");
    batch.sweeps.push_back(std::move(sweep));
    if (const QStringList files = m_report->files(); !files.isEmpty()) {
        jobs::ReportSpec report;
        for (const QString& file : files) report.files.push_back(file.toStdString());
        report.failOn = limitsIn(m_failOn->text());
        batch.reports.push_back(std::move(report));
    }
    return batch;
}

void SweepDialog::update() {
    const bool any = !words().empty();
    for (QPushButton* button : {m_run, m_copy, m_save}) button->setEnabled(any);
    m_count->setEnabled(m_random->isChecked());
    m_failOn->setEnabled(!m_report->files().isEmpty());
    const std::int64_t images = m_limit->value() > 0 ? m_limit->value() : m_subject.images;
    const std::int64_t mixes = (m_random->isChecked() ? m_count->value() : 0) +
                               (m_uniform->isChecked() ? m_subject.widths : 0) + (m_inHand->isChecked() ? 1 : 0);
    constexpr double kMiB = 1048576;
    QString text =
        any ? QStringLiteral(
                  "About %1 mixes%2 on %L3 images; the database grows by about %L4 MiB. What is stored already is not "
                  "computed again.")
                  .arg(mixes)
                  .arg(m_file->text().trimmed().isEmpty() ? QString() : QStringLiteral(" and those of the file"))
                  .arg(images)
                  .arg(static_cast<double>(jobs::storedBytes(mixes, images)) / kMiB, 0, 'f', 1)
            : QStringLiteral("Choose some mixes.");
    m_size->setText(text);
}

}  // namespace bitdesk
