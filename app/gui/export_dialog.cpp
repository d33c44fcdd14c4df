// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/export_dialog.h"

#include <QComboBox>
#include <QDesktopServices>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QLocale>
#include <QPushButton>
#include <QSettings>
#include <QUrl>
#include <algorithm>

#include "app/gui/file_fields.h"
#include "app/jobs/named_files.h"
#include "app/workbench/workbench.h"
#include "core/present/words.h"
#include "widgets/building_blocks.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr const char* kFolderKey = "exportFolder";

QString measurementText(const Measurement& measurement) {
    const TimeUnit unit = TimeUnit::forLongest(measurement.latencyMs.median);
    return u"%1: %2 %3 on %4, %5 thread(s), %6%7"_s.arg(measurement.id)
        .arg(unit.number(measurement.latencyMs.median), unit.name, shownText(measurement.device))
        .arg(measurement.threads)
        .arg(shownText(measurement.createdAt).left(16).replace(u'T', u' '),
             measurement.simulated ? u", simulated bits"_s : QString());
}

QString tensorText(const char* what, const ExportedTensor& tensor) {
    QStringList shape;
    for (const std::string& extent : tensor.shape) shape << QString::fromStdString(extent);
    return u"%1 %2 [%3]: %4\n"_s.arg(QLatin1String(what), QString::fromStdString(tensor.name), shape.join(u", "_s),
                                     QString::fromStdString(tensor.values));
}

}  // namespace

ExportDialog::ExportDialog(Workbench& workbench, QWidget* parent)
    : JobDialog(u"exportDialog"_s, u"Export"_s, u"Export"_s, parent),
      m_model(workbench.model()),
      m_bits(workbench.mix().bits()),
      m_modelFile(workbench.modelSpec().toStdString()),
      m_store(workbench.results().store()) {
    auto* mix = new ElidedLabel(u"%1 at %2"_s.arg(shownText(m_model->name), QString::fromStdString(toText(m_bits))));
    m_format = named(u"format"_s, new QComboBox, u"Format"_s);
    for (const ExportFormat& format : exportFormats())
        m_format->addItem(u"%1 (%2)"_s.arg(QString::fromStdString(format.description), QLatin1String(format.ending)),
                          QString::fromLatin1(format.name));
    m_metric = named(u"metric"_s, new QComboBox);
    m_metric->setToolTip(u"What Model Explorer shows; the others are in the file as well"_s);
    for (const std::string& metric : nodeDataMetrics()) m_metric->addItem(QString::fromStdString(metric));
    createMeasurement();
    createFile();
    form()->addRow(u"Mix"_s, mix);
    form()->addRow(u"Format"_s, m_format);
    form()->addRow(u"Figure"_s, m_metric);
    form()->addRow(u"Measurement"_s, m_measurement);
    form()->addRow(u"File"_s, m_file);
    QPushButton* folder = addButton(u"Show folder"_s);
    connect(folder, &QPushButton::clicked, this,
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(m_file->file()).absolutePath())); });
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::showFormat);
    connect(m_metric, &QComboBox::currentIndexChanged, this, &ExportDialog::showFormat);
    showFormat();
    loadMeasurements();
    setMinimumWidth(kDialogWidth * fontMetrics().averageCharWidth());
    m_format->setFocus();
}

void ExportDialog::createFile() {
    m_file = new FileField(u"file"_s, u"File to write"_s, u"a file to write"_s);
    m_file->addSave(u"Choose…"_s, QString(), QString());
    connect(m_file, &FileField::changed, this, [this] { refresh(); });
    connect(m_file, &FileField::replacing, this, &ExportDialog::setConfirmed);
}

void ExportDialog::createMeasurement() {
    m_measurement = named(u"measurement"_s, new QComboBox);
    m_measurement->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_measurement->addItem(u"looking into the database …"_s);
    m_measurement->setEnabled(false);
    m_measurement->setToolTip(u"Stored latencies of this mix, newest first; simulated bits last"_s);
}

/// Those of this mix; simulated bits behind the others, as the export itself prefers them.
void ExportDialog::loadMeasurements() {
    if (m_store == nullptr) return showMeasurements({});
    connect(&m_looking, &Task::failed, this, [this](const Error& error) {
        showMeasurements({});
        showProblem(u"The measurements cannot be read"_s, QString::fromUtf8(error.what()));
    });
    m_looking.start(
        [store = m_store, hash = m_model->hash, bits = m_bits] {
            auto found = store->read([hash](Store& s) { return s.measurements(hash); }).get();
            std::erase_if(found, [&](const Measurement& each) { return each.bits != bits; });
            std::stable_partition(found.begin(), found.end(), [](const Measurement& each) { return !each.simulated; });
            return found;
        },
        [this](const std::vector<Measurement>& found) { showMeasurements(found); });
}

