// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What the window is made of: console, docks, tool bar, status bar.
#include <QAction>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QMenuBar>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>
#include <QToolBar>
#include <QVBoxLayout>

#include "app/gui/main_window.h"
#include "app/gui/make_action.h"
#include "widgets/distribution_plot.h"
#include "widgets/elided_label.h"
#include "widgets/fader_bank.h"
#include "widgets/history_model.h"
#include "widgets/layer_plot.h"
#include "widgets/layer_table_view.h"
#include "widgets/mix_delegate.h"
#include "widgets/prediction_plot.h"
#include "widgets/readouts.h"
#include "widgets/theme.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk {
namespace {

QIcon icon(const char* name) { return QIcon(QStringLiteral(":/icons/%1.svg").arg(QLatin1String(name))); }

}  // namespace

void MainWindow::createConsequences() {
    m_bitOpsPlot = new LayerPlot(LayerPlot::Quantity::BitOps);
    m_timePlot = new LayerPlot(LayerPlot::Quantity::Time);
    m_distribution = new DistributionPlot;
    m_prediction = new PredictionPlot;
    m_layerTable = new LayerTableView;
    m_consequences = new QTabWidget;
    m_consequences->setDocumentMode(true);
    const auto add = [this](QWidget* page, const QString& title, const QString& toolTip) {
        m_consequences->setTabToolTip(m_consequences->addTab(page, title), toolTip);
    };
    add(m_bitOpsPlot, QStringLiteral("BitOPs"), QStringLiteral("BitOPs of each layer"));
    add(m_timePlot, QStringLiteral("Time"), QStringLiteral("Measured time of each layer inside the run"));
    add(m_distribution, QStringLiteral("Latency"), QStringLiteral("Distribution of the measured latency, and verdict"));
    add(m_prediction, QStringLiteral("Prediction"), QStringLiteral("Predicted against measured latency"));
    add(m_layerTable, QStringLiteral("Layers"),
        QStringLiteral("Layers × bits: bits and kernels that really run, times, and where fewer BitOPs save no time"));
}

void MainWindow::createConsole() {
    m_readouts = new Readouts;
    m_tradeOff = new TradeOffPlot;
    createConsequences();
    m_faders = new FaderBank;
    auto* plots = new QSplitter(Qt::Horizontal);
    plots->addWidget(m_tradeOff);
    plots->addWidget(m_consequences);
    plots->setStretchFactor(0, 6);
    plots->setStretchFactor(1, 5);
    plots->setSizes({530, 440});
    plots->setChildrenCollapsible(false);
    auto* halves = new QSplitter(Qt::Vertical);
    halves->addWidget(plots);
    halves->addWidget(m_faders);
    halves->setStretchFactor(0, 3);
    halves->setStretchFactor(1, 1);
    halves->setChildrenCollapsible(false);
    m_console = new QWidget;
    auto* column = new QVBoxLayout(m_console);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_readouts);
    column->addWidget(halves, 1);
    m_pages = new QStackedWidget;
    m_pages->addWidget(createEmptyPage());
    m_pages->addWidget(m_console);
    setCentralWidget(m_pages);
}

QWidget* MainWindow::createEmptyPage() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    auto* title = new QLabel(QStringLiteral("Open a meta-quantized model"));
    title->setFont(Theme::figures(font(), 1.7, true));
    auto* text =
        new QLabel(QStringLiteral("Drop a .safetensors file here, or press Ctrl+O.\n"
                                  "The sample is resources/models/fashion-mnist.safetensors.\n"
                                  "bitdesk train makes one of your own, Import… reads a network of PyTorch."));
    for (QLabel* label : {title, text}) {
        label->setAlignment(Qt::AlignCenter);
        column->addWidget(label);
    }
    column->insertStretch(0);
    column->addStretch();
    return page;
}

