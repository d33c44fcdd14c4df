// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/cli/batch_output.h"

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <set>

#include "app/cli/databases.h"
#include "app/jobs/batch_file.h"
#include "app/jobs/named_files.h"
#include "app/jobs/rank.h"
#include "core/base/error.h"
#include "core/base/machine_limits.h"
#include "core/present/words.h"
#include "core/results/csv_cells.h"
#include "core/results/json_fields.h"

namespace bitdesk::cli {
namespace {

std::string progressText(const Progress& progress) {
    return fmt::format("{}: {:.1f} %{}", progress.activity, 100 * progress.fraction,
                       remainingText(progress.remainingSeconds));
}

double perSecond(std::int64_t count, double seconds) { return seconds > 0 ? static_cast<double>(count) / seconds : 0; }

/// A stored evaluation, with its latency where it was measured, as one of a list.
Json pointJson(Store& store, const JobItem& item) {
    Json json;
    if (const auto e = store.summary(item.evaluation))
        json =
            picked(*e, {"id", "bits", "correct", "total", "accuracy", "ci95", "bitops", "weight_bytes", "norm_bytes"});
    if (const auto m = item.measurement > 0 ? store.measurement(item.measurement) : std::nullopt)
        json.update(picked(*m, {{"id", "measurement"}, "latency_ms", "median_ci95_ms", "simulated"}));
    return json;
}

Json sweepJson(const jobs::SweepRequest& request, const jobs::SweepResult& result, Store& store) {
    Json items = Json::array(), front = Json::array();
    for (const JobItem& item : result.items) items.push_back(pointJson(store, item));
    for (const std::size_t i : result.front) front.push_back(items[i]);
    Json json{
        {"job", result.job},
        {"model", request.model->name},
        {"model_hash", request.model->hash},
        {"data", request.data->name()},
        {"data_hash", request.data->hash()},
        {"split", splitName(request.data->split())},
        {"configurations", request.configurations.size()},
        {"part", {{"index", request.rank.index}, {"count", request.rank.count}, {"launcher", request.rank.launcher}}},
        {"evaluated", result.evaluated},
        {"from_store", result.fromStore},
        {"measured", result.measured},
        {"measured_before", result.measuredBefore},
        {"seconds", result.seconds},
        {"evaluations_per_second", perSecond(result.evaluated, result.seconds)},
        {"images_per_second", perSecond(result.images, result.seconds)},
        {"workers", result.workers},
        {"workers_note", result.workersNote},
        {"trie_bound", result.trieBound},
        {"baseline", result.baseline.bits},
        {"front", std::move(front)},
        {"evaluations", std::move(items)}};
    addNotes(json, request.data->description());
    return json;
}

/// Several sweeps may be of one data set.
void tellNotesOf(const std::vector<jobs::SweepRequest>& sweeps, const OutputOptions& output, Terminal& terminal) {
    std::set<std::string> told;
    for (const jobs::SweepRequest& sweep : sweeps)
        if (told.insert(sweep.data->hash() + splitName(sweep.data->split())).second)
            tellNotes(*sweep.data, output, terminal);
}

std::string latencyCell(Store& store, std::int64_t measurement) {
    const auto m = measurement > 0 ? store.measurement(measurement) : std::nullopt;
    if (!m) return {};
    const TimeScale unit = TimeScale::forLongest(m->latencyMs.median);
    return fmt::format("{} {} n = {}{}", unit.figure(m->latencyMs.median, m->medianCi95), unit.name, m->latencyMs.n,
                       m->simulated ? ", simulated" : "");
}

std::string sweepText(const jobs::SweepRequest& request, const jobs::SweepResult& result, Store& store) {
    std::string text = fmt::format(
        "{} on {} ({}): {} of {} configurations{}\n", request.model->name, request.data->name(),
        splitName(request.data->split()), result.items.size(), request.configurations.size(),
        request.rank.shared()
            ? fmt::format(", part {} of {} ({})", request.rank.index + 1, request.rank.count, request.rank.launcher)
            : "");
    text += fmt::format("  {} evaluated in {}, {} from the store", result.evaluated, durationText(result.seconds),
                        result.fromStore);
    if (result.evaluated > 0)
        text += fmt::format(" ({:.2f} evaluations/s, {:.0f} images/s; shared first layers save at most {:.2f}×)",
                            perSecond(result.evaluated, result.seconds), perSecond(result.images, result.seconds),
                            result.trieBound);
    text += "\n";
    if (!result.workersNote.empty()) text += "  note: " + result.workersNote + "\n";
    if (result.measured + result.measuredBefore > 0)
        text += fmt::format("  {} latencies measured, {} were there\n", result.measured, result.measuredBefore);
    text += fmt::format("\n{:>6}  {:<30} {:>9}  {:>16} {:>12}  {}\n", "id", "front", "accuracy", "95 % interval",
                        "BitOPs", "latency, 95 % interval");
    for (const std::size_t i : result.front) {
        const JobItem& item = result.items[i];
        const auto row = store.summary(item.evaluation);
        if (!row) continue;
        text +=
            fmt::format("{:>6}  {:<30} {:>7.2f} %  [{:5.2f}, {:5.2f}] {:>10.2f} M  {}\n", row->id, toText(row->bits),
                        100 * row->accuracy(), 100 * row->interval().low, 100 * row->interval().high,
                        static_cast<double>(row->bitops) / 1e6, latencyCell(store, item.measurement));
    }
    return text;
}

Json reportJson(const jobs::WrittenReport& report) {
    return {{"files", report.files},
            {"summary", report.summary},
            {"limits", toldJson(report.limits)},
            {"notes", report.notes}};
}

std::string csvOf(const jobs::PreparedBatch& prepared, const jobs::BatchResult& result, Store& store) {
    std::string csv =
        "id,model,data,split,bits,correct,total,accuracy,ci95_low,ci95_high,bitops,weight_bytes,norm_bytes,"
        "latency_median_ms,latency_q1_ms,latency_q3_ms,latency_n,skipped,data_hash\n";
    for (std::size_t i = 0; i < result.sweeps.size(); ++i) {
        const jobs::SweepOutcome& outcome = result.sweeps[i];
        const DataSet& data = *prepared.sweeps[i].data;
        if (!outcome.result) continue;
        for (const JobItem& item : outcome.result->items) {
            const auto e = store.summary(item.evaluation);
            if (!e) continue;
            const auto m = item.measurement > 0 ? store.measurement(item.measurement) : std::nullopt;
            csv += fmt::format(
                "{},{},{},{}\n",
                csvCells(*e, {"id", "model", "data", "split", "bits", "correct", "total", "accuracy", "ci95", "bitops",
                              "weight_bytes", "norm_bytes"}),
                m ? fmt::format("{},{},{},{}", m->latencyMs.median, m->latencyMs.q1, m->latencyMs.q3, m->latencyMs.n)
                  : ",,,",
                data.description().skipped, data.hash());
        }
    }
    return csv;
}

std::string dryRunText(const jobs::PreparedBatch& prepared, const std::filesystem::path& database) {
    std::string text;
    for (const jobs::SweepRequest& sweep : prepared.sweeps) {
        const auto part = jobs::partOf(sweep.configurations, sweep.rank);
        const std::int64_t size = sweep.data->size(), limit = sweep.options.limit;
        const std::int64_t images = limit > 0 ? std::min(limit, size) : size;
        text +=
            fmt::format("would evaluate {} configurations of {} on {} images of {} ({}), about {:.1f} MiB in {}\n",
                        part.size(), sweep.model->name, images, sweep.data->name(), splitName(sweep.data->split()),
                        static_cast<double>(jobs::storedBytes(std::ssize(part), images)) / 1048576, database.string());
        if (sweep.latency != jobs::LatencyOf::None)
            text += fmt::format("would measure the latency of {}\n",
                                sweep.latency == jobs::LatencyOf::All ? "all of them" : "the mixes of the front");
    }
    for (const auto& files : prepared.reportFiles)
        for (const std::string& file : files) text += "would write " + file + "\n";
    return text;
}

std::filesystem::path baseDatabase(const StoreOptions& options, const jobs::Launch& launch) {
    if (options.none && launch.shared())
        throw Error(ErrorKind::Usage, "--no-store", "leaves nothing of a work that is shared", "Name a --db");
    if (options.none) return ":memory:";
    return databasePath(options);
}

/// Where --threads does not say.
int threadsHere(const jobs::Rank& rank) {
    const int usable = std::max(static_cast<int>(usableCpus().size()), 1);
    return jobs::threadsOf(rank, usable, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)), cpuQuota());
}

