// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/main_window.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QLabel>
#include <QMessageBox>
#include <QSettings>
#include <QStackedWidget>
#include <QTableView>

#include "app/gui/job_dialog.h"
#include "core/base/utc_time.h"
#include "core/data/matched_data_set.h"
#include "core/model/model_file.h"
#include "core/network/cost.h"
#include "widgets/fader_bank.h"
#include "widgets/history_model.h"
#include "widgets/layer_plot.h"
#include "widgets/prediction_plot.h"
#include "widgets/readouts.h"
#include "widgets/theme.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk {
namespace {

EvaluationSummary summaryOf(const jobs::LiveUpdate& update) {
    EvaluationSummary summary = update;
    summary.total = update.seen;
    if (summary.createdAt.empty()) summary.createdAt = utcNow();
    return summary;
}

}  // namespace

MainWindow::MainWindow(const Startup& startup, QWidget* parent) : QMainWindow(parent), m_startup(startup) {
    m_arbiter.setThreads(startup.threads);
    setWindowTitle(QStringLiteral("Bitdesk"));
    setAcceptDrops(true);
    createConsole();
    createHistory();
    createActions();
    createStatusBar();
    connectMix();
    connectLive();
    connectBatch();
    resize(1280, 760);
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    openStore();
    const bool session = startup.model.endsWith(QStringLiteral(".json"), Qt::CaseInsensitive);
    m_pendingData = startup.data;
    if (startup.model.isEmpty()) openPendingData();
    if (session) openSession(startup.model);
    else if (!startup.model.isEmpty()) openModel(startup.model);
    updateStatus();
}

MainWindow::~MainWindow() {
    m_dataStop.request_stop();
    m_closing.request_stop();                // nobody waits for another program's lock any more
    qDeleteAll(findChildren<JobDialog*>());  // their jobs use the store and the arbiter
}

void MainWindow::connectMix() {
    connect(m_faders, &FaderBank::mixMoved, this,
            [this](const BitConfiguration& bits, int gesture) { m_mix.set(bits, QStringLiteral("fader"), gesture); });
    connect(&m_mix, &MixModel::changed, this, &MainWindow::showMix);
    connect(m_tradeOff, &TradeOffPlot::mixPicked, this,
            [this](const BitConfiguration& bits) { m_mix.set(bits, QStringLiteral("mix from the plot")); });
    connect(m_prediction, &PredictionPlot::mixPicked, this,
            [this](const BitConfiguration& bits) { m_mix.set(bits, QStringLiteral("mix from the plot")); });
}

void MainWindow::connectLive() {
    connect(&m_live, &LiveBridge::updated, this, &MainWindow::showUpdate);
    connect(&m_live, &LiveBridge::latencyMeasured, this, &MainWindow::showLatency);
    connect(&m_live, &LiveBridge::layerTableReady, this, &MainWindow::showLayerTable);
    connect(&m_live, &LiveBridge::failed, this,
            [this](const QString& message) { showFailure(QStringLiteral("Evaluation failed"), message); });
}

void MainWindow::openStore() {
    const std::string database = m_startup.database.toStdString();
    m_background.run(
        OpenStore,
        [database, access = toWrite()] {
            return std::make_unique<StoreThread>(
                database.empty() ? Store::defaultPath() : std::filesystem::path(database), access);
        },
        [this](std::unique_ptr<StoreThread> store) { takeStore(std::move(store)); },
        [this](const QString& message) {
            showFailure(QStringLiteral("The results database cannot be used"),
                        message + QStringLiteral("\n\nResults are not stored."));
            startLive();
        });
}

void MainWindow::takeStore(std::unique_ptr<StoreThread> store) {
    if (m_store != nullptr) m_formerStores.push_back(std::move(m_store));
    m_store = std::move(store);
    updateStatus();
    startLive();
}

void MainWindow::openModel(const QString& spec) {
    m_session.reset();
    loadModel(spec);
}

void MainWindow::loadModel(const QString& spec) {
    m_statusSpeed->setText(QStringLiteral("opening the model …"));
    m_background.run(
        OpenModel, [spec] { return std::make_shared<const MetaModel>(bitdesk::openModel(spec.toStdString())); },
        [this, spec](std::shared_ptr<const MetaModel> model) {
            m_modelSpec = spec;
            takeModel(std::move(model));
        },
        [this](const QString& message) {
            m_session.reset();
            updateStatus();
            openPendingData();
            showFailure(QStringLiteral("The model cannot be opened"), message);
        });
}

void MainWindow::takeModel(std::shared_ptr<const MetaModel> model) {
    m_live.stop();
    m_model = std::move(model);
    m_baseline.reset();
    m_faders->setNetwork(m_model->network, m_model->bits);
    m_readouts->clear();
    m_bitOpsPlot->clear();
    clearLatency();
    BitConfiguration first = uniformBits(m_model->network, m_model->topBits());
    if (sessionFits()) {
        const auto& subjects = m_session->report.input.subjects;
        m_baseline = subjects.front().bits;
        first = subjects[subjects.size() > 1 ? 1 : 0].bits;
    }
    m_pin->setChecked(m_baseline.has_value());
    for (QAction* action : m_mixActions) action->setEnabled(true);
    m_pages->setCurrentWidget(m_console);
    m_mix.reset(first);
    updateStatus();
    if (!m_pendingData.isEmpty()) openPendingData();
    else if (m_data != nullptr && m_data->shape() != inputShapeOf(*m_model)) openData(m_dataSpec);
    else startLive();
}

