// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Sweeps, reports and other databases.
#include <QAction>
#include <QClipboard>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QItemSelectionModel>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStatusBar>
#include <QTableView>
#include <QUrl>
#include <algorithm>

#include "app/gui/absolute_name.h"
#include "app/gui/main_window.h"
#include "app/gui/make_action.h"
#include "app/gui/progress_strip.h"
#include "app/gui/report_dialog.h"
#include "app/gui/sweep_dialog.h"
#include "app/jobs/output_file.h"
#include "app/jobs/report_job.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/file_type.h"
#include "core/base/shell_quote.h"
#include "widgets/elided_label.h"
#include "widgets/history_model.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk {

QList<QAction*> MainWindow::createResultActions() {
    auto* sweep = makeAction(this, "sweep", QStringLiteral("Sweep…"), QKeySequence(Qt::CTRL | Qt::Key_E),
                             &MainWindow::showSweepDialog);
    auto* report = makeAction(this, "report", QStringLiteral("Report…"), QKeySequence(Qt::CTRL | Qt::Key_R),
                              &MainWindow::showReportDialog);
    auto* results = makeAction(this, "", QStringLiteral("Open results…"), {}, &MainWindow::chooseResults);
    auto* session = makeAction(this, "", QStringLiteral("Open session…"), {}, &MainWindow::chooseSession);
    m_mixActions << sweep << report;
    return {sweep, report, results, session};
}

void MainWindow::createJobStrip() {
    m_jobStrip = new ProgressStrip(QStringLiteral("job"), QStringLiteral("sweep: measuring latency, 99 min left"));
    m_jobStrip->setCancelToolTip(
        QStringLiteral("Ends the sweep. What is finished is stored; the same sweep goes on from there."));
    connect(m_jobStrip, &ProgressStrip::cancelled, this, [this] { m_batch.cancel(); });
    statusBar()->addPermanentWidget(m_jobStrip);
}

void MainWindow::connectBatch() {
    connect(&m_batch, &BatchRunner::progressed, this,
            [this](const QString& activity, double fraction, double remaining) {
                m_jobStrip->tell(QStringLiteral("sweep: %1%2").arg(activity, remainingText(remaining)), fraction);
                constexpr int kPause = 3000;
                if (m_sinceRefresh.hasExpired(kPause)) {
                    m_sinceRefresh.restart();
                    refreshHistory();
                }
            });
    connect(&m_batch, &BatchRunner::cancelled, this, [this] { endBatch(); });
    connect(&m_batch, &BatchRunner::finished, this,
            [this](const QString& summary, const QStringList& files, const QString& problem) {
                endBatch();
                if (problem.isEmpty()) showWritten(QStringLiteral("The sweep is done"), summary, files);
                else showFailure(QStringLiteral("The sweep ended with a problem"), problem);
            });
}

void MainWindow::endBatch() {
    m_jobStrip->hide();
    m_statusConditions->show();
    refreshHistory();
}

void MainWindow::showSweepDialog() {
    if (m_model == nullptr || m_data == nullptr) return;
    auto* dialog = new SweepDialog(
        {.model = absoluteName(m_modelSpec),
         .data = absoluteName(m_dataSpec),
         .split = QLatin1String(splitName(m_data->split())),
         .database = m_store != nullptr ? absoluteName(QString::fromStdString(m_store->path().string())) : QString(),
         .device = m_startup.device,
         .threads = m_startup.threads,
         .mix = m_mix.bits(),
         .images = m_data->size()},
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &SweepDialog::runWanted, this, &MainWindow::runBatch);
    connect(dialog, &SweepDialog::fileWanted, this, &MainWindow::saveBatch);
    connect(dialog, &SweepDialog::commandLineWanted, this, [this](const jobs::Batch& batch) {
        QGuiApplication::clipboard()->setText(QString::fromStdString(jobs::toCommandLine(batch)));
        statusBar()->showMessage(QStringLiteral("The command line is in the clipboard."), 4000);
    });
    dialog->open();
}

void MainWindow::runBatch(const jobs::Batch& batch) {
    if (m_batch.running()) {
        showFailure(QStringLiteral("A sweep is running"), QStringLiteral("Cancel it, or wait until it is done."));
        return;
    }
    if (m_store == nullptr) {
        showFailure(QStringLiteral("A sweep needs a results database"), QStringLiteral("Open one with Open results…"));
        return;
    }
    m_jobStrip->begin(QStringLiteral("sweep: preparing"));
    m_statusConditions->hide();  // there is not room for both
    m_sinceRefresh.start();
    m_batch.start(batch, m_model != nullptr ? m_model->hash : std::string(), *m_store, m_arbiter);
}

void MainWindow::saveBatch(const jobs::Batch& batch) {
    auto* dialog = new QFileDialog(this, QStringLiteral("Save batch file"), QStringLiteral("night.json"),
                                   QStringLiteral("Batch files (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, batch](const QString& path) {
        m_background.run(
            SaveBatch,
            [path, text = jobs::toJson(batch)] {
                writeFileAtomically(path.toStdString(), text);
                return true;
            },
            [this, path](bool) {
                statusBar()->showMessage(QStringLiteral("Saved. It runs by: bitdesk batch %1").arg(path), 8000);
            },
            [this](const QString& message) { showFailure(QStringLiteral("The batch file cannot be saved"), message); });
    });
    dialog->open();
}

