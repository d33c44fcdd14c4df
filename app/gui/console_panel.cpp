// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/console_panel.h"

#include <QLabel>
#include <QTabWidget>
#include <QVBoxLayout>
#include <array>

#include "app/workbench/workbench.h"
#include "core/network/cost.h"
#include "widgets/building_blocks.h"
#include "widgets/distribution_plot.h"
#include "widgets/faders.h"
#include "widgets/format.h"
#include "widgets/layer_plot.h"
#include "widgets/layer_table_view.h"
#include "widgets/prediction_plot.h"
#include "widgets/readouts.h"
#include "widgets/theme.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk {
namespace {

// How what is shown follows the workbench.

QWidget* bitOpsView(Workbench& workbench) {
    auto* plot = new LayerPlot;
    QObject::connect(&workbench, &Workbench::modelChanged, plot, &LayerPlot::clear);
    QObject::connect(&workbench.mix(), &MixModel::changed, plot, [plot, &workbench](const BitConfiguration& bits) {
        plot->setBitOps(workbench.model()->network, bits);
    });
    return plot;
}

QWidget* timeView(Workbench& workbench) {
    auto* plot = new LayerPlot(u"No time measured yet."_s);
    QObject::connect(&workbench, &Workbench::modelChanged, plot, &LayerPlot::clear);
    QObject::connect(&workbench.mix(), &MixModel::changed, plot, &LayerPlot::setTimesStale);
    QObject::connect(&workbench.live(), &LiveBridge::latencyMeasured, plot, [plot](const jobs::LiveLatency& latency) {
        plot->setTimes(latency.measurement.layers, latency.measurement.simulated);
    });
    return plot;
}

QWidget* latencyView(Workbench& workbench) {
    auto* plot = new DistributionPlot;
    QObject::connect(&workbench, &Workbench::modelChanged, plot, &DistributionPlot::clear);
    QObject::connect(&workbench.mix(), &MixModel::changed, plot, &DistributionPlot::setStale);
    QObject::connect(
        &workbench.live(), &LiveBridge::latencyMeasured, plot, [plot, &workbench](const jobs::LiveLatency& latency) {
            plot->show(latency.measurement, latency.reference, latency.comparison, workbench.live().referenceName());
        });
    return plot;
}

QWidget* predictionView(Workbench& workbench) {
    auto* plot = new PredictionPlot;
    QObject::connect(&workbench, &Workbench::modelChanged, plot, &PredictionPlot::clear);
    QObject::connect(&workbench.live(), &LiveBridge::tableChanged, plot,
                     [plot, &workbench] { plot->setTable(workbench.live().table()); });
    QObject::connect(&workbench.live(), &LiveBridge::latencyMeasured, plot,
                     [plot](const jobs::LiveLatency& latency) { plot->addMeasured(latency.measurement); });
    QObject::connect(&workbench.results(), &Results::latenciesChanged, plot,
                     [plot, &workbench] { plot->addStored(workbench.results().storedLatencies()); });
    QObject::connect(plot, &PredictionPlot::mixPicked, &workbench.mix(),
                     [&workbench](const BitConfiguration& bits) { workbench.mix().set(bits, u"mix from the plot"_s); });
    return plot;
}

QWidget* layersView(Workbench& workbench) {
    auto* table = new LayerTableView;
    QObject::connect(&workbench, &Workbench::modelChanged, table, &LayerTableView::clear);
    QObject::connect(&workbench.mix(), &MixModel::changed, table, [table](const BitConfiguration& bits) {
        table->setMix(bits);
        table->setMeasured(std::nullopt);
    });
    QObject::connect(&workbench.live(), &LiveBridge::tableChanged, table, [table, &workbench] {
        table->setTable(workbench.live().table());
        table->setMix(workbench.mix().bits());
    });
    QObject::connect(&workbench.live(), &LiveBridge::latencyMeasured, table,
                     [table](const jobs::LiveLatency& latency) { table->setMeasured(latency.measurement); });
    return table;
}

/// A tab beside the trade-off. What `make` makes follows the workbench by itself.
struct View {
    QWidget* (*make)(Workbench& workbench);
    const char* title;
    const char* toolTip;
};

/// The tabs in their order. A new one is one function, and one row here.
constexpr std::array kViews{
    View{bitOpsView, "BitOPs", "BitOPs of each layer"},
    View{timeView, "Time", "Measured time of each layer inside the run"},
    View{latencyView, "Latency", "Distribution of the measured latency, and verdict"},
    View{predictionView, "Prediction", "Predicted against measured latency"},
    View{layersView, "Layers",
         "Layers × bits: bits and kernels that really run, times, and where fewer BitOPs save no time"}};

QWidget* createViews(Workbench& workbench) {
    auto* tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    for (const View& view : kViews)
        tabs->setTabToolTip(tabs->addTab(view.make(workbench), QString::fromUtf8(view.title)),
                            QString::fromUtf8(view.toolTip));
    return tabs;
}

Readouts* createReadouts(Workbench& workbench, const PredictionPlot& prediction) {
    auto* readouts = new Readouts;
    LiveBridge& live = workbench.live();
    const auto predict = [readouts, &prediction, &workbench] {
        if (const auto& table = workbench.live().table())
            readouts->setPredicted(table->predict(workbench.mix().bits()), prediction.trust());
    };
    QObject::connect(&workbench, &Workbench::modelChanged, readouts, &Readouts::clear);
    // At once, while the hand moves: what is exact is shown, the rest goes stale until images have been seen.
    QObject::connect(&workbench.mix(), &MixModel::changed, readouts, [=, &workbench](const BitConfiguration& bits) {
        const Network& network = workbench.model()->network;
        readouts->setCost(bitOps(network, bits), weightBytes(network, bits), normBytes(*workbench.model()));
        readouts->setStale();
        predict();
    });
    QObject::connect(&workbench, &Workbench::estimated, readouts, [readouts, &live](const jobs::LiveUpdate& update) {
        const ReadoutState state = !update.finished   ? ReadoutState::Streaming
                                   : update.fromStore ? ReadoutState::Stored
                                                      : ReadoutState::Final;
        readouts->setAccuracy(update.correct, update.seen, update.total, update.difference, live.referenceName(),
                              state);
    });
    QObject::connect(
        &live, &LiveBridge::latencyMeasured, readouts, [readouts, &live](const jobs::LiveLatency& latency) {
            readouts->setLatency(latency.measurement, latency.comparison, live.referenceName(), ReadoutState::Final);
        });
    QObject::connect(&live, &LiveBridge::tableChanged, readouts, [readouts, predict] {
        if (readouts->latencyState() != ReadoutState::Final) predict();
    });
    return readouts;
}

TradeOffPlot* createTradeOff(Workbench& workbench) {
    auto* plot = new TradeOffPlot;
    Results& results = workbench.results();
    LiveBridge& live = workbench.live();
    QObject::connect(&results, &Results::cleared, plot, [plot, &live] {
        plot->clear();
        plot->setBaseline(live.baseline());
    });
    QObject::connect(&results, &Results::rowsChanged, plot, [plot, &results] { plot->setPoints(results.points()); });
    QObject::connect(&results, &Results::added, plot, &TradeOffPlot::addPoint);
    QObject::connect(&results, &Results::latenciesChanged, plot,
                     [plot, &results] { plot->addLatencies(results.latencies()); });
    QObject::connect(&live, &LiveBridge::latencyMeasured, plot, [plot](const jobs::LiveLatency& latency) {
        plot->addLatencies({latency.measurement});
        if (latency.reference) plot->addLatencies({*latency.reference});
    });
    QObject::connect(&live, &LiveBridge::baselineChanged, plot, [plot, &live] { plot->setBaseline(live.baseline()); });
    QObject::connect(&workbench.mix(), &MixModel::changed, plot, [plot] { plot->setPresent(std::nullopt); });
    QObject::connect(&workbench, &Workbench::estimated, plot,
                     [plot](const jobs::LiveUpdate&, const EvaluationSummary& row) { plot->setPresent(row); });
    QObject::connect(plot, &TradeOffPlot::mixPicked, &workbench.mix(),
                     [&workbench](const BitConfiguration& bits) { workbench.mix().set(bits, u"mix from the plot"_s); });
    return plot;
}

FaderBank* createFaders(Workbench& workbench) {
    auto* faders = new FaderBank;
    MixModel& mix = workbench.mix();
    QObject::connect(&workbench, &Workbench::modelChanged, faders,
                     [&workbench, faders] { faders->setNetwork(workbench.model()->network, workbench.model()->bits); });
    QObject::connect(&mix, &MixModel::changed, faders, &FaderBank::setMix);
    QObject::connect(faders, &FaderBank::mixMoved, &mix,
                     [&mix](const BitConfiguration& bits, int gesture) { mix.set(bits, u"fader"_s, gesture); });
    return faders;
}

QWidget* createEmptyPage() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    auto* title = new QLabel(u"Open a meta-quantized model"_s);
    title->setFont(Theme::figures(title->font(), 1.7, true));
    auto* text = new QLabel(
        u"Drop a .safetensors file here, or press Ctrl+O.\n"
        "The sample is resources/models/fashion-mnist.safetensors.\n"
        "bitdesk train makes one of your own, Import… reads a network of PyTorch."_s);
    for (QLabel* label : {title, text}) {
        label->setAlignment(Qt::AlignCenter);
        column->addWidget(label);
    }
    column->insertStretch(0);
    column->addStretch();
    return page;
}

QWidget* createConsole(Workbench& workbench) {
    auto* views = createViews(workbench);  // before the readouts, which ask the prediction when it has been told
    auto* readouts = createReadouts(workbench, *views->findChild<PredictionPlot*>());
    auto* plots = splitter(Qt::Horizontal, createTradeOff(workbench), views, {6, 5}, {530, 440});
    auto* halves = splitter(Qt::Vertical, plots, createFaders(workbench), {3, 1});
    auto* console = new QWidget;
    auto* column = new QVBoxLayout(console);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(readouts);
    column->addWidget(halves, 1);
    return console;
}

}  // namespace

ConsolePanel::ConsolePanel(Workbench& workbench, QWidget* parent) : QStackedWidget(parent) {
    addWidget(createEmptyPage());
    auto* console = createConsole(workbench);
    addWidget(console);
    connect(&workbench, &Workbench::modelChanged, this, [this, console] { setCurrentWidget(console); });
}

}  // namespace bitdesk
