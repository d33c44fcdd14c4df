// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/results.h"

#include <QFileInfo>
#include <algorithm>

#include "app/jobs/named_files.h"
#include "core/base/files.h"
#include "core/network/cost.h"
#include "profiling/machine_state.h"

namespace bitdesk {

using namespace Qt::StringLiterals;

namespace {

/// Of one data set.
std::vector<EvaluationSummary> evaluationsOf(Store& store, const std::string& modelHash, const std::string& dataName,
                                             const std::string& split) {
    auto rows = store.evaluations(modelHash);
    std::erase_if(rows, [&](const EvaluationSummary& row) { return row.dataName != dataName || row.split != split; });
    return rows;
}

/// Latencies that may stand on one axis: of one machine, build, executor, number of threads and images.
std::vector<Measurement> comparable(Store& store, LatencyKey setting) {
    const Environment here = readEnvironment();
    setting.machine = here.hostHash;
    setting.build = buildName(here);
    auto found = store.measurements(setting.modelHash);
    std::erase_if(found, [&](const Measurement& m) { return m.simulated || m.key() != setting; });
    return {found.rbegin(), found.rend()};  // the newest of a mix counts, so it comes last
}

/// A width for each fader, and one that the model has.
bool fits(const BitConfiguration& bits, const MetaModel& model) {
    return bits.size() == model.network.quantizable().size() && std::ranges::all_of(bits.bits, [&](int width) {
               return std::ranges::find(model.bits, width) != model.bits.end();
           });
}

}  // namespace

Session Session::read(const QString& path) {
    constexpr std::uint64_t kLargest = 512 << 20;
    const std::string file = path.toStdString();
    return {.name = QFileInfo(path).fileName(), .report = makeReport(readReportJson(readFile(file, kLargest), file))};
}

QString Session::misfit(const MetaModel& model, const QString& file) const {
    if (input().subjects.front().modelHash != model.hash)
        return u"The file %1 is not the model that the session is of: its content has changed."_s.arg(file);
    if (!fits(baseline(), model) || !fits(mix(), model))
        return u"Its mixes do not fit the model's layers and widths."_s;
    return {};
}

std::vector<EvaluationSummary> Session::rows(const MetaModel& model, const DataSet& data) const {
    std::vector<EvaluationSummary> rows;
    for (const ReportPoint& point : input().points) {
        EvaluationSummary row = point.evaluation;
        if (row.modelHash != model.hash || row.dataHash != data.hash() || !fits(row.bits, model)) continue;
        row.bitops = bitOps(model.network, row.bits);
        row.weightBytes = weightBytes(model.network, row.bits);
        row.normBytes = normBytes(model);
        row.id = -static_cast<std::int64_t>(rows.size()) - 1;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Measurement> Session::latencies(const MetaModel& model) const {
    std::vector<Measurement> found;
    for (const ReportSubject& subject : input().subjects)
        if (subject.measurement && !subject.measurement->simulated && subject.modelHash == model.hash &&
            fits(subject.bits, model))
            found.push_back(*subject.measurement);
    return found;
}

Results::Results(jobs::DeviceChoice device, const ComputeArbiter& arbiter, QObject* parent)
    : QObject(parent),
      m_device(std::move(device)),
      m_arbiter(arbiter),
      m_toWrite{.wait = {.endless = true, .stop = m_closing.get_token()}} {
    connect(&m_opening, &Task::failed, this, [this](const Error& error) {
        if (m_store != nullptr) {
            emit failed(u"The results cannot be opened"_s, QString::fromUtf8(error.what()));
            return;
        }
        emit notStored(error);
        emit storeChanged();
    });
    m_readingRows.failAs(this, u"The history cannot be read"_s);
    m_readingLatencies.failAs(this, u"Latencies cannot be read"_s);
    m_writing.failAs(this, u"The report cannot be written"_s);
}

void Results::openFirst(const QString& path) {
    m_opening.start(
        [path = path.toStdString(), access = m_toWrite] {
            return std::make_shared<StoreThread>(path.empty() ? Store::defaultPath() : std::filesystem::path(path),
                                                 access);
        },
        [this](std::shared_ptr<StoreThread> store) { take(std::move(store)); });
}

void Results::open(const QString& path) {
    m_opening.start(
        [file = std::filesystem::path(path.toStdString()), access = m_toWrite] {
            if (!isThere(file)) throw Error(ErrorKind::BadInput, file.string(), "there is no such database");
            try {
                return std::make_shared<StoreThread>(file, access);
            } catch (const Error&) {  // somebody else's, perhaps: to look at
                return std::make_shared<StoreThread>(file, StoreAccess{.use = StoreAccess::Use::Read});
            }
        },
        [this](std::shared_ptr<StoreThread> store) { take(std::move(store)); });
}

void Results::take(std::shared_ptr<StoreThread> store) {
    // What was posted to the former one is stored however long another program locks it.
    if (m_store != nullptr)
        m_retiring.start([former = std::move(m_store)] { former->post([](Store&) {}).get(); }, [] {});
    m_store = std::move(store);
    emit storeChanged();
}

void Results::setSession(std::optional<Session> session) {
    m_session = std::move(session);
    emit sessionChanged();
}

void Results::begin(std::shared_ptr<const MetaModel> model, std::shared_ptr<const DataSet> data) {
    m_model = std::move(model);
    m_data = std::move(data);
    m_rows.clear();
    m_latencies.clear();
    m_storedLatencies.clear();
    emit cleared();
    refresh();
}

void Results::refresh() {
    if (m_model == nullptr || m_data == nullptr) return;
    m_since.clear();
    if (m_store == nullptr) {
        takeRows({});
        return;
    }
    m_readingRows.start(
        [store = m_store, modelHash = m_model->hash, dataName = m_data->name(), split = splitName(m_data->split())] {
            return store->read([&](Store& s) { return evaluationsOf(s, modelHash, dataName, split); }).get();
        },
        [this](std::vector<EvaluationSummary> rows) { takeRows(std::move(rows)); });
}

void Results::takeRows(std::vector<EvaluationSummary> rows) {
    m_rows = std::move(rows);
    for (const EvaluationSummary& row : m_since)
        if (std::ranges::find(m_rows, row.id, &EvaluationSummary::id) == m_rows.end())
            m_rows.insert(m_rows.begin(), row);
    emit rowsChanged();
    loadLatencies();
}

void Results::add(const EvaluationSummary& row) {
    if (row.id > 0 && std::ranges::find(m_rows, row.id, &EvaluationSummary::id) == m_rows.end()) {
        m_rows.insert(m_rows.begin(), row);
        m_since.push_back(row);
    }
    emit added(row);
}

void Results::loadLatencies() {
    if (m_store == nullptr) {
        takeLatencies({});
        return;
    }
    const LatencyKey setting{.modelHash = m_model->hash,
                             .backend = jobs::backendOf(m_device),
                             .device = m_device.device,
                             .machine = {},
                             .build = {},
                             .threads = m_arbiter.threads(),
                             .batch = 1};
    m_readingLatencies.start(
        [store = m_store, setting] { return store->read([&](Store& s) { return comparable(s, setting); }).get(); },
        [this](std::vector<Measurement> found) { takeLatencies(std::move(found)); });
}

/// Times of another machine do not stand on one axis with ours: a session's go before.
void Results::takeLatencies(std::vector<Measurement> stored) {
    m_storedLatencies = std::move(stored);
    m_latencies = m_session ? m_session->latencies(*m_model) : std::vector<Measurement>();
    const bool apart = !m_latencies.empty() && !m_storedLatencies.empty() &&
                       m_latencies.front().key() != m_storedLatencies.front().key();
    if (!apart) m_latencies.insert(m_latencies.end(), m_storedLatencies.begin(), m_storedLatencies.end());
    emit latenciesChanged();
}

std::vector<EvaluationSummary> Results::sessionRows() const {
    return m_session && m_data != nullptr ? m_session->rows(*m_model, *m_data) : std::vector<EvaluationSummary>();
}

std::vector<EvaluationSummary> Results::rows() const {
    std::vector<EvaluationSummary> rows = m_rows;
    for (EvaluationSummary& row : sessionRows()) rows.push_back(std::move(row));
    return rows;
}

std::vector<EvaluationSummary> Results::points() const {
    std::vector<EvaluationSummary> points = sessionRows();
    points.insert(points.end(), m_rows.rbegin(), m_rows.rend());
    return points;
}

std::int64_t Results::idOf(const BitConfiguration& bits) const {
    std::int64_t id = 0;
    for (const EvaluationSummary& row : m_rows)
        if (row.bits == bits && row.total == m_data->size()) id = std::max(id, row.id);
    return id;
}

void Results::write(jobs::ReportRequest request, const std::vector<std::string>& limits, const QStringList& files) {
    if (m_store == nullptr) return;
    request.database = m_store->path().string();
    std::vector<std::string> names;
    for (const QString& file : files) names.push_back(file.toStdString());
    m_writing.start(
        [store = m_store, request = std::move(request), limits, names]() mutable {
            request.limits = parseLimits(limits, "Limits");
            const std::vector<std::filesystem::path> inputs{request.database, request.modelFile};
            for (const std::string& name : names) jobs::checkOutput(name, inputs);
            const Report report = store->read([&](Store& s) { return jobs::reportOf(s, request); }).get();
            std::string told = report.summary;
            for (const std::string& note : jobs::writeReport(report, names)) told += "\n\n" + printable(note);
            return told;
        },
        [this, files](const std::string& summary) {
            emit written(u"The report is written"_s, QString::fromStdString(summary), files);
        });
}

}  // namespace bitdesk
