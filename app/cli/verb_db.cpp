// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>

#include "app/cli/figures.h"
#include "app/cli/options.h"
#include "app/cli/verbs.h"
#include "app/jobs/output_file.h"

namespace bitdesk::cli {
namespace {

struct DbOptions {
    StoreOptions store;
    OutputOptions output;
    std::int64_t limit = 0;
    CLI::App* list = nullptr;
    CLI::App* check = nullptr;
    CLI::App* merge = nullptr;
    std::string into;
    std::vector<std::string> sources;
};

Json evaluationRow(const EvaluationSummary& e) {
    return {{"id", e.id},           {"model", e.modelName},      {"model_hash", e.modelHash},
            {"data", e.dataName},   {"split", e.split},          {"bits", e.bits.bits},
            {"correct", e.correct}, {"total", e.total},          {"backend", e.backend},
            {"device", e.device},   {"created_at", e.createdAt}, {"stopped_early", e.looks > 1}};
}

Json measurementRow(const Measurement& m) {
    Json json = measurementJson(m);
    json.erase("environment");
    json["model"] = m.modelName;
    json["model_hash"] = m.modelHash;
    json["bits"] = m.bits.bits;
    json["created_at"] = m.createdAt;
    return json;
}

std::string measurementsText(const std::vector<Measurement>& measurements) {
    if (measurements.empty()) return {};
    std::string text = fmt::format("\n{:>6}  {:<20} {:<30} {:<40} {}\n", "id", "model", "bits",
                                   "latency, 95 % interval", "how, interleaved group, when");
    for (const Measurement& m : measurements) {
        const TimeScale unit = TimeScale::forLongest(m.latencyMs.median);
        text += fmt::format(
            "{:>6}  {:<20} {:<30} {:<40} {} on {}, {} thread(s), batch {}{}, {}, {}\n", m.id, m.modelName,
            toText(m.bits),
            fmt::format("{} {} n = {}", unit.figure(m.latencyMs.median, m.medianCi95), unit.name, m.latencyMs.n),
            m.backend, m.device, m.threads, m.batch, m.simulated ? ", simulated" : "", m.runGroup, m.createdAt);
    }
    return text;
}

Json jobRow(const StoredJob& job) {
    return {{"id", job.id},
            {"kind", job.kind},
            {"state", toText(job.state)},
            {"evaluated", job.evaluated},
            {"measured", job.measured},
            {"created_at", job.createdAt},
            {"finished_at", job.finishedAt.empty() ? Json() : Json(job.finishedAt)},
            {"request", storedJson(job.request)}};
}

std::string jobsText(const std::vector<StoredJob>& all) {
    if (all.empty()) return {};
    std::string text = fmt::format("\n{:>6}  {:<8} {:<10} {:>10} {:>9}  {}\n", "job", "kind", "state", "evaluated",
                                   "measured", "begun");
    for (const StoredJob& job : all)
        text += fmt::format("{:>6}  {:<8} {:<10} {:>10} {:>9}  {}\n", job.id, job.kind, toText(job.state),
                            job.evaluated, job.measured, job.createdAt);
    return text;
}

int list(const DbOptions& options, Terminal& terminal) {
    Store store(existingDatabase(options.store));
    Json evaluations = Json::array(), measurements = Json::array();
    std::string text = fmt::format("{:>6}  {:<20} {:<16} {:<5} {:<30} {:>15} {:>9}  {}\n", "id", "model", "data",
                                   "split", "bits", "right", "accuracy", "when");
    std::string csv = "id,model,data,split,bits,correct,total,created_at\n";
    for (const EvaluationSummary& e : store.evaluations({}, options.limit)) {
        evaluations.push_back(evaluationRow(e));
        text += fmt::format("{:>6}  {:<20} {:<16} {:<5} {:<30} {:>6} of {:<5} {:>7.2f} %  {}{}\n", e.id, e.modelName,
                            e.dataName, e.split, toText(e.bits), e.correct, e.total, 100 * e.accuracy(), e.createdAt,
                            e.looks > 1 ? ", stopped early" : "");
        csv += fmt::format("{},{},{},{},{},{},{},{}\n", e.id, csvCell(e.modelName), csvCell(e.dataName), e.split,
                           csvList(e.bits.bits), e.correct, e.total, e.createdAt);
    }
    const auto measured = store.measurements({}, options.limit);
    for (const Measurement& m : measured) measurements.push_back(measurementRow(m));
    Json jobs = Json::array();
    const auto begun = store.jobs(options.limit);
    for (const StoredJob& job : begun) jobs.push_back(jobRow(job));
    emit(options.output, terminal,
         {{"database", store.path().string()},
          {"evaluations", evaluations},
          {"measurements", measurements},
          {"jobs", jobs}},
         csv, text + measurementsText(measured) + jobsText(begun));
    return 0;
}

/// Sources are opened, and so checked, before the target is made.
int merge(const DbOptions& options, Terminal& terminal) {
    std::vector<Store> sources;
    for (const std::string& source : options.sources) {
        StoreOptions named;
        named.db = source;
        const auto path = existingDatabase(named);
        if (jobs::sameFile(path, options.into)) throw Error(ErrorKind::Usage, source, "cannot be merged into itself");
        sources.emplace_back(path);
    }
    Store target(options.into);
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
        text +=
            fmt::format("{}: {} evaluations, {} measurements and {} layer tables added, {} were there\n",
                        source.path().string(), found.evaluations, found.measurements, found.layerTables, found.known);
        for (const std::string& line : found.conflicts) terminal.err << "bitdesk: " << printable(line) << '\n';
        conflict = conflict || !found.conflicts.empty();
    }
    emit(options.output, terminal, {{"database", options.into}, {"merged", std::move(rows)}}, {}, text);
    return conflict ? 1 : 0;
}

int check(const DbOptions& options, Terminal& terminal) {
    const std::string path = existingDatabase(options.store).string();
    const auto problems = Store::check(path);
    std::string text =
        fmt::format("{}: schema {}, {}\n", path, Store::schemaVersion(), problems.empty() ? "no problems" : "damaged");
    for (const std::string& problem : problems) text += "  " + problem + "\n";
    emit(options.output, terminal, {{"database", path}, {"problems", problems}}, {}, text);
    if (!problems.empty())
        throw Error(ErrorKind::BadInput, path, "the database is damaged", "Move it away, or restore a copy of it");
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
        part->add_option("--db", options->store.db, "results database (default: the user's data folder)")
            ->check(namesAFile());
        addOutput(*part, options->output);
    }
    options->list->add_option("--limit", options->limit, "rows of each, 0: all")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, kLargestLimit));
    return [options](Terminal& terminal) {
        Inputs inputs;
        inputs.add(options->store);
        checkOutputs(options->output, inputs);
        if (options->merge->parsed()) return merge(*options, terminal);
        return options->list->parsed() ? list(*options, terminal) : check(*options, terminal);
    };
}

}  // namespace bitdesk::cli
