// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QElapsedTimer>
#include <QMainWindow>
#include <memory>
#include <optional>
#include <stop_token>

#include "app/gui/background.h"
#include "app/gui/batch_runner.h"
#include "app/gui/live_bridge.h"
#include "app/gui/mix_model.h"
#include "core/data/data_set.h"
#include "core/model/meta_model.h"
#include "core/report/report.h"
#include "core/store/store_thread.h"

class QLabel;
class QMessageBox;
class QSortFilterProxyModel;
class QStackedWidget;
class QTabWidget;
class QTableView;
class QToolButton;

namespace bitdesk {

class DistributionPlot;
class ElidedLabel;
class FaderBank;
class HistoryModel;
class LayerPlot;
class LayerTableView;
class PredictionPlot;
class ProgressStrip;
class Readouts;
class TradeOffPlot;
struct WantedReport;

/// What the workbench is started with.
struct Startup {
    QString model;  ///< empty: none yet; a report's JSON: opened as a session
    QString data = QStringLiteral("fashion-mnist");
    QString database;  ///< empty: the user's
    QString device = QStringLiteral("cpu");
    int threads = 0;
    bool measureLatency = true;
};

/// The workbench. It composes: a mix goes from the fader bank to MixModel, from there to the readouts (cost, at once)
/// and to the live bridge (accuracy, latency), and back by one queued signal to readouts, plots and history.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(const Startup& startup, QWidget* parent = nullptr);
    ~MainWindow() override;

    void openModel(const QString& spec);
    void openData(const QString& spec);
    void openMix(const QString& path);
    /// Another database in place of the present one, which stays where the other cannot be opened.
    void openResults(const QString& path);
    /// A report's JSON: opens its model and data, pins its baseline, takes its first other mix in hand, and shows its
    /// results beside the database's. They come from a file that anybody may have written, and a stored accuracy is an
    /// answer; so they are shown, and never enter the database.
    void openSession(const QString& path);
    void runBatch(const jobs::Batch& batch);
    void writeReport(const WantedReport& report);

    MixModel& mix() { return m_mix; }
    FaderBank* faders() const { return m_faders; }
    Readouts* readouts() const { return m_readouts; }
    TradeOffPlot* tradeOff() const { return m_tradeOff; }
    DistributionPlot* distribution() const { return m_distribution; }
    PredictionPlot* prediction() const { return m_prediction; }
    LayerTableView* layerTable() const { return m_layerTable; }
    QTabWidget* consequences() const { return m_consequences; }
    HistoryModel* history() const { return m_history; }
    /// The message that is shown now, or nothing.
    QMessageBox* message() const { return m_message; }
    bool ready() const { return m_live.running(); }
    bool resultsOpen() const { return m_store != nullptr; }
    bool sweeping() const { return m_batch.running(); }
    bool inSession() const { return m_session.has_value(); }

signals:
    /// All of a mix's images are seen, or it came from the store.
    void mixFinished(const bitdesk::jobs::LiveUpdate& update);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    enum Task {
        OpenModel,
        OpenData,
        OpenStore,
        LoadHistory,
        LoadLatencies,
        LoadMix,
        SaveMix,
        SaveBatch,
        WriteReport,
        LoadSession
    };
    /// A report that was opened.
    struct Session {
        QString name;
        Report report;
    };

    void createActions();
    QList<QAction*> createResultActions();
    QList<QAction*> createExchangeActions();
    void createJobStrip();
    QList<QAction*> createDataActions();
    void createDataStatus();
    void connectBatch();
    void createConsole();
    void createConsequences();
    void createHistory();
    void createStatusBar();
    QWidget* createEmptyPage();
    void connectMix();
    void connectLive();

