// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QString>
#include <memory>

#include "app/workbench/live_bridge.h"
#include "app/workbench/mix_model.h"
#include "app/workbench/opened_data.h"
#include "app/workbench/results.h"
#include "app/workbench/sweep.h"
#include "app/workbench/task.h"
#include "core/base/compute_arbiter.h"

namespace bitdesk {

/// What the workbench is started with.
struct Startup {
    QString model;  ///< empty: none yet; a report's JSON: opened as a session
    QString data = QStringLiteral("fashion-mnist");
    QString database;  ///< empty: the user's
    QString device = QStringLiteral("cpu");
    int threads = 0;
    bool measureLatency = true;
};

/// The document between window and work: what is open, in hand and found. Whoever changes something asks it or one of
/// its parts, whoever shows something listens to their signals. Knows no window, and outlives it.
class Workbench : public QObject {
    Q_OBJECT
public:
    explicit Workbench(Startup startup, QObject* parent = nullptr);
    ~Workbench() override;

    /// Opens what it is started with: when those who listen are there.
    void begin();

    const Startup& startup() const { return m_startup; }
    jobs::DeviceChoice device() const { return {.backend = {}, .device = m_startup.device.toStdString()}; }
    ComputeArbiter& arbiter() { return m_arbiter; }
    const std::shared_ptr<const MetaModel>& model() const { return m_model; }  ///< null: none yet
    const QString& modelSpec() const { return m_modelSpec; }                   ///< as it was opened
    MixModel& mix() { return m_mix; }
    OpenedData& data() { return m_data; }
    LiveBridge& live() { return m_live; }
    Results& results() { return m_results; }
    Sweep& sweep() { return m_sweep; }

    /// Leaves the session, if there is one.
    void openModel(const QString& spec);
    /// A report's JSON: opens its model and data, pins its baseline, takes its first other mix in hand, and shows its
    /// results beside the database's.
    void openSession(const QString& path);
    /// Another database in place of the present one.
    void openResults(const QString& path);
    void pinBaseline(bool pinned);
    /// Something to be read in passing.
    void tell(const QString& text) { emit told(text); }

signals:
    /// What is being opened; empty: no longer.
    void opening(const QString& what);
    /// Nothing that is shown of the model before is true any more. Its first mix follows.
    void modelChanged();
    /// Of the mix in hand; `row` is as the history has it when it is finished.
    void estimated(const bitdesk::jobs::LiveUpdate& update, const bitdesk::EvaluationSummary& row);
    void told(const QString& text);
    void written(const QString& title, const QString& summary, const QStringList& files);
    void failed(const QString& title, const QString& message);

private:
    void loadModel(const QString& spec);
    void take(std::shared_ptr<const MetaModel> model);
    void take(const jobs::LiveUpdate& update);
    void takeSession(Session session);
    /// Whether the model in hand is the session's; says so and leaves the session where it is not.
    bool sessionFits();
    void startLive();

    Startup m_startup;
    ComputeArbiter m_arbiter;
    std::shared_ptr<const MetaModel> m_model;
    QString m_modelSpec;
    MixModel m_mix;
    OpenedData m_data;
    Results m_results;
    // Last, so first to go: their threads end before what they compute with.
    LiveBridge m_live;
    Sweep m_sweep;
    Task m_openingModel, m_openingSession;
};

}  // namespace bitdesk
