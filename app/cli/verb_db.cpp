// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "app/cli/databases.h"
#include "app/cli/figures.h"
#include "app/cli/options.h"
#include "app/cli/setting_options.h"
#include "app/cli/verb.h"
#include "app/jobs/named_files.h"
#include "core/base/files.h"
#include "core/base/quoting.h"
#include "core/results/csv_cells.h"
#include "core/store/store.h"

namespace bitdesk::cli {
namespace {

/// Which rows: of a model, of data, each by its name or the beginning of its hash; empty: of all.
struct RowsWanted {
    std::string model, data;
    std::int64_t limit = 0;  ///< of each kind, 0: all
};

struct DbOptions {
    StoreOptions store;
    OutputOptions output;
    RowsWanted rows;
    CLI::App* list = nullptr;
    CLI::App* check = nullptr;
    CLI::App* merge = nullptr;
    std::string into;
    std::vector<std::string> sources;
};

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

/// What `db list` tells.
Answer listStore(Store& store, const RowsWanted& wanted) {
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
    Answer listing;
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

int list(const DbOptions& options, Terminal& terminal) {
    Store store(existingDatabase(options.store), toRead());
    const Answer found = listStore(store, options.rows);
    emit(options.output, terminal, found.json, found.csv, found.text);
    return 0;
}

/// A database that this run made and did not finish goes away again: nobody takes it for a merged one.
class NewDatabase {
public:
    explicit NewDatabase(const std::filesystem::path& path) : m_path(path), m_isNew(!isThere(path)) {}
    ~NewDatabase() {
        std::error_code code;
        for (const char* ending : {"", "-wal", "-shm", "-journal"})
            if (m_isNew) std::filesystem::remove(m_path.string() + ending, code);
    }
    NewDatabase(const NewDatabase&) = delete;
    NewDatabase& operator=(const NewDatabase&) = delete;
    void keep() { m_isNew = false; }

private:
    std::filesystem::path m_path;
    bool m_isNew;
};

/// Sources are opened, and so checked, before the target is made.
int merge(const DbOptions& options, Terminal& terminal) {
    std::vector<Store> sources;
    for (const std::string& source : options.sources) {
        const auto path = existingDatabase({.db = source});
        if (jobs::sameFile(path, options.into)) throw Error(ErrorKind::Usage, source, "cannot be merged into itself");
        sources.emplace_back(path, toRead());
    }
    NewDatabase made(options.into);  // closed before it is taken away
    Store target(options.into, toWrite(options.into, terminal));
    tellNotes(target.notes(), terminal);
    Json rows = Json::array();
    std::string text;
    bool conflict = false;
    for (Store& source : sources) {
        const MergeResult found = target.merge(source);
        rows.push_back({{"database", source.path().string()},
                        {"evaluations", found.evaluations},
                        {"measurements", found.measurements},
                        {"layer_tables", found.layerTables},
                        {"known", found.known},
                        {"conflicts", found.conflicts}});
        text += fmt::format("{}: {} evaluations, {} measurements and {} layer tables added, {} were there\n",
                            printable(source.path().string()), found.evaluations, found.measurements, found.layerTables,
                            found.known);
        for (const std::string& line : found.conflicts) terminal.err << "bitdesk: " << printable(line) << '\n';
        conflict = conflict || !found.conflicts.empty();
    }
    made.keep();
    emit(options.output, terminal, {{"database", options.into}, {"merged", std::move(rows)}}, {}, text);
    return conflict ? 1 : 0;
}

/// The first of each kind, and how many more there are.
std::vector<std::string> listed(const StoreProblems& problems) {
    constexpr std::size_t kMost = 100;
    std::vector<std::string> lines;
    for (const auto* kind : {&problems.file, &problems.evaluations, &problems.measurements}) {
        const std::size_t shown = std::min(kind->size(), kMost);
        lines.insert(lines.end(), kind->begin(), kind->begin() + static_cast<std::ptrdiff_t>(shown));
        if (kind->size() > kMost) lines.push_back(fmt::format("… and {} more like the last", kind->size() - kMost));
    }
    return lines;
}

std::string adviceFor(const StoreProblems& problems, const std::string& path) {
    if (!problems.file.empty()) return "Move it away, or restore a copy of it";
    if (!problems.evaluations.empty())
        return "Restore a copy of it, or remove these rows (docs/cli.md says how): they are then evaluated again";
    return "bitdesk db merge NEW.sqlite " + shellQuoted(path) + " copies all but these rows";
}

int check(const DbOptions& options, Terminal& terminal) {
    const std::string path = existingDatabase(options.store).string();
    const StoreProblems problems = Store::check(path);
    const std::vector<std::string> lines = listed(problems);
    std::string text = fmt::format("{}: schema {}, {}\n", printable(path), Store::schemaVersion(),
                                   problems.empty() ? "no problems" : "damaged");
    for (const std::string& line : lines) text += "  " + printable(line) + "\n";
    emit(options.output, terminal, {{"database", path}, {"problems", lines}}, {}, text);
    if (!problems.empty()) throw Error(ErrorKind::BadInput, path, "the database is damaged", adviceFor(problems, path));
    return 0;
}

}  // namespace

Run prepareDb(CLI::App& command) {
    auto options = std::make_shared<DbOptions>();
    command.require_subcommand(1);
    options->list = command.add_subcommand("list", "stored evaluations and measurements, newest first");
    options->check = command.add_subcommand("check", "integrity of the database");
    options->merge = command.add_subcommand("merge", "join databases: what is there already is not added again");
    options->merge->add_option("INTO", options->into, "the database that the others are added to; made if need be")
        ->required()
        ->check(namesAFile());
    options->merge->add_option("FROM", options->sources, "the others, which stay as they are")->required();
    addOutput(*options->merge, options->output);
    for (CLI::App* part : {options->list, options->check}) {
        addSettings(*part, jobs::kStoreSettings, options->store);
        addOutput(*part, options->output);
    }
    options->list->add_option("--limit", options->rows.limit, "rows of each, 0: all")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, jobs::kLargestLimit));
    options->list->add_option("--model", options->rows.model, "of this model: its name, or the beginning of its hash");
    options->list->add_option("--data", options->rows.data, "on this data: its name, or the beginning of its hash");
    return [options](Terminal& terminal) {
        checkOutputs(options->output, Inputs().add(options->store));
        if (options->merge->parsed()) return merge(*options, terminal);
        return options->list->parsed() ? list(*options, terminal) : check(*options, terminal);
    };
}

}  // namespace bitdesk::cli
