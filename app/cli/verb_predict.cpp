// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>

#include "app/cli/options.h"
#include "app/cli/verbs.h"
#include "core/model/model_file.h"

namespace bitdesk::cli {
namespace {

struct PredictOptions {
    ModelOptions model;
    DataOptions data;
    DeviceOptions device;
    OutputOptions output;
};

std::string listCsv(const std::vector<std::uint16_t>& predictions, const MetaModel& model) {
    std::string csv = "index,class,name\n";
    for (std::size_t i = 0; i < predictions.size(); ++i)
        csv += fmt::format("{},{},{}\n", i, predictions[i], csvCell(model.classNames[predictions[i]]));
    return csv;
}

int run(const PredictOptions& options, Terminal& terminal) {
    checkOutputs(options.output);
    const MetaModel model = openModel(options.model.model, options.model.seed);
    const auto mixes = parseConfigurations(options.model, model);
    if (mixes.size() != 1) throw Error(ErrorKind::Usage, "--bits", "predict takes one mix");
    const jobs::DeviceChoice device = deviceChoice(options.device);
    const auto data = openDataSet(options.data.data, parseSplit(options.data.split));
    checkDataFitsModel(*data, model);
    ComputeArbiter arbiter;
    arbiter.setThreads(options.device.threads);
    const auto executor = jobs::makeExecutor(model, device, arbiter.threads());
    ProgressLine line(terminal, options.output.quiet);
    const auto predictions = predict(
        *executor, lower(model, mixes.front()), *data, options.data.limit, options.data.batch, terminal.stop,
        [&](const PartialEvaluation& partial) { line.show(fmt::format("{} of {}", partial.seen, partial.total)); });
    const Json json{{"model", model.name},         {"model_hash", model.hash},     {"data", data->name()},
                    {"split", options.data.split}, {"bits", mixes.front().bits},   {"classes", model.classNames},
                    {"predictions", predictions},  {"device", executor->device()}, {"backend", executor->backend()}};
    const std::string csv = listCsv(predictions, model);
    emit(options.output, terminal, json, csv, csv);
    return 0;
}

}  // namespace

Run preparePredict(CLI::App& command) {
    auto options = std::make_shared<PredictOptions>();
    addModel(command, options->model, true);
    addData(command, options->data);
    addDevice(command, options->device);
    addOutput(command, options->output);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