void MainWindow::createHistory() {
    m_history = new HistoryModel(this);
    m_sortedHistory = new QSortFilterProxyModel(this);
    m_sortedHistory->setSourceModel(m_history);
    m_sortedHistory->setSortRole(HistoryModel::kSortRole);
    m_historyView = new QTableView;
    m_historyView->setObjectName(QStringLiteral("historyView"));
    m_historyView->setModel(m_sortedHistory);
    m_historyView->setSortingEnabled(true);
    m_historyView->sortByColumn(HistoryModel::Id, Qt::DescendingOrder);
    m_historyView->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_historyView->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_historyView->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_historyView->setShowGrid(false);
    m_historyView->setAlternatingRowColors(true);
    setStripes(*m_historyView, Theme::of(palette()));
    m_historyView->verticalHeader()->hide();
    m_historyView->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    m_historyView->horizontalHeader()->setHighlightSections(false);
    m_historyView->setColumnWidth(HistoryModel::Id, 40);
    m_historyView->setColumnWidth(HistoryModel::Accuracy, 104);
    m_historyView->setColumnWidth(HistoryModel::BitOps, 66);
    m_historyView->setColumnHidden(HistoryModel::When, true);  // the tool tip tells it
    m_historyView->horizontalHeader()->setSectionResizeMode(HistoryModel::Bits, QHeaderView::Stretch);
    m_historyView->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_historyView->setMinimumWidth(240);
    m_historyView->setItemDelegateForColumn(HistoryModel::Bits, new MixDelegate(m_historyView));
    m_historyView->setFrameShape(QFrame::NoFrame);
    m_historyView->setAccessibleName(QStringLiteral("History of evaluations"));
    connect(m_historyView, &QTableView::activated, this, [this](const QModelIndex& index) {
        m_mix.set(m_history->row(m_sortedHistory->mapToSource(index).row()).bits,
                  QStringLiteral("mix from the history"));
    });
    auto* dock = new QDockWidget(QStringLiteral("History"));
    dock->setObjectName(QStringLiteral("history"));
    dock->setWidget(m_historyView);
    dock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    addDockWidget(Qt::LeftDockWidgetArea, dock);
    resizeDocks({dock}, {300}, Qt::Horizontal);
}

