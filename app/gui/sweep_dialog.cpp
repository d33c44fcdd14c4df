// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/sweep_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "app/gui/file_fields.h"
#include "app/gui/window_settings.h"
#include "app/jobs/named_files.h"
#include "app/workbench/workbench.h"
#include "core/network/bit_configuration.h"
#include "widgets/building_blocks.h"
#include "widgets/format.h"

namespace bitdesk {

SweepDialog::SweepDialog(Workbench& workbench, QWidget* parent)
    : QDialog(parent),
      m_workbench(workbench),
      m_mix(workbench.mix().bits()),
      m_widths(std::ssize(workbench.model()->bits)),
      m_images(workbench.data().set()->size()) {
    if (const auto& store = workbench.results().store(); store != nullptr)
        m_open.db = jobs::absoluteName(store->path().string());
    m_open.device = workbench.startup().device.toStdString();
    m_open.threads = workbench.startup().threads;
    jobs::SweepSpec& sweep = m_open.sweeps.emplace_back();
    sweep.model = jobs::absoluteName(workbench.modelSpec().toStdString());
    sweep.data = jobs::absoluteName(workbench.data().spec().toStdString());
    sweep.split = splitName(workbench.data().set()->split());
    setWindowTitle(u"Sweep"_s);
    setObjectName(u"sweepDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    auto* form = new QFormLayout;
    form->addRow(u"Mixes"_s, createConfigurations());
    addMeasures(*form);
    auto* buttons = createButtons();
    auto* column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(buttons);
    followForm();
    m_actions.front()->setFocus();
}

void SweepDialog::addMeasures(QFormLayout& form) {
    m_limit = field(jobs::kLimitSetting, m_open.sweeps.front().limit);
    m_limit->setMaximum(static_cast<int>(std::min<std::int64_t>(m_images, m_limit->maximum())));
    m_limit->setSpecialValueText(u"all %1"_s.arg(m_images));
    m_limit->setToolTip(u"The first images of the fixed random order"_s);
    m_latency = named(u"latency"_s, new QComboBox);
    m_latency->addItem(u"of the mixes on the front"_s, u"front"_s);
    m_latency->addItem(u"of all mixes"_s, u"all"_s);
    m_latency->addItem(u"of none"_s, u"none"_s);
    m_latency->setToolTip(
        u"Measured when all accuracies are known, in turns with the baseline. Nothing "
        "else computes meanwhile."_s);
    m_report = new ReportFiles;
    m_size = named(u"size"_s, new QLabel);
    m_size->setWordWrap(true);
    form.addRow(u"Images"_s, m_limit);
    form.addRow(u"Latency"_s, m_latency);
    form.addRow(u"Report"_s, m_report);
    form.addRow(u"Limits"_s, m_report->limitsField());
    form.addRow(QString(), m_size);
    connect(m_limit, &QSpinBox::valueChanged, this, &SweepDialog::followForm);
    connect(m_report, &ReportFiles::changed, this, &SweepDialog::followForm);
}

QWidget* SweepDialog::createConfigurations() {
    m_uniform = named(u"uniform"_s, new QCheckBox(u"uniform: all layers at each width"_s));
    m_random = named(u"random"_s, new QCheckBox(u"random:"_s));
    m_inHand = named(u"inHand"_s, new QCheckBox(u"the mix in hand"_s));
    m_count = named(u"count"_s, new QSpinBox);
    m_count->setRange(1, kMostConfigurations);
    m_count->setValue(100);
    m_seed = field(jobs::kSeedSetting, m_open.sweeps.front().seed);
    m_seed->setPrefix(u"seed "_s);
    if (m_open.sweeps.front().model.starts_with("random:")) {
        m_seed->setEnabled(false);
        m_seed->setToolTip(u"It would be the seed of this model's weights, too"_s);
    }
    m_file = new FileField(u"mixFile"_s, u"File of mixes"_s, u"a file: one mix a line, or JSON"_s);
    m_file->addOpen(u"Choose…"_s, QString());
    for (QCheckBox* each : {m_uniform, m_random, m_inHand}) {
        each->setChecked(true);
        connect(each, &QCheckBox::toggled, this, &SweepDialog::followForm);
    }
    connect(m_count, &QSpinBox::valueChanged, this, &SweepDialog::followForm);
    connect(m_file, &FileField::changed, this, &SweepDialog::followForm);
    return inAColumn({m_uniform, inARow({m_random, m_count, m_seed}), m_inHand, m_file});
}

QWidget* SweepDialog::createButtons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    const auto add = [&](const QString& text, QDialogButtonBox::ButtonRole role, void (SweepDialog::*slot)()) {
        auto* button = buttons->addButton(text, role);
        connect(button, &QPushButton::clicked, this, slot);
        m_actions << button;
    };
    add(u"Run"_s, QDialogButtonBox::AcceptRole, &SweepDialog::run);
    add(u"Copy as command line"_s, QDialogButtonBox::ActionRole, &SweepDialog::copy);
    add(u"Save as batch file…"_s, QDialogButtonBox::ActionRole, &SweepDialog::save);
    m_actions.front()->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

void SweepDialog::run() {
    m_workbench.sweep().run(batch(), m_workbench.model()->hash);
    accept();
}

void SweepDialog::copy() {
    QGuiApplication::clipboard()->setText(QString::fromStdString(jobs::toCommandLine(batch())));
    m_workbench.tell(u"The command line is in the clipboard."_s);
}

void SweepDialog::save() {
    chooseNewFile(parentWidget(), u"Save batch file"_s, u"night.json"_s, u"Batch files (*.json)"_s, u"json"_s,
                  [&sweep = m_workbench.sweep(), batch = batch()](const QString& path) { sweep.save(batch, path); });
}

std::vector<std::string> SweepDialog::words() const {
    std::vector<std::string> words;
    if (m_uniform->isChecked()) words.emplace_back("uniform");
    if (m_inHand->isChecked()) words.push_back(toText(m_mix));
    if (m_random->isChecked()) words.push_back("random:" + std::to_string(m_count->value()));
    if (const QString file = m_file->file(); !file.isEmpty()) words.push_back(file.toStdString());
    return words;
}

jobs::Batch SweepDialog::batch() const {
    jobs::Batch batch = m_open;
    jobs::SweepSpec& sweep = batch.sweeps.front();
    sweep.configurations = words();
    sweep.seed = static_cast<std::uint64_t>(m_seed->value());
    sweep.limit = m_limit->value();
    sweep.latency = jobs::valueOfWord<jobs::LatencyOf>(jobs::kLatencyOfSetting.kind,
                                                       m_latency->currentData().toString().toStdString(), "latency");
    if (const QStringList files = m_report->files(); !files.isEmpty()) {
        jobs::ReportSpec report;
        for (const QString& file : files) report.files.push_back(file.toStdString());
        report.failOn = m_report->limits();
        batch.reports.push_back(std::move(report));
    }
    return batch;
}

void SweepDialog::followForm() {
    const bool any = !words().empty();
    for (QPushButton* button : m_actions) button->setEnabled(any);
    m_count->setEnabled(m_random->isChecked());
    m_report->limitsField()->setEnabled(!m_report->files().isEmpty());
    const std::int64_t images = m_limit->value() > 0 ? m_limit->value() : m_images;
    const std::int64_t mixes = (m_random->isChecked() ? m_count->value() : 0) +
                               (m_uniform->isChecked() ? m_widths : 0) + (m_inHand->isChecked() ? 1 : 0);
    constexpr double kMiB = 1048576;
    QString text =
        any ? u"About %1 mixes%2 on %L3 images; the database grows by about %L4 MiB. What is stored already is not "
              "computed again."_s.arg(mixes)
                  .arg(m_file->file().isEmpty() ? QString() : u" and those of the file"_s)
                  .arg(images)
                  .arg(static_cast<double>(jobs::storedBytes(mixes, images)) / kMiB, 0, 'f', 1)
            : u"Choose some mixes."_s;
    m_size->setText(text);
}

}  // namespace bitdesk