    void openStore();
    void takeStore(std::unique_ptr<StoreThread> store);
    void loadModel(const QString& spec);
    /// What waited for a model, so that images are brought to its input.
    void openPendingData();
    void takeData(std::shared_ptr<const DataSet> dataSet, const QString& spec, const std::optional<ImageShape>& shape);
    /// What the model in hand asks of its data, if there is one.
    DataRequest dataRequest() const;
    /// The same images with the classes of the model in hand. Throws Error (BadInput) where they do not fit it.
    std::shared_ptr<const DataSet> fittedToModel(const std::shared_ptr<const DataSet>& dataSet) const;
    void tellOpening(const Progress& progress);
    void endOpening();
    void takeModel(std::shared_ptr<const MetaModel> model);
    void startLive();
    jobs::DeviceChoice deviceChoice() const { return {.backend = {}, .device = m_startup.device.toStdString()}; }
    void loadHistory();
    void refreshHistory();
    void endBatch();
    void showMix(const BitConfiguration& bits);
    void showUpdate(const jobs::LiveUpdate& update);
    void clearLatency();
    void loadLatencies();
    void showPrediction(const BitConfiguration& bits);
    void showLatency(const jobs::LiveLatency& latency);
    void showLayerTable(const LayerTable& table);
    /// What differences are taken against, in words; empty: nothing yet.
    QString referenceName() const;
    void showRows(std::vector<EvaluationSummary> rows);
    void showFailure(const QString& title, const QString& message);
    void showWritten(const QString& title, const QString& summary, const QStringList& files);
    void showBox(QMessageBox* box, const QString& message);
    void updateStatus();
    void showStoreStatus();
    /// Waits for others' locks until the window closes.
    StoreAccess toWrite() const { return {.wait = {.endless = true, .stop = m_closing.get_token()}}; }
    void showDataStatus();
    void showModelStatus();

    /// Asks for a file that is there, and opens it.
    void chooseFile(const QString& title, const QString& filter, void (MainWindow::*open)(const QString&));
    void chooseModel();
    void chooseData();
    void chooseDataFile();
    void showDataDialog();
    /// A model, or what is to be imported as one.
    void openModelOrImport(const QString& path);
    static bool isOfPyTorch(const QString& path);
    void saveMix();
    void loadMix();
    void copyMix();
    void pasteMix();
    void pinBaseline(bool pinned);
    void showAbout();
    void showSweepDialog();
    void showReportDialog();
    void showExportDialog();
    void showImportDialog(const QString& file = {});
    void saveBatch(const jobs::Batch& batch);
    void chooseResults();
    void chooseSession();
    void openJson(const QString& path);
    void beginSession(Session session);
    /// Whether the model in hand is the session's; says so and leaves the session where it is not.
    bool sessionFits();
    /// A width for each fader, and one that the model has.
    bool fitsModel(const BitConfiguration& bits) const;
    std::vector<EvaluationSummary> sessionRows() const;
    std::vector<Measurement> sessionLatencies() const;
    std::vector<std::int64_t> selectedIds() const;
    std::int64_t storedId(const BitConfiguration& bits) const;

    Startup m_startup;
    ComputeArbiter m_arbiter;
    std::stop_source m_closing;
    std::unique_ptr<StoreThread> m_store;
    std::vector<std::unique_ptr<StoreThread>> m_formerStores;  // work that was begun may still use them
    QString m_modelSpec, m_dataSpec;                           // as they were opened
    QString m_pendingData;
    std::stop_source m_dataStop;  // of the opening that runs
    std::shared_ptr<const MetaModel> m_model;
    std::shared_ptr<const DataSet> m_data;
    MixModel m_mix;
    std::optional<BitConfiguration> m_baseline;
    bool m_hasPrevious = false;
    std::optional<Session> m_session;
    std::optional<LayerTable> m_table;  ///< of the model in hand on this machine

    QStackedWidget* m_pages = nullptr;
    QWidget* m_console = nullptr;
    Readouts* m_readouts = nullptr;
    TradeOffPlot* m_tradeOff = nullptr;
    LayerPlot* m_bitOpsPlot = nullptr;
    LayerPlot* m_timePlot = nullptr;
    DistributionPlot* m_distribution = nullptr;
    PredictionPlot* m_prediction = nullptr;
    LayerTableView* m_layerTable = nullptr;
    QTabWidget* m_consequences = nullptr;
    FaderBank* m_faders = nullptr;
    HistoryModel* m_history = nullptr;
    QSortFilterProxyModel* m_sortedHistory = nullptr;
    QTableView* m_historyView = nullptr;
    QAction* m_pin = nullptr;
    QList<QAction*> m_mixActions;  // those that need a model
    QLabel* m_statusDevice = nullptr;
    QLabel* m_statusSpeed = nullptr;
    ElidedLabel* m_statusConditions = nullptr;
    QToolButton* m_statusData = nullptr;
    QLabel* m_statusModel = nullptr;
    QLabel* m_statusStore = nullptr;
    ProgressStrip* m_jobStrip = nullptr;
    ProgressStrip* m_dataStrip = nullptr;
    QAction* m_previewData = nullptr;
    QElapsedTimer m_sinceRefresh;  // of the history, while a sweep runs
    QMessageBox* m_message = nullptr;
    // Last, so first to go: their threads end before what they deliver to.
    LiveBridge m_live;
    BatchRunner m_batch;
    Background m_background;
};

}  // namespace bitdesk
