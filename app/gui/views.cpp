// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// How the plots of the tabs follow the workbench.
#include "app/gui/views.h"

#include "app/workbench/workbench.h"
#include "widgets/distribution_plot.h"
#include "widgets/layer_plot.h"
#include "widgets/layer_table_view.h"
#include "widgets/prediction_plot.h"

namespace bitdesk {

QWidget* bitOpsView(Workbench& workbench) {
    auto* plot = new LayerPlot;
    QObject::connect(&workbench, &Workbench::modelChanged, plot, &LayerPlot::clear);
    QObject::connect(&workbench.mix(), &MixModel::changed, plot, [plot, &workbench](const BitConfiguration& bits) {
        plot->setBitOps(workbench.model()->network, bits);
    });
    return plot;
}

QWidget* timeView(Workbench& workbench) {
    auto* plot = new LayerPlot(QStringLiteral("No time measured yet."));
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
    QObject::connect(plot, &PredictionPlot::mixPicked, &workbench.mix(), [&workbench](const BitConfiguration& bits) {
        workbench.mix().set(bits, QStringLiteral("mix from the plot"));
    });
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

}  // namespace bitdesk