/// The newest stored evaluation of a mix, over all images; 0: none.
std::int64_t MainWindow::storedId(const BitConfiguration& bits) const {
    std::int64_t id = 0;
    for (int i = 0; i < m_history->rowCount(); ++i) {
        const EvaluationSummary& row = m_history->row(i);
        if (row.bits == bits && m_data != nullptr && row.total == m_data->size()) id = std::max(id, row.id);
    }
    return id;
}

/// In the order of the table, the pinned baseline first.
std::vector<std::int64_t> MainWindow::selectedIds() const {
    std::vector<std::int64_t> ids;
    for (const QModelIndex& index : m_historyView->selectionModel()->selectedRows()) {
        const EvaluationSummary& row = m_history->row(m_sortedHistory->mapToSource(index).row());
        if (row.id > 0) ids.push_back(row.id);  // a session's are not in the database
        if (row.id > 0 && m_baseline && row.bits == *m_baseline) std::rotate(ids.begin(), ids.end() - 1, ids.end());
    }
    return ids;
}

void MainWindow::showReportDialog() {
    if (m_model == nullptr || m_store == nullptr) return;
    ReportChoices choices{.selected = selectedIds(), .inHand = {}, .command = {}};
    const std::int64_t base = m_baseline ? storedId(*m_baseline) : 0, mine = storedId(m_mix.bits());
    if (base > 0 && mine > 0 && base != mine) choices.inHand = {base, mine};
    choices.command = QString::fromStdString(
        "bitdesk report --db " +
        shellQuoted(absoluteName(QString::fromStdString(m_store->path().string())).toStdString()) + " --model " +
        shellQuoted(absoluteName(m_modelSpec).toStdString()) + " --data " +
        shellQuoted(absoluteName(m_dataSpec).toStdString()));
    auto* dialog = new ReportDialog(std::move(choices), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ReportDialog::writeWanted, this, &MainWindow::writeReport);
    connect(dialog, &ReportDialog::commandLineWanted, this, [this](const QString& line) {
        QGuiApplication::clipboard()->setText(line);
        statusBar()->showMessage(QStringLiteral("The command line is in the clipboard."), 4000);
    });
    dialog->open();
}

void MainWindow::writeReport(const WantedReport& wanted) {
    if (m_store == nullptr || m_model == nullptr || m_data == nullptr) return;
    jobs::ReportRequest request;
    request.ids = wanted.ids;
    request.title = wanted.title.toStdString();
    request.model = m_model;
    request.modelFile = absoluteName(m_modelSpec).toStdString();
    request.dataSpec = absoluteName(m_dataSpec).toStdString();
    request.splitName = splitName(m_data->split());
    request.database = m_store->path().string();
    request.baseline = m_baseline;
    if (wanted.ids.empty())
        request.scopes = {
            {.modelHash = m_model->hash, .dataHash = m_data->hash(), .split = request.splitName, .total = 0}};
    std::vector<std::string> files;
    for (const QString& file : wanted.files) files.push_back(file.toStdString());
    m_background.run(
        WriteReport,
        [store = m_store.get(), request, files, limits = wanted.failOn]() mutable {
            request.limits = parseLimits(limits, "Limits");
            const std::vector<std::filesystem::path> inputs{request.database, request.modelFile};
            for (const std::string& file : files) jobs::checkOutput(file, inputs);
            Report report = store->post([&](Store& s) { return jobs::reportOf(s, request); }).get();
            std::string told = report.summary;
            for (const std::string& note : jobs::writeReport(report, files))
                told += "\n\n" + printable(std::string_view(note));
            return told;
        },
        [this, files = wanted.files](const std::string& summary) {
            showWritten(QStringLiteral("The report is written"), QString::fromStdString(summary), files);
        },
        [this](const QString& message) { showFailure(QStringLiteral("The report cannot be written"), message); });
}

void MainWindow::showWritten(const QString& title, const QString& summary, const QStringList& files) {
    auto* box = new QMessageBox(QMessageBox::Information, title, title, QMessageBox::Ok, this);
    box->setEscapeButton(QMessageBox::Ok);
    if (!files.isEmpty()) {
        const auto offer = [&](const QString& text, const QString& target) {
            auto* button = box->addButton(text, QMessageBox::ActionRole);
            connect(button, &QPushButton::clicked, box,
                    [target] { QDesktopServices::openUrl(QUrl::fromLocalFile(target)); });
        };
        offer(QStringLiteral("Open"), files.front());
        offer(QStringLiteral("Show folder"), QFileInfo(files.front()).absolutePath());
    }
    showBox(box, files.isEmpty() ? summary : summary + QStringLiteral("\n\n") + files.join(u'\n'));
}

void MainWindow::chooseResults() {
    chooseFile(QStringLiteral("Open results"), QStringLiteral("Results databases (*.sqlite);;All files (*)"),
               &MainWindow::openResults);
}

void MainWindow::openResults(const QString& path) {
    if (m_batch.running()) {
        showFailure(QStringLiteral("A sweep is running"),
                    QStringLiteral("It writes into the present database: cancel it, or wait until it is done."));
        return;
    }
    m_background.run(
        OpenStore,
        [file = std::filesystem::path(path.toStdString()), access = toWrite()] {
            if (!isThere(file)) throw Error(ErrorKind::BadInput, file.string(), "there is no such database");
            try {
                return std::make_unique<StoreThread>(file, access);
            } catch (const Error&) {  // somebody else's, perhaps: to look at
                return std::make_unique<StoreThread>(file, StoreAccess{.use = StoreAccess::Use::Read});
            }
        },
        [this](std::unique_ptr<StoreThread> store) { takeStore(std::move(store)); },
        [this](const QString& message) { showFailure(QStringLiteral("The results cannot be opened"), message); });
}

}  // namespace bitdesk
