// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/db_list.h"

#include <fmt/format.h>
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "app/cli/figures.h"
#include "core/base/files.h"
#include "core/results/csv_cells.h"

namespace bitdesk::cli {
namespace {

/// Whether a name or a hash is what was asked for: a hash by its first digits, as they are shown. `asStored`: the name
/// under which a file of that name is stored.
bool isNamed(const std::string& wanted, const std::string& asStored, const std::string& name, const std::string& hash) {
    constexpr std::size_t kFewest = 4;
    return wanted.empty() || wanted == name || asStored == name ||
           (wanted.size() >= kFewest && hash.starts_with(wanted));
}

/// The first of those that are wanted, as many as are wanted.
template <typename Row, typename Wanted>
std::vector<Row> chosen(std::vector<Row> rows, std::int64_t limit, const Wanted& isWanted) {
    std::erase_if(rows, [&](const Row& row) { return !isWanted(row); });
    if (limit > 0 && std::cmp_greater(rows.size(), limit)) rows.resize(static_cast<std::size_t>(limit));
    return rows;
}

/// What models are called: with their hash where a name stands for several.
class ModelNames {
public:
    void add(const std::string& name, const std::string& hash) { m_hashes[name].insert(hash); }
    std::string operator()(const std::string& name, const std::string& hash) const {
        const auto found = m_hashes.find(name);
        const bool several = found != m_hashes.end() && found->second.size() > 1;
        return printable(name) + (several ? " " + shortHash(hash) : "");
    }

private:
    std::map<std::string, std::set<std::string>> m_hashes;
};

std::string evaluationsText(const std::vector<EvaluationSummary>& rows, const ModelNames& nameOf) {
    std::string text = fmt::format("{:>6}  {:<20} {:<16} {:<8} {:<5} {:<30} {:>15} {:>9}  {}\n", "id", "model", "data",
                                   "hash", "split", "bits", "right", "accuracy", "when");
    for (const EvaluationSummary& e : rows)
        text += fmt::format("{:>6}  {:<20} {:<16} {:<8} {:<5} {:<30} {:>6} of {:<5} {:>7.2f} %  {}{}\n", e.id,
                            nameOf(e.modelName, e.modelHash), printable(e.dataName), shortHash(e.dataHash),
                            printable(e.split), toText(e.bits), e.correct, e.total, 100 * e.accuracy(),
                            printable(e.createdAt), e.looks > 1 ? ", stopped early" : "");
    return text;
}

/// How the images of each hash were prepared: what the table above has no room for.
std::string dataText(const std::vector<EvaluationSummary>& rows) {
    std::string text;
    std::set<std::pair<std::string, std::string>> told;
    for (const EvaluationSummary& e : rows) {
        if (!told.emplace(e.dataHash, e.split).second) continue;
        const std::string prepared = printable(e.facts.preparation);
        text +=
            fmt::format("{}  {} ({}): {}{}\n", shortHash(e.dataHash), printable(e.dataName), printable(e.split),
                        prepared.empty() ? "preparation not known" : prepared,
                        e.facts.skipped.value_or(0) > 0 ? fmt::format("; {} files left out", *e.facts.skipped) : "");
    }
    return text.empty() ? text : "\ndata by hash\n" + text;
}

Json measurementRow(const Measurement& m) {
    Json json = measurementJson(m);
    json.erase("environment");
    json.update(picked(m, {"model", "model_hash", "bits", "created_at"}));
    return json;
}

std::string measurementsText(const std::vector<Measurement>& measurements, const ModelNames& nameOf) {
    if (measurements.empty()) return {};
    std::string text = fmt::format("\n{:>6}  {:<20} {:<30} {:<40} {}\n", "id", "model", "bits",
                                   "latency, 95 % interval", "how, interleaved group, when");
    for (const Measurement& m : measurements) {
        const TimeScale unit = TimeScale::forLongest(m.latencyMs.median);
        text += fmt::format(
            "{:>6}  {:<20} {:<30} {:<40} {} on {}, {} thread(s), batch {}{}, {}, {}\n", m.id,
            nameOf(m.modelName, m.modelHash), toText(m.bits),
            fmt::format("{} {} n = {}", unit.figure(m.latencyMs.median, m.medianCi95), unit.name, m.latencyMs.n),
            printable(m.backend), printable(m.device), m.threads, m.batch, m.simulated ? ", simulated" : "", m.runGroup,
            printable(m.createdAt));
    }
    return text;
}

Json jobRow(const StoredJob& job) {
    const Json request = Json::parse(job.request, nullptr, false);
    return {{"id", job.id},
            {"kind", job.kind},
            {"state", toText(job.state)},
            {"evaluated", job.evaluated},
            {"measured", job.measured},
            {"created_at", job.createdAt},
            {"finished_at", job.finishedAt.empty() ? Json() : Json(job.finishedAt)},
            {"request", request.is_discarded() ? Json() : request}};
}

std::string jobsText(const std::vector<StoredJob>& all) {
    if (all.empty()) return {};
    std::string text = fmt::format("\n{:>6}  {:<8} {:<10} {:>10} {:>9}  {}\n", "job", "kind", "state", "evaluated",
                                   "measured", "begun");
    for (const StoredJob& job : all)
        text += fmt::format("{:>6}  {:<8} {:<10} {:>10} {:>9}  {}\n", job.id, printable(job.kind), toText(job.state),
                            job.evaluated, job.measured, printable(job.createdAt));
    return text;
}

}  // namespace

DbListing listStore(Store& store, const RowsWanted& wanted) {
    const bool all = wanted.model.empty() && wanted.data.empty();
    const std::int64_t read = all ? wanted.limit : 0;
    const std::string model = std::filesystem::path(wanted.model).stem().string();
    const std::string data = wanted.data.empty() ? "" : fullName(wanted.data).string();
    const auto rows = chosen(store.evaluations({}, read), wanted.limit, [&](const EvaluationSummary& e) {
        return isNamed(wanted.model, model, e.modelName, e.modelHash) &&
               isNamed(wanted.data, data, e.dataName, e.dataHash);
    });
    // A latency is of no data.
    const auto measured = chosen(store.measurements({}, read), wanted.limit, [&](const Measurement& m) {
        return wanted.data.empty() && isNamed(wanted.model, model, m.modelName, m.modelHash);
    });
    const auto begun = all ? store.jobs(wanted.limit) : std::vector<StoredJob>();
    ModelNames nameOf;
    for (const EvaluationSummary& e : rows) nameOf.add(e.modelName, e.modelHash);
    for (const Measurement& m : measured) nameOf.add(m.modelName, m.modelHash);
    DbListing listing;
    Json evaluations = Json::array(), measurements = Json::array(), jobs = Json::array();
    listing.csv = "id,model,data,split,bits,correct,total,created_at,model_hash,data_hash,preparation,skipped\n";
    for (const EvaluationSummary& e : rows) {
        evaluations.push_back(
            evaluationJson(e, {"id", "model", "model_hash", "data", "data_hash", "preparation", "skipped", "split",
                               "bits", "correct", "total", "backend", "device", "created_at", "stopped_early"}));
        listing.csv += csvCells(e, {"id", "model", "data", "split", "bits", "correct", "total", "created_at",
                                    "model_hash", "data_hash", "preparation", "skipped"}) +
                       "\n";
    }
    for (const Measurement& m : measured) measurements.push_back(measurementRow(m));
    for (const StoredJob& job : begun) jobs.push_back(jobRow(job));
    listing.json = {{"database", store.path().string()},
                    {"evaluations", std::move(evaluations)},
                    {"measurements", std::move(measurements)},
                    {"jobs", std::move(jobs)}};
    listing.text =
        evaluationsText(rows, nameOf) + dataText(rows) + measurementsText(measured, nameOf) + jobsText(begun);
    return listing;
}

}  // namespace bitdesk::cli
