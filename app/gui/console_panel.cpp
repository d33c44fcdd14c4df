// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/console_panel.h"

#include <QLabel>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/gui/views.h"
#include "app/workbench/workbench.h"
#include "core/network/cost.h"
#include "widgets/fader_bank.h"
#include "widgets/prediction_plot.h"
#include "widgets/readouts.h"
#include "widgets/theme.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk {
namespace {

QSplitter* splitter(Qt::Orientation orientation, QWidget* first, QWidget* second) {
    auto* splitter = new QSplitter(orientation);
    splitter->addWidget(first);
    splitter->addWidget(second);
    splitter->setChildrenCollapsible(false);
    return splitter;
}

}  // namespace

ConsolePanel::ConsolePanel(Workbench& workbench, QWidget* parent) : QStackedWidget(parent), m_workbench(workbench) {
    addWidget(createEmptyPage());
    auto* console = createConsole();
    addWidget(console);
    connect(&workbench, &Workbench::modelChanged, this, [this, console] { setCurrentWidget(console); });
}

QWidget* ConsolePanel::createEmptyPage() {
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

QWidget* ConsolePanel::createConsole() {
    auto* views = createViews();  // before the readouts, which ask the prediction when it has been told
    auto* readouts = createReadouts(*views->findChild<PredictionPlot*>());
    auto* plots = splitter(Qt::Horizontal, createTradeOff(), views);
    plots->setStretchFactor(0, 6);
    plots->setStretchFactor(1, 5);
    plots->setSizes({530, 440});
    auto* halves = splitter(Qt::Vertical, plots, createFaders());
    halves->setStretchFactor(0, 3);
    halves->setStretchFactor(1, 1);
    auto* console = new QWidget;
    auto* column = new QVBoxLayout(console);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(readouts);
    column->addWidget(halves, 1);
    return console;
}

QWidget* ConsolePanel::createViews() {
    auto* tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    const auto add = [tabs](QWidget* view, const QString& title, const QString& toolTip) {
        tabs->setTabToolTip(tabs->addTab(view, title), toolTip);
    };
#define VIEW(make, title, toolTip) add(make(m_workbench), QStringLiteral(title), QStringLiteral(toolTip));
#include "app/gui/views.def"
#undef VIEW
    return tabs;
}

Readouts* ConsolePanel::createReadouts(const PredictionPlot& prediction) {
    auto* readouts = new Readouts;
    Workbench& workbench = m_workbench;
    LiveBridge& live = workbench.live();
    const auto predict = [readouts, &prediction, &workbench] {
        if (const auto& table = workbench.live().table())
            readouts->setPredicted(table->predict(workbench.mix().bits()), prediction.trust());
    };
    connect(&workbench, &Workbench::modelChanged, readouts, &Readouts::clear);
    // At once, while the hand moves: what is exact is shown, the rest goes stale until images have been seen.
    connect(&workbench.mix(), &MixModel::changed, readouts, [=, &workbench](const BitConfiguration& bits) {
        const Network& network = workbench.model()->network;
        readouts->setCost(bitOps(network, bits), weightBytes(network, bits),
                          normBytes(network, static_cast<int>(workbench.model()->bits.size())));
        readouts->setStale();
        predict();
    });
    connect(&workbench, &Workbench::estimated, readouts, [readouts, &live](const jobs::LiveUpdate& update) {
        const ReadoutState state = !update.finished   ? ReadoutState::Streaming
                                   : update.fromStore ? ReadoutState::Stored
                                                      : ReadoutState::Final;
        readouts->setAccuracy(update.correct, update.seen, update.total, update.difference, live.referenceName(),
                              state);
    });
    connect(&live, &LiveBridge::latencyMeasured, readouts, [readouts, &live](const jobs::LiveLatency& latency) {
        readouts->setLatency(latency.measurement, latency.comparison, live.referenceName(), ReadoutState::Final);
    });
    connect(&live, &LiveBridge::tableChanged, readouts, [readouts, predict] {
        if (readouts->latencyState() != ReadoutState::Final) predict();
    });
    return readouts;
}

TradeOffPlot* ConsolePanel::createTradeOff() {
    auto* plot = new TradeOffPlot;
    Workbench& workbench = m_workbench;
    Results& results = workbench.results();
    LiveBridge& live = workbench.live();
    connect(&results, &Results::cleared, plot, [plot, &live] {
        plot->clear();
        plot->setBaseline(live.baseline());
    });
    connect(&results, &Results::rowsChanged, plot, [plot, &results] { plot->setPoints(results.points()); });
    connect(&results, &Results::added, plot, &TradeOffPlot::addPoint);
    connect(&results, &Results::latenciesChanged, plot, [plot, &results] { plot->setLatencies(results.latencies()); });
    connect(&live, &LiveBridge::latencyMeasured, plot, [plot](const jobs::LiveLatency& latency) {
        plot->setLatency(latency.measurement.bits, latency.measurement);
        if (latency.reference) plot->setLatency(latency.reference->bits, *latency.reference);
    });
    connect(&live, &LiveBridge::baselineChanged, plot, [plot, &live] { plot->setBaseline(live.baseline()); });
    connect(&workbench.mix(), &MixModel::changed, plot, [plot] { plot->setPresent(std::nullopt); });
    connect(&workbench, &Workbench::estimated, plot,
            [plot](const jobs::LiveUpdate&, const EvaluationSummary& row) { plot->setPresent(row); });
    connect(plot, &TradeOffPlot::mixPicked, &workbench.mix(), [&workbench](const BitConfiguration& bits) {
        workbench.mix().set(bits, QStringLiteral("mix from the plot"));
    });
    return plot;
}

FaderBank* ConsolePanel::createFaders() {
    auto* faders = new FaderBank;
    MixModel& mix = m_workbench.mix();
    connect(&m_workbench, &Workbench::modelChanged, faders,
            [this, faders] { faders->setNetwork(m_workbench.model()->network, m_workbench.model()->bits); });
    connect(&mix, &MixModel::changed, faders, &FaderBank::setMix);
    connect(faders, &FaderBank::mixMoved, &mix,
            [&mix](const BitConfiguration& bits, int gesture) { mix.set(bits, QStringLiteral("fader"), gesture); });
    return faders;
}

}  // namespace bitdesk
