// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/cli/databases.h"
#include "app/cli/options.h"
#include "app/cli/verb.h"
#include "app/jobs/evaluate_job.h"
#include "core/base/utf8.h"
#include "core/model/model_file.h"

namespace bitdesk::cli {
namespace {

struct PredictOptions {
    ModelOptions model;
    DataOptions data;
    DeviceOptions device;
    StoreOptions store;
    OutputOptions output;
};

/// The file of each of the first images; empty where images are no files of their own.
std::vector<std::string> filesOf(const DataSet& data, std::size_t count) {
    std::vector<std::string> files;
    if (count == 0 || data.fileOf(0).empty()) return files;
    files.reserve(count);
    for (std::size_t i = 0; i < count; ++i) files.push_back(validUtf8(data.fileOf(static_cast<std::int64_t>(i))));
    return files;
}

std::string listCsv(const std::vector<std::uint16_t>& predictions, const std::vector<std::string>& files,
                    const MetaModel& model) {
    std::string csv = files.empty() ? "index,class,name\n" : "index,class,name,file\n";
    for (std::size_t i = 0; i < predictions.size(); ++i)
        csv += fmt::format("{},{},{}{}\n", i, predictions[i], csvCell(model.classNames[predictions[i]]),
                           files.empty() ? "" : "," + csvCell(files[i]));
    return csv;
}

int run(const PredictOptions& options, Terminal& terminal) {
    checkOutputs(options.output, Inputs().add(options.model).add(options.data).add(options.store));
    const auto model = std::make_shared<const MetaModel>(openModel(options.model.model, options.model.seed));
    const auto mixes = parseConfigurations(options.model, *model);
    if (mixes.size() != 1) throw Error(ErrorKind::Usage, "--bits", "predict takes one mix");
    jobs::EvaluateRequest request{.model = model,
                                  .data = openDataFor(*model, options.data, options.output, terminal),
                                  .bits = mixes.front(),
                                  .device = deviceChoice(options.device),
                                  .options = {}};
    request.options.limit = options.data.limit;
    request.options.batch = options.data.batch;
    const auto store = openStore(options.store, terminal);  // last: bad input makes no database
    ComputeArbiter arbiter;
    arbiter.setThreads(options.device.threads);
    const auto executor = jobs::makeExecutor(*model, request.device, arbiter.threads());
    jobs::JobContext context{store.get(), &arbiter, {}, terminal.stop};
    ProgressLine line(terminal, options.output.quiet);
    const auto result = jobs::predictMix(request, *executor, context, [&](const PartialEvaluation& partial) {
        line.show(fmt::format("{} of {}", partial.seen, partial.total));
    });
    Json json{{"id", result.evaluationId > 0 ? Json(result.evaluationId) : Json()},
              {"model", model->name},
              {"model_hash", model->hash},
              {"data", request.data->name()},
              {"split", options.data.split},
              {"bits", request.bits.bits},
              {"classes", model->classNames},
              {"predictions", result.predictions},
              {"device", executor->device()},
              {"backend", executor->backend()},
              {"from_store", result.fromStore}};
    const auto files = filesOf(*request.data, result.predictions.size());
    if (!files.empty()) json["files"] = files;
    addNotes(json, request.data->description());
    const std::string csv = listCsv(result.predictions, files, *model);
    emit(options.output, terminal, json, csv, csv);
    if (result.notStored) std::rethrow_exception(result.notStored);
    return 0;
}

}  // namespace

Run preparePredict(CLI::App& command) {
    auto options = std::make_shared<PredictOptions>();
    addModel(command, options->model, true);
    addData(command, options->data);
    addBadFiles(command, options->data.choices, options->output);
    addDevice(command, options->device);
    addStore(command, options->store);
    addOutput(command, options->output);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
