// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/workbench.h"

#include "app/jobs/named_files.h"
#include "core/base/clock.h"
#include "core/model/model_file.h"

namespace bitdesk {

using namespace Qt::StringLiterals;

namespace {

EvaluationSummary summaryOf(const jobs::LiveUpdate& update) {
    EvaluationSummary summary = update;
    summary.total = update.seen;
    if (summary.createdAt.empty()) summary.createdAt = utcNow();
    return summary;
}

/// What a part tells, the whole tells.
template <typename Part>
void forwardMessages(Part& part, Workbench& whole) {
    QObject::connect(&part, &Part::failed, &whole, &Workbench::failed);
    if constexpr (requires { &Part::written; }) QObject::connect(&part, &Part::written, &whole, &Workbench::written);
}

}  // namespace

Workbench::Workbench(Startup startup, QObject* parent)
    : QObject(parent), m_startup(std::move(startup)), m_results(device(), m_arbiter), m_sweep(m_results, m_arbiter) {
    m_arbiter.setThreads(m_startup.threads);
    forwardMessages(m_mix, *this);
    forwardMessages(m_data, *this);
    forwardMessages(m_results, *this);
    forwardMessages(m_live, *this);
    forwardMessages(m_sweep, *this);
    connect(&m_mix, &MixModel::changed, &m_live, &LiveBridge::submit);
    connect(&m_data, &OpenedData::opened, this, &Workbench::startLive);
    connect(&m_results, &Results::storeChanged, this, &Workbench::startLive);
    connect(&m_live, &LiveBridge::updated, this, [this](const jobs::LiveUpdate& update) { take(update); });
    connect(&m_openingModel, &Task::failed, this, [this](const Error& error) {
        m_results.setSession(std::nullopt);
        emit opening({});
        m_data.openPending();
        emit failed(u"The model cannot be opened"_s, QString::fromUtf8(error.what()));
    });
    connect(&m_openingSession, &Task::failed, this, [this](const Error& error) {
        m_data.openPending();
        emit failed(u"The session cannot be opened"_s, QString::fromUtf8(error.what()));
    });
}

Workbench::~Workbench() { m_results.stopWaiting(); }

void Workbench::begin() {
    m_results.openFirst(m_startup.database);
    m_data.setPending(m_startup.data);
    if (m_startup.model.isEmpty()) m_data.openPending();
    else if (m_startup.model.endsWith(u".json"_s, Qt::CaseInsensitive)) openSession(m_startup.model);
    else openModel(m_startup.model);
}

void Workbench::openModel(const QString& spec) {
    m_results.setSession(std::nullopt);
    loadModel(spec);
}

void Workbench::loadModel(const QString& spec) {
    emit opening(u"the model"_s);
    m_openingModel.start(
        [spec = spec.toStdString()] { return std::make_shared<const MetaModel>(bitdesk::openModel(spec)); },
        [this, spec](std::shared_ptr<const MetaModel> model) {
            m_modelSpec = spec;
            take(std::move(model));
        });
}

void Workbench::take(std::shared_ptr<const MetaModel> model) {
    m_live.clear();
    m_model = std::move(model);
    const bool session = sessionFits();
    emit modelChanged();
    if (session) m_live.pin(m_results.session()->baseline());
    m_mix.reset(m_model, session ? m_results.session()->mix() : uniformBits(m_model->network, m_model->topBits()));
    if (!m_data.setModel(m_model)) startLive();
}

void Workbench::startLive() {
    m_live.stop();
    if (m_model == nullptr || m_data.set() == nullptr || !m_data.fit()) return;
    m_live.start({.model = m_model,
                  .data = m_data.set(),
                  .device = device(),
                  .options = jobs::liveOptions(),
                  .store = nullptr,
                  .arbiter = &m_arbiter,
                  .measureLatency = m_startup.measureLatency},
                 m_results.store());
    m_results.begin(m_model, m_data.set());
    m_live.submit(m_mix.bits());
}

void Workbench::take(const jobs::LiveUpdate& update) {
    const EvaluationSummary row = summaryOf(update);
    if (update.finished) m_results.add(row);
    if (update.bits == m_mix.bits()) emit estimated(update, row);  // else it was finished as the hand moved on
}

void Workbench::pinBaseline(bool pinned) {
    m_live.pin(pinned && m_model != nullptr ? std::optional(m_mix.bits()) : std::nullopt);
    if (m_model != nullptr) m_live.submit(m_mix.bits());  // the difference is taken against another mix now
}

void Workbench::openSession(const QString& path) {
    m_openingSession.start([path] { return Session::read(path); },
                           [this](Session session) { takeSession(std::move(session)); });
}

void Workbench::takeSession(Session session) {
    const ReportInput& input = session.input();
    const QString modelSpec = QString::fromStdString(input.modelFile),
                  dataSpec = QString::fromStdString(input.dataSpec);
    const QString present = QString::fromStdString(jobs::absoluteName(m_data.spec().toStdString()));
    const bool sameModel = m_model != nullptr && m_model->hash == input.subjects.front().modelHash;
    if (modelSpec.isEmpty() && !sameModel) {
        m_data.openPending();
        emit failed(u"The session cannot be opened"_s,
                    u"%1 does not name its model (%2). Open that model first, then the session."_s.arg(
                        session.name, QString::fromStdString(printable(input.subjects.front().modelName))));
        return;
    }
    if (!dataSpec.isEmpty() && dataSpec != m_data.spec() && dataSpec != present) m_data.setPending(dataSpec);
    m_results.setSession(std::move(session));
    if (sameModel) take(m_model);
    else loadModel(modelSpec);
}

bool Workbench::sessionFits() {
    if (!m_results.session()) return false;
    const QString misfit = m_results.session()->misfit(*m_model, m_modelSpec);
    if (misfit.isEmpty()) return true;
    m_results.setSession(std::nullopt);
    emit failed(u"The session does not fit the model"_s, misfit);
    return false;
}

void Workbench::openResults(const QString& path) {
    if (m_sweep.running())
        emit failed(u"A sweep is running"_s,
                    u"It writes into the present database: cancel it, or wait until it is done."_s);
    else m_results.open(path);
}

}  // namespace bitdesk
