// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "app/cli/databases.h"
#include "app/cli/figures.h"
#include "app/cli/options.h"
#include "app/cli/setting_options.h"
#include "app/cli/verb.h"
#include "app/jobs/evaluate_job.h"
#include "core/model/model_file.h"
#include "core/network/cost.h"
#include "core/results/csv_cells.h"

namespace bitdesk::cli {
namespace {

struct EvalOptions {
    ModelOptions model;
    DataOptions data;
    DeviceOptions device;
    StoreOptions store;
    OutputOptions output;
    jobs::MixesRequest request;  ///< margin and untilSettled, as given
    bool dryRun = false;
};

using Row = jobs::ComparedEvaluation;

/// Where the numbers of an evaluation come from is part of each of them.
Json rowJson(const Row& row, const DataSet& data) {
    Json json = evaluationJson(row.result.evaluation,
                               {"id", "model", "model_hash", "data", "data_hash", "split", "bits", "correct", "total",
                                "accuracy", "ci95", "bitops", "weight_bytes", "norm_bytes", "device", "backend"});
    json["seconds"] = row.result.evaluation.seconds;
    json["stopped_early"] = row.result.evaluation.looks > 1;
    json["from_store"] = row.result.fromStore;
    addNotes(json, data.description());
    if (row.comparison) json["against_first"] = toldJson(*row.comparison);
    return json;
}

std::string rowText(const Row& row) {
    const Evaluation& e = row.result.evaluation;
    const Interval interval = e.interval();
    std::string text =
        fmt::format("{:<28}  {:6.2f} %  [{:5.2f}, {:5.2f}]  {:>6} of {:<6} {:>10.2f} M {:>9.1f} KiB {:>9.1f} KiB  {}\n",
                    toText(e.bits), 100 * e.accuracy(), 100 * interval.low, 100 * interval.high, e.correct, e.total,
                    static_cast<double>(e.bitops) / 1e6, static_cast<double>(e.weightBytes) / 1024,
                    static_cast<double>(e.normBytes) / 1024,
                    std::string(row.result.fromStore ? "stored" : "new") + (e.looks > 1 ? ", stopped early" : ""));
    if (row.comparison)
        text += fmt::format("    against the first: {}: {}\n", toText(row.comparison->verdict), row.comparison->reason);
    return text;
}

std::string tableText(const std::vector<Row>& rows) {
    const Evaluation& first = rows.front().result.evaluation;
    std::string text = fmt::format("{} on {} ({}), {} on {}\n\n", first.modelName, first.dataName, first.split,
                                   first.backend, first.device);
    text += fmt::format("{:<28}  {:>8}  {:>14}  {:>16} {:>12} {:>13} {:>13}\n", "bits", "accuracy", "95 % interval",
                        "right", "BitOPs", "weights", "norms");
    for (const Row& row : rows) text += rowText(row);
    return text;
}

/// difference, its interval, p-value, verdict
std::string verdictCells(const AccuracyComparison& c) {
    const PairedDifference& d = c.difference;
    return fmt::format("{:.6f},{:.6f},{:.6f},{},{}", d.delta, d.interval.low, d.interval.high, c.pValue,
                       toText(c.verdict));
}

std::string tableCsv(const std::vector<Row>& rows, const DataSet& data) {
    std::string csv =
        "id,model,data,split,bits,correct,total,accuracy,ci95_low,ci95_high,bitops,weight_bytes,norm_bytes,"
        "device,backend,stopped_early,delta,delta_ci95_low,delta_ci95_high,p_value,verdict,skipped,data_hash\n";
    for (const Row& row : rows) {
        const Evaluation& e = row.result.evaluation;
        csv += fmt::format("{},{},{},{},{}\n", e.id > 0 ? std::to_string(e.id) : "",
                           csvCells(e, {"model", "data", "split", "bits", "correct", "total", "accuracy", "ci95",
                                        "bitops", "weight_bytes", "norm_bytes", "device", "backend", "stopped_early"}),
                           row.comparison ? verdictCells(*row.comparison) : ",,,,", data.description().skipped,
                           e.dataHash);
    }
    return csv;
}

std::string dryRunText(const jobs::MixesRequest& request) {
    const MetaModel& model = *request.common.model;
    const DataSet& data = *request.common.data;
    const std::int64_t size = data.size(), limit = request.common.options.limit;
    const std::int64_t images = limit > 0 ? std::min(limit, size) : size;
    std::string text;
    for (const BitConfiguration& bits : request.mixes)
        text += fmt::format("would evaluate {} at {} on {} images of {} ({}), {} BitOPs an image\n", model.name,
                            toText(bits), images, data.name(), splitName(data.split()), bitOps(model.network, bits));
    return text;
}

std::vector<Row> evaluateAll(const EvalOptions& options, const jobs::MixesRequest& request, Terminal& terminal) {
    const auto store = openStore(options.store, terminal);  // last: bad input makes no database
    ComputeArbiter arbiter;
    arbiter.setThreads(options.device.threads);
    const auto executor = jobs::makeExecutor(*request.common.model, request.common.device, arbiter.threads());
    jobs::JobContext context{store.get(), &arbiter, {}, terminal.stop};
    std::optional<ProgressLine> line;  // one for each mix
    BitConfiguration shown;
    const auto show = [&](const BitConfiguration& bits, const PartialEvaluation& partial) {
        if (!(bits == shown)) line.emplace(terminal, options.output.quiet);
        shown = bits;
        line->show(fmt::format("{}: {} of {}, {:.2f} %", toText(bits), partial.seen, partial.total,
                               100.0 * static_cast<double>(partial.correct) / static_cast<double>(partial.seen)));
    };
    return jobs::evaluateMixes(request, *executor, context, show);
}

int run(EvalOptions options, Terminal& terminal) {
    checkOutputs(options.output, Inputs().add(options.model).add(options.data).add(options.store));
    if (options.request.untilSettled && options.model.bits.size() < 2)
        throw Error(ErrorKind::Usage, "--until-settled",
                    "settles how mixes compare with the first, and there is only one", "Give --bits twice or more");
    jobs::MixesRequest& request = options.request;
    const auto model = std::make_shared<const MetaModel>(openModel(options.model.model, options.model.seed));
    request.common.model = model;
    request.mixes = parseConfigurations(options.model, *model);
    request.common.device = deviceChoice(options.device);
    const auto data = openDataFor(*model, options.data, options.output, terminal);
    request.common.data = data;
    request.common.options.limit = options.data.limit;
    request.common.options.batch = options.data.batch;
    if (options.dryRun) {
        checkStore(options.store);
        terminal.out << dryRunText(request);
        return 0;
    }
    const auto rows = evaluateAll(options, request, terminal);
    Json json = rowJson(rows.front(), *data);
    if (rows.size() > 1) {
        Json list = Json::array();
        for (const Row& row : rows) list.push_back(rowJson(row, *data));
        json = {{"evaluations", list}};
    }
    emit(options.output, terminal, json, tableCsv(rows, *data), tableText(rows));
    if (rows.back().result.notStored) std::rethrow_exception(rows.back().result.notStored);
    return 0;
}

}  // namespace

Run prepareEval(CLI::App& command) {
    auto options = std::make_shared<EvalOptions>();
    addModel(command, options->model, true);
    addData(command, options->data);
    addBadFiles(command, options->data.choices, options->output);
    addDevice(command, options->device);
    addStore(command, options->store);
    addOutput(command, options->output);
    command.add_flag("--until-settled", options->request.untilSettled,
                     "stop each mix after the first as soon as it is settled whether it is better, worse or the same");
    addSetting(command, {nullptr, "--margin", "differences from the first mix that do not matter"}, jobs::Points{},
               options->request.margin);
    command.add_flag("--dry-run", options->dryRun, "check everything and say what would be done");
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
