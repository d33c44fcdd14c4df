// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/cli/bad_files.h"
#include "app/cli/databases.h"
#include "app/cli/figures.h"
#include "app/cli/options.h"
#include "app/cli/verbs.h"
#include "app/jobs/paired_job.h"
#include "core/model/model_file.h"
#include "core/network/cost.h"

namespace bitdesk::cli {
namespace {

struct EvalOptions {
    ModelOptions model;
    DataOptions data;
    DeviceOptions device;
    StoreOptions store;
    OutputOptions output;
    std::string marginText = "0.5pp";
    double margin = 0;  ///< once checked
    bool untilSettled = false, dryRun = false;
};

/// What is to be evaluated, and on what: all that is looked for before the work.
struct Work {
    std::shared_ptr<const MetaModel> model;
    std::vector<BitConfiguration> mixes;
    jobs::DeviceChoice device;
    std::shared_ptr<const DataSet> data;
};

/// A mix, on which images, and how it compares with the first one.
struct Row {
    jobs::EvaluateResult result;
    std::shared_ptr<const DataSet> data;
    std::optional<AccuracyComparison> againstFirst;
};

/// Where the numbers of an evaluation come from is part of each of them.
Json evaluationJson(const Row& row) {
    const Evaluation& e = row.result.evaluation;
    const Interval interval = wilson(e.correct, e.total);
    Json json{{"id", e.id > 0 ? Json(e.id) : Json()},
              {"model", e.modelName},
              {"model_hash", e.key.modelHash},
              {"data", e.dataName},
              {"data_hash", e.key.dataHash},
              {"split", e.key.split},
              {"bits", e.key.bits.bits},
              {"correct", e.correct},
              {"total", e.total},
              {"accuracy", e.accuracy()},
              {"ci95", {interval.low, interval.high}},
              {"bitops", e.bitops},
              {"weight_bytes", e.weightBytes},
              {"norm_bytes", e.normBytes},
              {"device", e.device},
              {"backend", e.backend},
              {"seconds", e.seconds},
              {"stopped_early", e.looks > 1},
              {"from_store", row.result.fromStore}};
    addNotes(json, row.data->description());
    if (row.againstFirst) json["against_first"] = accuracyJson(*row.againstFirst);
    return json;
}

std::string rowText(const Row& row) {
    const Evaluation& e = row.result.evaluation;
    const Interval interval = wilson(e.correct, e.total);
    std::string text =
        fmt::format("{:<28}  {:6.2f} %  [{:5.2f}, {:5.2f}]  {:>6} of {:<6} {:>10.2f} M {:>9.1f} KiB {:>9.1f} KiB  {}\n",
                    toText(e.key.bits), 100 * e.accuracy(), 100 * interval.low, 100 * interval.high, e.correct, e.total,
                    static_cast<double>(e.bitops) / 1e6, static_cast<double>(e.weightBytes) / 1024,
                    static_cast<double>(e.normBytes) / 1024,
                    std::string(row.result.fromStore ? "stored" : "new") + (e.looks > 1 ? ", stopped early" : ""));
    if (row.againstFirst)
        text +=
            fmt::format("    against the first: {}: {}\n", toText(row.againstFirst->verdict), row.againstFirst->reason);
    return text;
}

std::string tableText(const std::vector<Row>& rows) {
    const Evaluation& first = rows.front().result.evaluation;
    std::string text = fmt::format("{} on {} ({}), {} on {}\n\n", first.modelName, first.dataName, first.key.split,
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

std::string tableCsv(const std::vector<Row>& rows) {
    std::string csv =
        "id,model,data,split,bits,correct,total,accuracy,ci95_low,ci95_high,bitops,weight_bytes,norm_bytes,"
        "device,backend,stopped_early,delta,delta_ci95_low,delta_ci95_high,p_value,verdict,skipped,data_hash\n";
    for (const Row& row : rows) {
        const Evaluation& e = row.result.evaluation;
        const Interval interval = wilson(e.correct, e.total);
        csv += fmt::format("{},{},{},{},{},{},{},{:.6f},{:.6f},{:.6f},{},{},{},{},{},{},{},{},{}\n",
                           e.id > 0 ? std::to_string(e.id) : "", csvCell(e.modelName), csvCell(e.dataName), e.key.split,
                           csvList(e.key.bits.bits), e.correct, e.total, e.accuracy(), interval.low, interval.high,
                           e.bitops, e.weightBytes, e.normBytes, e.device, e.backend, e.looks > 1,
                           row.againstFirst ? verdictCells(*row.againstFirst) : ",,,,", row.data->description().skipped,
                           e.key.dataHash);
    }
    return csv;
}

std::string dryRunText(const Work& work, std::int64_t limit) {
    const std::int64_t size = work.data->size(), images = limit > 0 ? std::min(limit, size) : size;
    std::string text;
    for (const BitConfiguration& bits : work.mixes)
        text += fmt::format("would evaluate {} at {} on {} images of {} ({}), {} BitOPs an image\n", work.model->name,
                            toText(bits), images, work.data->name(), splitName(work.data->split()),
                            bitOps(work.model->network, bits));
    return text;
}

std::vector<Row> evaluateAll(const EvalOptions& options, const Work& work, Terminal& terminal) {
    const auto& data = work.data;
    const auto store = openStore(options.store, terminal);  // last: bad input makes no database
    ComputeArbiter arbiter;
    arbiter.setThreads(options.device.threads);
    const auto executor = jobs::makeExecutor(*work.model, work.device, arbiter.threads());
    jobs::JobContext context{store.get(), &arbiter, {}, terminal.stop};
    std::vector<Row> rows;
    for (const BitConfiguration& bits : work.mixes) {
        ProgressLine line(terminal, options.output.quiet);
        jobs::EvaluateRequest request{
            .model = work.model, .data = data, .bits = bits, .device = work.device, .options = {}};
        request.options.limit = options.data.limit;
        request.options.batch = options.data.batch;
        const auto show = [&](const PartialEvaluation& partial) {
            line.show(fmt::format("{}: {} of {}, {:.2f} %", toText(bits), partial.seen, partial.total,
                                  100.0 * static_cast<double>(partial.correct) / static_cast<double>(partial.seen)));
        };
        if (rows.empty()) {
            rows.push_back({jobs::evaluateMix(request, *executor, context, show), data, std::nullopt});
            continue;
        }
        if (rows.back().result.notStored) break;  // nor would the next be
        const Evaluation& first = rows.front().result.evaluation;
        if (options.untilSettled) {
            auto found = jobs::evaluateUntilSettled(request, first, options.margin, *executor, context, show);
            rows.push_back({std::move(found.result), data, std::move(found.comparison)});
        } else {
            auto result = jobs::evaluateMix(request, *executor, context, show);
            auto comparison = compareAccuracy(first, result.evaluation, options.margin);
            rows.push_back({std::move(result), data, std::move(comparison)});
        }
    }
    return rows;
}

int run(EvalOptions options, Terminal& terminal) {
    checkOutputs(options.output, Inputs().add(options.model).add(options.data).add(options.store));
    options.margin = parsePoints("--margin", options.marginText);
    if (options.untilSettled && options.model.bits.size() < 2)
        throw Error(ErrorKind::Usage, "--until-settled",
                    "settles how mixes compare with the first, and there is only one", "Give --bits twice or more");
    Work work;
    work.model = std::make_shared<const MetaModel>(openModel(options.model.model, options.model.seed));
    work.mixes = parseConfigurations(options.model, *work.model);
    work.device = deviceChoice(options.device);
    work.data = openDataFor(*work.model, options.data, options.output, terminal);
    if (options.dryRun) {
        checkStore(options.store);
        terminal.out << dryRunText(work, options.data.limit);
        return 0;
    }
    const auto rows = evaluateAll(options, work, terminal);
    Json json = evaluationJson(rows.front());
    if (rows.size() > 1) {
        Json list = Json::array();
        for (const Row& row : rows) list.push_back(evaluationJson(row));
        json = {{"evaluations", list}};
    }
    emit(options.output, terminal, json, tableCsv(rows), tableText(rows));
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
    command.add_flag("--until-settled", options->untilSettled,
                     "stop each mix after the first as soon as it is settled whether it is better, worse or the same");
    command.add_option("--margin", options->marginText, "differences from the first mix that do not matter")
        ->capture_default_str();
    command.add_flag("--dry-run", options->dryRun, "check everything and say what would be done");
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
