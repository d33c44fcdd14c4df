// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// Reports that are opened as sessions.
#include <QFile>
#include <QFileInfo>
#include <algorithm>

#include "app/gui/absolute_name.h"
#include "app/gui/main_window.h"
#include "core/base/error.h"
#include "core/base/read_file.h"
#include "core/network/cost.h"
#include "widgets/format.h"

namespace bitdesk {
namespace {

constexpr std::uint64_t kLargestSession = 512 << 20;

}  // namespace

void MainWindow::chooseSession() {
    chooseFile(QStringLiteral("Open session"), QStringLiteral("Reports (*.json);;All files (*)"),
               &MainWindow::openSession);
}

/// A dropped file: a report tells what it is in its first key; anything else is taken for a mix.
void MainWindow::openJson(const QString& path) {
    constexpr qint64 kHead = 200;
    QFile file(path);
    const bool session = file.open(QIODevice::ReadOnly) && file.read(kHead).contains("\"bitdesk_report\"");
    if (session) openSession(path);
    else openMix(path);
}

void MainWindow::openSession(const QString& path) {
    m_background.run(
        LoadSession,
        [path] {
            const std::string file = path.toStdString();
            return Session{.name = QFileInfo(path).fileName(),
                           .report = makeReport(readReportJson(readFile(file, kLargestSession), file))};
        },
        [this](Session session) { beginSession(std::move(session)); },
        [this](const QString& message) {
            openPendingData();
            showFailure(QStringLiteral("The session cannot be opened"), message);
        });
}

void MainWindow::beginSession(Session session) {
    const ReportInput& input = session.report.input;
    const QString modelSpec = QString::fromStdString(input.modelFile),
                  dataSpec = QString::fromStdString(input.dataSpec);
    const bool sameModel = m_model != nullptr && m_model->hash == input.subjects.front().modelHash;
    if (modelSpec.isEmpty() && !sameModel) {
        openPendingData();
        showFailure(QStringLiteral("The session cannot be opened"),
                    QStringLiteral("%1 does not name its model (%2). Open that model first, then the session.")
                        .arg(session.name, printable(input.subjects.front().modelName)));
        return;
    }
    m_session = std::move(session);
    if (!dataSpec.isEmpty() && dataSpec != m_dataSpec && dataSpec != absoluteName(m_dataSpec)) m_pendingData = dataSpec;
    if (sameModel) takeModel(m_model);
    else loadModel(modelSpec);
}

bool MainWindow::fitsModel(const BitConfiguration& bits) const {
    return bits.size() == m_model->network.quantizable().size() && std::ranges::all_of(bits.bits, [&](int width) {
               return std::ranges::find(m_model->bits, width) != m_model->bits.end();
           });
}

bool MainWindow::sessionFits() {
    if (!m_session) return false;
    const auto& subjects = m_session->report.input.subjects;
    std::string reason;
    if (subjects.front().modelHash != m_model->hash)
        reason = "The file " + m_modelSpec.toStdString() +
                 " is not the model that the session is of: its content has changed.";
    else if (!fitsModel(subjects.front().bits) || !fitsModel(subjects[subjects.size() > 1 ? 1 : 0].bits))
        reason = "Its mixes do not fit the model's layers and widths.";
    if (reason.empty()) return true;
    m_session.reset();
    showFailure(QStringLiteral("The session does not fit the model"), QString::fromStdString(reason));
    return false;
}

/// Of this model, this data set and its whole split, at widths that it has; what the model itself tells is worked out.
std::vector<EvaluationSummary> MainWindow::sessionRows() const {
    std::vector<EvaluationSummary> rows;
    if (!m_session || m_data == nullptr) return rows;
    const Network& network = m_model->network;
    for (const ReportPoint& point : m_session->report.input.points) {
        EvaluationSummary row = point.evaluation;
        if (row.modelHash != m_model->hash || row.dataHash != m_data->hash() || !fitsModel(row.bits)) continue;
        row.bitops = bitOps(network, row.bits);
        row.weightBytes = weightBytes(network, row.bits);
        row.normBytes = normBytes(network, static_cast<int>(m_model->bits.size()));
        row.id = -static_cast<std::int64_t>(rows.size()) - 1;  // not of the database
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Measurement> MainWindow::sessionLatencies() const {
    std::vector<Measurement> found;
    if (!m_session) return found;
    for (const ReportSubject& subject : m_session->report.input.subjects)
        if (subject.measurement && !subject.measurement->simulated && subject.modelHash == m_model->hash &&
            fitsModel(subject.bits))
            found.push_back(*subject.measurement);
    return found;
}

}  // namespace bitdesk