/// Ranks on one machine have its memory together.
void shareDataMemory(jobs::Batch& batch, int ranks) {
    constexpr std::int64_t kLeast = 16 << 20;
    for (jobs::SweepSpec& sweep : batch.sweeps)
        if (ranks > 1 && sweep.choices.memory == 0)
            sweep.choices.memory = std::max(defaultDataMemory() / ranks, kLeast);
}

void checkReportFiles(const jobs::PreparedBatch& prepared, const OutputOptions& output) {
    for (const auto& files : prepared.reportFiles)
        for (const std::string& file : files)
            if (jobs::sameFile(file, output.json) || jobs::sameFile(file, output.csv))
                throw Error(ErrorKind::Usage, file, "is to hold a report and the result", "Name another file");
}

jobs::PreparedBatch openShown(jobs::Batch batch, bool quiet, Terminal& terminal) {
    ProgressLine line(terminal, quiet);
    const auto show = [&](const Progress& progress) { line.show(progressText(progress)); };
    return jobs::openBatch(std::move(batch), terminal.stop, show);
}

jobs::BatchResult runShown(const jobs::PreparedBatch& prepared, int threads, bool quiet, StoreThread& store,
                           Terminal& terminal) {
    ComputeArbiter arbiter;
    arbiter.setThreads(threads);
    ProgressLine line(terminal, quiet);
    jobs::JobContext context{&store, &arbiter, [&](const Progress& progress) { line.show(progressText(progress)); },
                             terminal.stop};
    return jobs::runBatch(prepared, terminal.commandLine, context);
}

