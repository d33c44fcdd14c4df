// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What the window shows of measured and predicted latency.
#include <QLabel>

#include "app/gui/main_window.h"
#include "profiling/environment.h"
#include "widgets/distribution_plot.h"
#include "widgets/elided_label.h"
#include "widgets/layer_plot.h"
#include "widgets/layer_table_view.h"
#include "widgets/prediction_plot.h"
#include "widgets/readouts.h"
#include "widgets/trade_off_plot.h"

namespace bitdesk {
namespace {

/// Latencies that may stand on one axis: of one machine, build, executor, number of threads and images.
std::vector<Measurement> comparable(Store& store, LayerTableKey setting) {
    const Environment here = readEnvironment();
    setting.machine = here.hostHash;
    setting.build = buildName(here);
    auto found = store.measurements(setting.modelHash);
    std::erase_if(found, [&](const Measurement& m) { return m.simulated || tableKeyOf(m) != setting; });
    return {found.rbegin(), found.rend()};  // the newest of a mix counts, so it comes last
}

}  // namespace

QString MainWindow::referenceName() const {
    return m_baseline ? QStringLiteral("the baseline") : m_hasPrevious ? QStringLiteral("the mix before") : QString();
}

/// Another model: nothing that is shown is true any more.
void MainWindow::clearLatency() {
    m_table.reset();
    m_timePlot->clear();
    m_distribution->clear();
    m_prediction->clear();
    m_layerTable->clear();
    m_statusConditions->clear();
}

void MainWindow::loadLatencies() {
    if (m_store == nullptr || m_model == nullptr) {
        m_tradeOff->setLatencies(sessionLatencies());
        return;
    }
    const LayerTableKey setting{.modelHash = m_model->hash,
                                .backend = jobs::backendOf(deviceChoice()),
                                .device = m_startup.device.toStdString(),
                                .machine = {},
                                .build = {},
                                .threads = m_arbiter.threads(),
                                .batch = 1};
    m_background.run(
        LoadLatencies,
        [store = m_store.get(), setting] {
            return store->post([setting](Store& s) { return comparable(s, setting); }).get();
        },
        [this](const std::vector<Measurement>& found) {
            // Times of another machine do not stand on one axis with ours: a session's go before.
            std::vector<Measurement> shown = sessionLatencies();
            const bool apart =
                !shown.empty() && !found.empty() && tableKeyOf(shown.front()) != tableKeyOf(found.front());
            if (!apart) shown.insert(shown.begin(), found.begin(), found.end());
            m_tradeOff->setLatencies(shown);
            m_prediction->addStored(found);
        },
        [this](const QString& message) { showFailure(QStringLiteral("Latencies cannot be read"), message); });
}

/// At once, while the hand moves: what was measured is of the mix before, what is predicted is of this one.
void MainWindow::showPrediction(const BitConfiguration& bits) {
    m_timePlot->setTimesStale();
    m_distribution->setStale();
    m_layerTable->setMix(bits);
    m_layerTable->setMeasured(std::nullopt);
    if (m_table) m_readouts->setPredicted(m_table->predict(bits), m_prediction->trust());
}

void MainWindow::showLatency(const jobs::LiveLatency& latency) {
    const Measurement& m = latency.measurement;
    m_prediction->addMeasured(m);
    m_tradeOff->setLatency(m.bits, m);
    if (latency.reference) m_tradeOff->setLatency(latency.reference->bits, *latency.reference);
    m_statusConditions->setText(QString::fromStdString(latency.conditions));
    QStringList warnings;
    for (const std::string& warning : m.warnings) warnings << QString::fromStdString(warning);
    m_statusConditions->setFacts(warnings.isEmpty() ? QStringLiteral("Nothing disturbed the last measurement.")
                                                    : warnings.join(u'\n'));
    if (!(m.bits == m_mix.bits())) return;
    m_readouts->setLatency(m, latency.comparison, referenceName(), ReadoutState::Final);
    m_timePlot->setTimes(m.layers, m.simulated);
    m_distribution->show(m, latency.reference, latency.comparison, referenceName());
    m_layerTable->setMeasured(m);
}

void MainWindow::showLayerTable(const LayerTable& table) {
    m_table = table;
    m_prediction->setTable(table);
    m_layerTable->setTable(table);
    m_layerTable->setMix(m_mix.bits());
    if (m_readouts->latencyState() != ReadoutState::Final)
        m_readouts->setPredicted(table.predict(m_mix.bits()), m_prediction->trust());
}

}  // namespace bitdesk