void MainWindow::createActions() {
    const auto make = [this](const char* iconName, const QString& text, const QKeySequence& key, auto slot) {
        return makeAction(this, iconName, text, key, slot);
    };
    auto* openModelAction = make("model", QStringLiteral("Open model…"), QKeySequence::Open, &MainWindow::chooseModel);
    const QList<QAction*> dataActions = createDataActions();
    auto* loadAction =
        make("load", QStringLiteral("Load mix…"), QKeySequence(Qt::CTRL | Qt::Key_L), &MainWindow::loadMix);
    auto* saveAction = make("save", QStringLiteral("Save mix…"), QKeySequence::Save, &MainWindow::saveMix);
    auto* quitAction = make("", QStringLiteral("Quit"), QKeySequence::Quit, &QWidget::close);
    auto* copyAction = make("copy", QStringLiteral("Copy mix"), QKeySequence::Copy, &MainWindow::copyMix);
    auto* pasteAction = make("paste", QStringLiteral("Paste mix"), QKeySequence::Paste, &MainWindow::pasteMix);
    auto* aboutAction = make("", QStringLiteral("About Bitdesk"), {}, &MainWindow::showAbout);
    auto* undo = m_mix.undoStack()->createUndoAction(this);
    auto* redo = m_mix.undoStack()->createRedoAction(this);
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcut(QKeySequence::Redo);
    undo->setIcon(icon("undo"));
    redo->setIcon(icon("redo"));
    m_pin = make("pin", QStringLiteral("Pin baseline"), QKeySequence(Qt::CTRL | Qt::Key_B), &MainWindow::pinBaseline);
    m_pin->setCheckable(true);

    // Short in the tool bar, so that all of it fits a small screen; menus and tool tips have the whole name.
    dataActions[0]->setIconText(QStringLiteral("Open data…"));
    copyAction->setIconText(QStringLiteral("Copy"));
    pasteAction->setIconText(QStringLiteral("Paste"));
    loadAction->setIconText(QStringLiteral("Load…"));
    saveAction->setIconText(QStringLiteral("Save…"));

    m_mixActions = {copyAction, pasteAction, loadAction, saveAction, m_pin};
    const QList<QAction*> results = createResultActions(), exchange = createExchangeActions();
    for (QAction* action : m_mixActions) action->setEnabled(false);  // until there is a model

    auto* file = menuBar()->addMenu(QStringLiteral("&File"));
    file->addAction(openModelAction);
    file->addActions(dataActions);
    file->addAction(exchange[1]);
    file->addActions(results.mid(2));
    file->addSeparator();
    file->addActions({loadAction, saveAction});
    file->addSeparator();
    file->addActions(results.mid(0, 2));
    file->addAction(exchange[0]);
    file->addSeparator();
    file->addAction(quitAction);
    auto* edit = menuBar()->addMenu(QStringLiteral("&Edit"));
    edit->addActions({undo, redo});
    edit->addSeparator();
    edit->addActions({copyAction, pasteAction});
    edit->addSeparator();
    edit->addAction(m_pin);
    auto* view = menuBar()->addMenu(QStringLiteral("&View"));
    for (auto* dock : findChildren<QDockWidget*>()) view->addAction(dock->toggleViewAction());
    menuBar()->addMenu(QStringLiteral("&Help"))->addAction(aboutAction);

    auto* bar = addToolBar(QStringLiteral("Tools"));
    bar->setObjectName(QStringLiteral("tools"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->addActions({openModelAction, dataActions[0], exchange[1]});
    bar->addSeparator();
    bar->addActions({undo, redo, m_pin});
    bar->addSeparator();
    bar->addActions({copyAction, pasteAction, loadAction, saveAction});
    bar->addSeparator();
    bar->addActions(results.mid(0, 2));
    bar->addAction(exchange[0]);
}

void MainWindow::createStatusBar() {
    createJobStrip();
    createDataStatus();
    const auto add = [this](QLabel* label, int stretch) {
        label->setTextFormat(Qt::PlainText);
        label->setContentsMargins(6, 0, 6, 0);
        statusBar()->addWidget(label, stretch);
    };
    add(m_statusModel = new QLabel, 0);
    add(m_statusDevice = new QLabel, 0);
    add(m_statusSpeed = new QLabel, 0);
    add(m_statusConditions = new ElidedLabel, 1);
    m_statusStore = new QLabel;
    m_statusStore->setTextFormat(Qt::PlainText);
    m_statusStore->setContentsMargins(6, 0, 6, 0);
    statusBar()->addPermanentWidget(m_statusStore);
    // A lock comes and goes without a word of ours.
    auto* look = new QTimer(this);
    connect(look, &QTimer::timeout, this, &MainWindow::showStoreStatus);
    look->start(std::chrono::seconds(1));
    m_statusSpeed->setObjectName(QStringLiteral("statusSpeed"));
    m_statusModel->setObjectName(QStringLiteral("statusModel"));
    m_statusSpeed->setToolTip(QStringLiteral(
        "Images evaluated in a second. Higher where a deep fader moved: the layers before it are not computed again, "
        "their results are kept from the mix before."));
}

void MainWindow::updateStatus() {
    showDataStatus();
    showModelStatus();
    m_statusDevice->setText(
        QStringLiteral("%1 on %2, %3 thread(s)%4")
            .arg(QString::fromStdString(jobs::backendOf(deviceChoice())), m_startup.device)
            .arg(m_arbiter.threads())
            .arg(jobs::traitsOf(deviceChoice()).simulated ? QStringLiteral(", simulated bits") : QString()));
    m_statusSpeed->setText(QString());
    m_statusConditions->setText(QString());
    showStoreStatus();
}

void MainWindow::showStoreStatus() {
    QString store = QStringLiteral("results are not stored");
    if (m_store != nullptr) {
        store = QString::fromStdString(m_store->path().string());
        if (!m_store->writes()) store += QStringLiteral(" · may only be read: results are not stored");
        if (m_store->waiting()) store += QStringLiteral(" · locked by another program, waiting to store");
    }
    m_statusStore->setText(m_session ? QStringLiteral("session %1, kept apart · %2").arg(m_session->name, store)
                                     : store);
}

}  // namespace bitdesk