int tellFailures(const jobs::BatchResult& result, Terminal& terminal) {
    int code = 0;
    for (const jobs::WrittenReport& report : result.reports)
        if (tellBroken(report.limits, terminal)) code = 1;
    for (const jobs::SweepOutcome& sweep : result.sweeps)
        if (!sweep.failure.empty()) {
            terminal.err << "bitdesk: " << sweep.failure << '\n';
            code = exitCode(sweep.kind);
        }
    return code;
}

/// Every row is looked up again only for what was asked for.
Answer tell(const jobs::PreparedBatch& prepared, const jobs::BatchResult& result, bool single,
            const OutputOptions& output, Store& store) {
    Answer told{.json = {}, .csv = output.csv.empty() ? std::string() : csvOf(prepared, result, store), .text = {}};
    Json sweeps = Json::array(), reports = Json::array();
    for (std::size_t i = 0; i < result.sweeps.size(); ++i) {
        const jobs::SweepOutcome& outcome = result.sweeps[i];
        if (!output.json.empty())
            sweeps.push_back(outcome.result ? sweepJson(prepared.sweeps[i], *outcome.result, store)
                                            : Json{{"failure", outcome.failure}});
        if (outcome.result) told.text += sweepText(prepared.sweeps[i], *outcome.result, store) + "\n";
    }
    for (const jobs::WrittenReport& report : result.reports) {
        reports.push_back(reportJson(report));
        told.text += printable(report.summary) + "\n";
        for (const std::string& file : report.files) told.text += "  wrote " + file + "\n";
    }
    if (output.json.empty()) return told;
    told.json = single ? sweeps.front() : Json{{"sweeps", std::move(sweeps)}};
    told.json["database"] = store.path().string();
    told.json["reports"] = std::move(reports);
    return told;
}

