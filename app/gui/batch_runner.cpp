// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/batch_runner.h"

#include <chrono>

#include "core/base/error.h"

namespace bitdesk {
namespace {

/// What went wrong of a batch that ended, in lines.
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
            lines << QStringLiteral("%1 mixes evaluated, %2 were stored already; %3 latencies measured.")
                         .arg(sweep.result->evaluated)
                         .arg(sweep.result->fromStore)
                         .arg(sweep.result->measured);
    for (const jobs::SweepOutcome& sweep : result.sweeps)
        if (sweep.result && !sweep.result->workersNote.empty())
            lines << QString::fromStdString(sweep.result->workersNote) + u'.';
    for (const jobs::WrittenReport& report : result.reports) lines << QString::fromStdString(report.summary);
    return lines.join(u'\n');
}

}  // namespace

BatchRunner::~BatchRunner() = default;

void BatchRunner::start(jobs::Batch batch, std::string modelHash, StoreThread& store, ComputeArbiter& arbiter) {
    m_running = true;
    m_thread = std::jthread([this, batch = std::move(batch), modelHash = std::move(modelHash), &store,
                             &arbiter](const std::stop_token& stop) { work(batch, modelHash, store, arbiter, stop); });
}

void BatchRunner::cancel() { m_thread.request_stop(); }

void BatchRunner::work(const jobs::Batch& batch, const std::string& modelHash, StoreThread& store,
                       ComputeArbiter& arbiter, const std::stop_token& stop) {
    auto next = std::chrono::steady_clock::now();
    const auto progress = [&](const Progress& p) {
        constexpr std::chrono::milliseconds kPause(100);  // the window has better to do than to draw each mini-batch
        if (std::chrono::steady_clock::now() < next) return;
        next = std::chrono::steady_clock::now() + kPause;
        emit progressed(QString::fromStdString(p.activity), p.fraction, p.remainingSeconds);
    };
    try {
        const auto prepared = jobs::prepareBatch(batch, {}, true, store.path().string());
        if (!modelHash.empty() && prepared.sweeps.front().model->hash != modelHash)
            throw Error(ErrorKind::BadInput, batch.sweeps.front().model, "has changed since it was opened",
                        "Open it again");
        jobs::JobContext context{
            .store = &store, .arbiter = &arbiter, .progress = progress, .stop = stop, .prefixes = nullptr};
        const jobs::BatchResult result =
            jobs::runBatch(prepared, batch.sweeps.size() == 1 ? jobs::toCommandLine(batch) : "", context);
        QStringList files;
        for (const jobs::WrittenReport& report : result.reports)
            for (const std::string& file : report.files) files << QString::fromStdString(file);
        m_running = false;
        emit finished(summaryOf(result), files, problemsOf(result));
    } catch (const Cancelled&) {
        m_running = false;
        emit cancelled();
    } catch (const std::exception& error) {
        m_running = false;
        emit finished({}, {}, QString::fromStdString(error.what()));
    }
}

}  // namespace bitdesk