void ExportDialog::showMeasurements(const std::vector<Measurement>& found) {
    m_looked = true;
    m_measurement->clear();
    for (const Measurement& each : found)
        m_measurement->addItem(measurementText(each), QVariant::fromValue<qlonglong>(each.id));
    m_measurement->setEnabled(!found.empty());
    if (found.empty())
        m_measurement->addItem(m_store == nullptr ? u"none: results are not stored"_s
                                                  : u"none yet: rest on this mix until its latency stands above"_s);
    refresh();
}

const ExportFormat& ExportDialog::format() const {
    return exportFormats()[static_cast<std::size_t>(std::max(0, m_format->currentIndex()))];
}

/// Rows that the format has no use for go; a name that was suggested follows the format, one that was typed stays.
void ExportDialog::showFormat() {
    form()->setRowVisible(m_metric, std::string_view(format().name) == "node-data");
    form()->setRowVisible(m_measurement, format().measurement != NeedOfMeasurement::None);
    m_file->setSaveFilter(
        u"%1 (*%2);;All files (*)"_s.arg(QString::fromStdString(format().description), QLatin1String(format().ending)),
        QString::fromLatin1(format().ending).mid(1));
    if (m_file->file() == m_suggested) {
        m_suggested = suggestedFile();
        m_file->setFile(m_suggested);
    }
    refresh();
}

QString ExportDialog::suggestedFile() const {
    const std::string_view name = format().name;
    QString part;
    if (name == "node-data") part = u'.' + m_metric->currentText();
    if (name == "nvbench") part = u".nvbench"_s;
    QString model = shownText(m_model->name);
    model.replace(u'/', u'-').replace(u':', u'-');
    const QString folder = QSettings().value(QLatin1String(kFolderKey), QDir::homePath()).toString();
    return QDir(folder).filePath(
        u"%1-%2%3%4"_s.arg(model, QString::fromStdString(mixInFileName(m_bits)), part, QLatin1String(format().ending)));
}

QString ExportDialog::missing() const {
    const bool needed = format().measurement == NeedOfMeasurement::Required ||
                        (std::string_view(format().name) == "node-data" && m_metric->currentText() == u"time");
    if (needed && !m_looked) return u"The database is read"_s;
    if (needed && !m_measurement->isEnabled() && !running())
        return u"There is no stored latency of this mix: rest on it until it is measured"_s;
    return m_file->file().isEmpty() ? u"Name a file"_s : QString();
}

void ExportDialog::startWanted() {
    confirmReplacing(m_file->file(), [this] { write(); });
}

void ExportDialog::write() {
    jobs::ExportRequest request{.model = m_model,
                                .bits = m_bits,
                                .file = m_file->file().toStdString(),
                                .format = format().name,
                                .metric = {},
                                .measurement = 0};
    if (request.format == "node-data") request.metric = m_metric->currentText().toStdString();
    if (format().measurement != NeedOfMeasurement::None)
        request.measurement = m_measurement->currentData().toLongLong();
    const auto work = [request, store = m_store, modelFile = m_modelFile](const std::stop_token& stop,
                                                                          const ProgressSink& progress) {
        std::vector<std::filesystem::path> inputs{modelFile};
        if (store != nullptr) inputs.push_back(store->path());
        jobs::checkOutput(request.file, inputs);
        jobs::JobContext context{
            .store = store.get(), .arbiter = nullptr, .progress = progress, .stop = stop, .prefixes = nullptr};
        return jobs::exportMix(request, context);
    };
    run(u"writing %1"_s.arg(QFileInfo(m_file->file()).fileName()), u"The mix is not exported"_s, work,
        [this](const jobs::ExportResult& result) { showResult(result); });
}

void ExportDialog::showResult(const jobs::ExportResult& result) {
    const QFileInfo file(m_file->file());
    QSettings().setValue(QLatin1String(kFolderKey), file.absolutePath());
    const ExportedMix& mix = result.mix;
    QString text =
        u"%1, %2%3\n"_s.arg(file.absoluteFilePath(), QLocale().formattedDataSize(static_cast<qint64>(mix.bytes.size())),
                            mix.opset > 0 ? u", opset %1"_s.arg(mix.opset) : QString());
    for (const ExportedTensor& tensor : mix.inputs) text += tensorText("input", tensor);
    for (const ExportedTensor& tensor : mix.outputs) text += tensorText("output", tensor);
    if (result.measurement > 0) text += u"measurement %1\n"_s.arg(result.measurement);
    for (const std::string& note : mix.notes) text += u"\n%1\n"_s.arg(QString::fromStdString(note));
    showOutcome(u"The mix is exported"_s, text.trimmed());
}

}  // namespace bitdesk
