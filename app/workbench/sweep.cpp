// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/sweep.h"

#include "core/base/files.h"

namespace bitdesk {

using namespace Qt::StringLiterals;

namespace {

QString problemsOf(const jobs::BatchResult& result) {
    QStringList lines;
    for (const jobs::SweepOutcome& sweep : result.sweeps)
        if (!sweep.failure.empty()) lines << QString::fromStdString(sweep.failure);
    for (const jobs::WrittenReport& report : result.reports)
        for (const ReportLimit& limit : report.limits)
            if (limit.broken) lines << QString::fromStdString(limit.name + ": " + limit.subject + ": " + limit.reason);
    return lines.join(u'\n');
}

QString summaryOf(const jobs::BatchResult& result) {
    QStringList lines;
    for (const jobs::SweepOutcome& sweep : result.sweeps)
        if (sweep.result)
            lines << u"%1 mixes evaluated, %2 were stored already; %3 latencies measured."_s
                         .arg(sweep.result->evaluated)
                         .arg(sweep.result->fromStore)
                         .arg(sweep.result->measured);
    for (const jobs::SweepOutcome& sweep : result.sweeps)
        if (sweep.result && !sweep.result->workersNote.empty())
            lines << QString::fromStdString(sweep.result->workersNote) + u'.';
    for (const jobs::WrittenReport& report : result.reports) lines << QString::fromStdString(report.summary);
    return lines.join(u'\n');
}

jobs::BatchResult runBatch(const jobs::Batch& batch, const std::string& modelHash, const jobs::JobContext& context) {
    const auto prepared =
        jobs::prepareBatch(batch, {}, true, context.store->path().string(), context.stop, context.progress);
    if (!modelHash.empty() && prepared.sweeps.front().model->hash != modelHash)
        throw Error(ErrorKind::BadInput, batch.sweeps.front().model, "has changed since it was opened",
                    "Open it again");
    return jobs::runBatch(prepared, batch.sweeps.size() == 1 ? jobs::toCommandLine(batch) : "", context);
}

}  // namespace

Sweep::Sweep(Results& results, ComputeArbiter& arbiter, QObject* parent)
    : QObject(parent), m_results(results), m_arbiter(arbiter) {
    m_saving.failAs(this, u"The batch file cannot be saved"_s);
    connect(&m_running, &Task::cancelled, this, &Sweep::end);
    connect(&m_running, &Task::failed, this, [this](const Error& error) {
        tell({.summary = {}, .problem = QString::fromUtf8(error.what()), .files = {}});
    });
    connect(&m_running, &Task::progressed, this, [this](const Progress& progress) {
        emit progressed(progress);
        constexpr int kPause = 3000;
        if (!m_sinceRefresh.isValid() || !m_sinceRefresh.hasExpired(kPause)) return;
        m_sinceRefresh.invalidate();  // a large database may take longer to be read
        m_results.refresh();
    });
    connect(&m_results, &Results::rowsChanged, this, [this] { m_sinceRefresh.start(); });
}

void Sweep::run(const jobs::Batch& batch, const std::string& modelHash) {
    if (running()) {
        emit failed(u"A sweep is running"_s, u"Cancel it, or wait until it is done."_s);
        return;
    }
    if (m_results.store() == nullptr) {
        emit failed(u"A sweep needs a results database"_s, u"Open one with Open results…"_s);
        return;
    }
    emit began();
    m_sinceRefresh.start();
    m_running.start(
        [batch, modelHash, store = m_results.store(), arbiter = &m_arbiter](const std::stop_token& stop,
                                                                            const ProgressSink& progress) {
            return outcomeOf(runBatch(
                batch, modelHash,
                {.store = store.get(), .arbiter = arbiter, .progress = progress, .stop = stop, .prefixes = nullptr}));
        },
        [this](const Outcome& outcome) { tell(outcome); });
}

Sweep::Outcome Sweep::outcomeOf(const jobs::BatchResult& result) {
    Outcome outcome{.summary = summaryOf(result), .problem = problemsOf(result), .files = {}};
    for (const jobs::WrittenReport& report : result.reports)
        for (const std::string& file : report.files) outcome.files << QString::fromStdString(file);
    return outcome;
}

void Sweep::end() {
    emit ended();
    m_results.refresh();
}

void Sweep::tell(const Outcome& outcome) {
    end();
    if (outcome.problem.isEmpty()) emit written(u"The sweep is done"_s, outcome.summary, outcome.files);
    else emit failed(u"The sweep ended with a problem"_s, outcome.problem);
}

void Sweep::save(const jobs::Batch& batch, const QString& path) {
    m_saving.start([path = path.toStdString(), text = jobs::toJson(batch)] { writeFileAtomically(path, text); },
                   [this, path] { emit saved(path); });
}

}  // namespace bitdesk
