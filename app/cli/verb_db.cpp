// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>

#include "app/cli/figures.h"
#include "app/cli/options.h"
#include "app/cli/verbs.h"

namespace bitdesk::cli {
namespace {

struct DbOptions {
    StoreOptions store;
    OutputOptions output;
    std::int64_t limit = 0;
    CLI::App* list = nullptr;
    CLI::App* check = nullptr;
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
        const TimeUnit unit = TimeUnit::forLongest(m.latencyMs.median);
        text += fmt::format(
            "{:>6}  {:<20} {:<30} {:<40} {} on {}, {} thread(s), batch {}{}, {}, {}\n", m.id, m.modelName,
            toText(m.bits),
            fmt::format("{} {} n = {}", unit.figure(m.latencyMs.median, m.medianCi95), unit.name, m.latencyMs.n),
            m.backend, m.device, m.threads, m.batch, m.simulated ? ", simulated" : "", m.runGroup, m.createdAt);
    }
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
                           csvCell(toText(e.bits)), e.correct, e.total, e.createdAt);
    }
    const auto measured = store.measurements({}, options.limit);
    for (const Measurement& m : measured) measurements.push_back(measurementRow(m));
    emit(options.output, terminal,
         {{"database", store.path().string()}, {"evaluations", evaluations}, {"measurements", measurements}}, csv,
         text + measurementsText(measured));
    return 0;
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
    for (CLI::App* part : {options->list, options->check}) {
        part->add_option("--db", options->store.db, "results database (default: the user's data folder)")
            ->check(namesAFile());
        addOutput(*part, options->output);
    }
    options->list->add_option("--limit", options->limit, "rows of each, 0: all")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, kLargestLimit));
    return [options](Terminal& terminal) {
        checkOutputs(options->output, Inputs().add(options->store));
        return options->list->parsed() ? list(*options, terminal) : check(*options, terminal);
    };
}

}  // namespace bitdesk::cli