void MainWindow::startLive() {
    m_live.stop();
    if (m_model == nullptr || m_data == nullptr) return;
    try {
        m_data = fittedToModel(m_data);
    } catch (const std::exception& error) {
        m_data = unmatched(m_data);
        showDataStatus();
        showFailure(QStringLiteral("The data set does not fit the model"), QString::fromStdString(error.what()));
        return;
    }
    showDataStatus();
    m_hasPrevious = false;
    m_live.start({.model = m_model,
                  .data = m_data,
                  .device = deviceChoice(),
                  .options = jobs::liveOptions(),
                  .store = m_store.get(),
                  .arbiter = &m_arbiter,
                  .measureLatency = m_startup.measureLatency});
    m_live.pinBaseline(m_baseline);
    loadHistory();
    m_live.submit(m_mix.bits());
}

void MainWindow::loadHistory() {
    m_tradeOff->clear();
    m_tradeOff->setBaseline(m_baseline);
    m_history->setRows({});
    refreshHistory();
}

/// What is stored by now, in place of what is shown.
void MainWindow::refreshHistory() {
    if (m_model == nullptr || m_data == nullptr) return;
    if (m_store == nullptr) {
        showRows({});
        return;
    }
    const std::string modelHash = m_model->hash, dataName = m_data->name(), split = splitName(m_data->split());
    m_background.run(
        LoadHistory,
        [store = m_store.get(), modelHash, dataName, split] {
            auto rows = store->post([modelHash](Store& s) { return s.evaluations(modelHash); }).get();
            std::erase_if(rows,
                          [&](const EvaluationSummary& row) { return row.dataName != dataName || row.split != split; });
            return rows;
        },
        [this](std::vector<EvaluationSummary> rows) { showRows(std::move(rows)); },
        [this](const QString& message) { showFailure(QStringLiteral("The history cannot be read"), message); });
}

/// Of the database, and those of a session behind them: of a mix that both hold, the database's is shown.
void MainWindow::showRows(std::vector<EvaluationSummary> rows) {
    std::vector<EvaluationSummary> points = sessionRows();
    points.insert(points.end(), rows.rbegin(), rows.rend());
    m_tradeOff->setPoints(std::move(points));
    for (EvaluationSummary& row : sessionRows()) rows.push_back(std::move(row));
    m_history->setRows(std::move(rows));
    loadLatencies();
}

/// The hand moved: what is exact is shown at once, the rest goes stale until images have been seen.
void MainWindow::showMix(const BitConfiguration& bits) {
    if (m_model == nullptr) return;
    const Network& network = m_model->network;
    m_faders->setMix(bits);
    m_readouts->setCost(bitOps(network, bits), weightBytes(network, bits),
                        normBytes(network, static_cast<int>(m_model->bits.size())));
    m_readouts->setStale();
    m_bitOpsPlot->setBitOps(network, bits);
    showPrediction(bits);
    m_tradeOff->setPresent(std::nullopt);
    m_live.submit(bits);
}

void MainWindow::showUpdate(const jobs::LiveUpdate& update) {
    const EvaluationSummary summary = summaryOf(update);
    if (update.finished) {
        m_tradeOff->addPoint(summary);
        if (update.id > 0) m_history->addRow(summary);
        emit mixFinished(update);
    }
    if (!(update.bits == m_mix.bits())) return;  // finished as the hand moved on: a point and a row, not the readout
    const ReadoutState state = !update.finished   ? ReadoutState::Streaming
                               : update.fromStore ? ReadoutState::Stored
                                                  : ReadoutState::Final;
    m_readouts->setAccuracy(update.correct, update.seen, update.total, update.difference, referenceName(), state);
    m_tradeOff->setPresent(summary);
    if (update.finished) m_hasPrevious = true;
    if (update.seconds > 0 && !update.fromStore)
        m_statusSpeed->setText(
            QStringLiteral("%1 images/s").arg(static_cast<double>(update.seen) / update.seconds, 0, 'f', 0));
}

void MainWindow::showFailure(const QString& title, const QString& message) {
    showBox(new QMessageBox(QMessageBox::Warning, title, title, QMessageBox::Ok, this), message);
}

/// One at a time: a new message closes the one before.
void MainWindow::showBox(QMessageBox* box, const QString& message) {
    if (m_message != nullptr) m_message->close();
    m_message = box;
    m_message->setAttribute(Qt::WA_DeleteOnClose);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setInformativeText(message);
    connect(m_message, &QObject::destroyed, this, [this](QObject* gone) {
        if (gone == m_message) m_message = nullptr;
    });
    m_message->open();
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_historyView != nullptr)
        setStripes(*m_historyView, Theme::of(palette()));
    if (event->type() == QEvent::PaletteChange && m_statusModel != nullptr) showModelStatus();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    QSettings settings;
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    QMainWindow::closeEvent(event);
}

}  // namespace bitdesk