/// Runs `use` of the database; what goes wrong is told of the batch's key where that names it.
template <typename Use>
auto atDatabaseOf(const jobs::Batch& batch, const StoreOptions& store, const Use& use) {
    const bool named = !batch.db.empty() && store.db == batch.resolve(batch.db);
    return named ? jobs::placed(batch, "db", use) : use();
}

}  // namespace

bool tellBroken(const std::vector<ReportLimit>& limits, Terminal& terminal) {
    bool broken = false;
    for (const ReportLimit& limit : limits) {
        broken = broken || limit.broken;
        if (limit.broken)
            terminal.err << "bitdesk: " << printable(limit.name) << ": " << printable(limit.subject) << ": "
                         << printable(limit.reason) << '\n';
    }
    return broken;
}

void addNight(CLI::App& command, NightOptions& options) {
    addStore(command, options.store);
    addOutput(command, options.output);
    command.add_flag("--resume", options.resume,
                     "go on with what was begun: nothing that is finished, latencies included, is done again");
    command.add_option("--part", options.part,
                       "2/5: the second of five parts, each in a store of its own (default: what mpirun, srun or a job "
                       "array says)");
    command.add_flag("--dry-run", options.dryRun, "check everything and say what would be done");
}

int runNight(jobs::Batch batch, const NightOptions& options, bool single, const Inputs& inputs, Terminal& terminal) {
    checkOutputs(options.output, inputs);
    const jobs::Launch launch = options.part.empty() ? jobs::launchOfProcess() : jobs::parsePart(options.part);
    const std::filesystem::path base = baseDatabase(options.store, launch);
    const int threads = batch.threads;
    const bool quiet = options.output.quiet;
    for (jobs::ReportSpec& report : batch.reports) report.csvBom = options.output.csvBom;
    shareDataMemory(batch, launch.step.onThisMachine);
    jobs::PreparedBatch prepared = openShown(std::move(batch), quiet, terminal);
    tellNotesOf(prepared.sweeps, options.output, terminal);
    const std::string work = jobs::workOf(prepared);
    const auto recorded = launch.task ? jobs::recordedDivision(base, work) : std::nullopt;
    const jobs::Rank rank = jobs::rankOf(launch, recorded);
    const std::filesystem::path path = jobs::databaseOf(rank, base);
    jobs::assign(prepared, rank, options.resume, path.string());
    checkReportFiles(prepared, options.output);
    const bool more = !prepared.reportFiles.empty() || prepared.sweeps.front().latency != jobs::LatencyOf::None;
    tellPart(launch, rank, base, more, terminal);
    if (!rank.shared() && base != ":memory:") tellUnmerged(base, terminal);
    const auto atDatabase = [&](const auto& use) { return atDatabaseOf(prepared.batch, options.store, use); };
    if (options.dryRun) {
        atDatabase([&] { Store::checkWritable(path); });
        terminal.out << dryRunText(prepared, path);
        return 0;
    }
    if (launch.task) jobs::recordDivision(base, work, jobs::divisionOf(launch, recorded));
    const auto opened = atDatabase([&] { return openStore(path, terminal, rank.index > 0); });
    StoreThread& store = *opened;
    const jobs::BatchResult result =
        runShown(prepared, threads > 0 ? threads : threadsHere(rank), quiet, store, terminal);
    const Answer told =
        store.post([&](Store& rows) { return tell(prepared, result, single, options.output, rows); }).get();
    emit(options.output, terminal, told.json, told.csv, told.text);
    for (const jobs::WrittenReport& report : result.reports) tellNotes(report.notes, terminal);
    return tellFailures(result, terminal);
}

}  // namespace bitdesk::cli
