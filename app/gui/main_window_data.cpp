// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Opening a data set and looking at it.
#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QStatusBar>
#include <QToolButton>

#include "app/gui/data_dialog.h"
#include "app/gui/job_runner.h"
#include "app/gui/main_window.h"
#include "app/gui/make_action.h"
#include "app/gui/progress_strip.h"
#include "core/data/matched_data_set.h"
#include "core/present/words.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"

namespace bitdesk {

QList<QAction*> MainWindow::createDataActions() {
    auto* folder = makeAction(this, "data", QStringLiteral("Open data set…"),
                              QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), &MainWindow::chooseData);
    auto* file = makeAction(this, "", QStringLiteral("Open data file…"), {}, &MainWindow::chooseDataFile);
    m_previewData = makeAction(this, "", QStringLiteral("Data set…"), QKeySequence(Qt::CTRL | Qt::Key_D),
                               &MainWindow::showDataDialog);
    m_previewData->setEnabled(false);
    return {folder, file, m_previewData};
}

void MainWindow::createDataStatus() {
    m_statusData = new QToolButton;
    m_statusData->setObjectName(QStringLiteral("statusData"));
    m_statusData->setAutoRaise(true);
    connect(m_statusData, &QToolButton::clicked, this, [this] {
        if (m_data != nullptr) showDataDialog();
        else chooseData();
    });
    statusBar()->addWidget(m_statusData);
    m_dataStrip = new ProgressStrip(QStringLiteral("data"), QStringLiteral("checking images, 99 min left"));
    m_dataStrip->setCancelToolTip(QStringLiteral("The present data set stays open"));
    connect(m_dataStrip, &ProgressStrip::cancelled, this, [this] { m_dataStop.request_stop(); });
    statusBar()->addPermanentWidget(m_dataStrip);
}

void MainWindow::showDataStatus() {
    QString text = QStringLiteral("no data set");
    if (m_data != nullptr) {
        constexpr int kLongest = 40;
        const QString name = shownText(m_data->name());
        const QString shown = name.startsWith(u'/') ? QFileInfo(name).fileName() : name;
        text = QStringLiteral("%1, %2: %3 images")
                   .arg(shown.size() > kLongest ? shown.left(kLongest) + u'…' : shown,
                        QLatin1String(splitName(m_data->split())))
                   .arg(m_data->size());
        const auto& notes = m_data->description().notes;
        if (!notes.empty())
            text += notes.size() == 1 ? QStringLiteral(", 1 note") : QStringLiteral(", %1 notes").arg(notes.size());
        QStringList lines{name};
        for (const std::string& note : notes) lines << shownText(note);
        lines << QStringLiteral("Shows its classes and images (%1)")
                     .arg(m_previewData->shortcut().toString(QKeySequence::NativeText));
        m_statusData->setToolTip(toolTipOf(lines.join(u'\n')));
    }
    m_statusData->setText(text.replace(u'&', QStringLiteral("&&")));
    m_previewData->setEnabled(m_data != nullptr);
}

void MainWindow::chooseData() {
    auto* dialog = new QFileDialog(this, QStringLiteral("Open data set: a folder of images, or of CIFAR or IDX files"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openData);
    dialog->open();
}

void MainWindow::chooseDataFile() {
    chooseFile(QStringLiteral("Open data file"), QStringLiteral("NumPy archives (*.npz);;All files (*)"),
               &MainWindow::openData);
}

void MainWindow::openPendingData() {
    if (!m_pendingData.isEmpty()) openData(std::exchange(m_pendingData, QString()));
}

void MainWindow::openData(const QString& spec) {
    m_dataStop.request_stop();
    m_dataStop = std::stop_source();
    m_dataStrip->hide();
    m_pendingData.clear();
    m_statusData->setText(QStringLiteral("opening %1 …").arg(QFileInfo(spec).fileName()));
    DataRequest request = dataRequest();
    request.modelClasses.clear();  // takeData() matches them: another model may be in hand by then
    request.stop = m_dataStop.get_token();
    request.progress = thinned([this, stop = m_dataStop](const Progress& progress) {
        const auto tell = [this, stop, progress] {
            if (stop == m_dataStop) tellOpening(progress);
        };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    });
    m_background.run(
        OpenData, [spec, request] { return openDataSet(spec.toStdString(), Split::Test, request); },
        [this, spec, shape = request.shape](std::shared_ptr<const DataSet> opened) {
            endOpening();
            takeData(std::move(opened), spec, shape);
        },
        [this, spec, stop = request.stop](const QString& message) {
            endOpening();
            if (stop.stop_requested()) return;
            if (m_model == nullptr) m_pendingData = spec;  // a model's input may be what it lacks
            showFailure(QStringLiteral("The data set cannot be opened"), message);
        });
}

/// `shape` is what was asked for: another model may be open by now.
void MainWindow::takeData(std::shared_ptr<const DataSet> dataSet, const QString& spec,
                          const std::optional<ImageShape>& shape) {
    if (m_model != nullptr && shape != inputShapeOf(*m_model) && dataSet->shape() != inputShapeOf(*m_model)) {
        openData(spec);
        return;
    }
    try {
        if (m_model != nullptr) dataSet = fittedToModel(dataSet);
    } catch (const std::exception& error) {
        showFailure(QStringLiteral("The data set does not fit the model"), QString::fromStdString(error.what()));
        return;
    }
    m_data = std::move(dataSet);
    m_dataSpec = spec;
    updateStatus();
    startLive();
}

/// The strip comes with the first progress: only a folder that is checked takes its time.
void MainWindow::tellOpening(const Progress& progress) {
    const QString text = QString::fromStdString(progress.activity + remainingText(progress.remainingSeconds));
    if (m_dataStrip->isHidden()) m_dataStrip->begin(text);
    m_dataStrip->tell(text, progress.fraction);
    m_statusConditions->hide();  // there is not room for both
}

void MainWindow::endOpening() {
    m_dataStrip->hide();
    m_statusConditions->setVisible(m_jobStrip->isHidden());
    showDataStatus();
}

/// Not modal. The data set that it shows stays, whatever is opened meanwhile.
void MainWindow::showDataDialog() {
    if (m_data == nullptr) return;
    delete findChild<DataDialog*>();
    (new DataDialog(m_data, m_dataSpec, dataRequest(), this))->show();
}

DataRequest MainWindow::dataRequest() const { return m_model != nullptr ? requestOf(*m_model) : DataRequest(); }

std::shared_ptr<const DataSet> MainWindow::fittedToModel(const std::shared_ptr<const DataSet>& dataSet) const {
    auto fitted = matchedTo(dataSet, m_model->classNames, {});
    checkDataFitsModel(*fitted, *m_model);
    return fitted;
}

}  // namespace bitdesk
