// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <optional>

#include "app/cli/databases.h"
#include "app/cli/options.h"
#include "app/cli/verb.h"
#include "app/jobs/evaluate_job.h"
#include "app/jobs/named_files.h"
#include "core/base/files.h"
#include "core/base/utf8.h"
#include "core/data/npy.h"
#include "core/model/model_file.h"

namespace bitdesk::cli {
namespace {

struct PredictOptions {
    ModelOptions model;
    DataOptions data;
    std::string images;  ///< pictures without labels; empty: `data`
    int top = 0;         ///< likeliest classes of each image; 0: the one alone
    std::string logits;  ///< a .npy file; empty: none
    DeviceOptions device;
    StoreOptions store;
    OutputOptions output;

    bool wantsLogits() const { return !images.empty() || top > 0 || !logits.empty(); }
};

/// What was found, of whichever way.
struct Predicted {
    std::vector<std::uint16_t> classes;
    std::optional<jobs::PredictedLogits> logits;
    std::int64_t evaluation = 0;
    bool fromStore = false;
    std::exception_ptr notStored = {};
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

/// A line each image and rank.
std::string rankedCsv(const jobs::PredictedLogits& found, int top, const std::vector<std::string>& files,
                      const MetaModel& model) {
    std::string csv = files.empty() ? "index,rank,class,name,score\n" : "index,rank,class,name,score,file\n";
    for (std::size_t i = 0; i < found.predictions.size(); ++i) {
        int rank = 0;
        for (const auto& [number, score] : found.top(i, static_cast<std::size_t>(top)))
            csv += fmt::format("{},{},{},{},{:.6f}{}\n", i, ++rank, number,
                               csvCell(model.classNames[static_cast<std::size_t>(number)]), score,
                               files.empty() ? "" : "," + csvCell(files[i]));
    }
    return csv;
}

Json rankedJson(const jobs::PredictedLogits& found, int top, const MetaModel& model) {
    Json all = Json::array();
    for (std::size_t i = 0; i < found.predictions.size(); ++i) {
        Json ranks = Json::array();
        for (const auto& [number, score] : found.top(i, static_cast<std::size_t>(top)))
            ranks.push_back(
                {{"class", number}, {"name", model.classNames[static_cast<std::size_t>(number)]}, {"score", score}});
        all.push_back(std::move(ranks));
    }
    return all;
}

/// Files that are written and read are no more than one each.
void checkFiles(const PredictOptions& options) {
    if (options.images.empty() == options.data.data.empty())
        throw Error(ErrorKind::Usage, "predict",
                    options.images.empty() ? "needs images" : "takes --data or --images, not both",
                    options.images.empty() ? "Give --data DATA, or --images FOLDER of pictures without labels" : "");
    Inputs inputs = Inputs().add(options.model).add(options.store);
    if (options.images.empty()) inputs.add(options.data);
    else inputs.addFile(options.images);
    checkOutputs(options.output, inputs);
    if (options.logits.empty()) return;
    jobs::checkOutput(options.logits, inputs.paths());
    for (const std::string& other : {options.output.json, options.output.csv, options.output.badFiles})
        if (jobs::sameFile(options.logits, other))
            throw Error(ErrorKind::Usage, "--logits", "names the same file as another result: " + options.logits);
}

Predicted predicted(const jobs::EvaluateRequest& request, const PredictOptions& options, Executor& executor,
                    const jobs::JobContext& context, Terminal& terminal) {
    ProgressLine line(terminal, options.output.quiet);
    const auto show = [&](const PartialEvaluation& partial) {
        line.show(fmt::format("{} of {}", partial.seen, partial.total));
    };
    if (options.wantsLogits()) {
        Predicted result{.classes = {}, .logits = jobs::predictLogits(request, executor, context, show)};
        result.classes = result.logits->predictions;
        return result;
    }
    auto found = jobs::predictMix(request, executor, context, show);
    return {.classes = std::move(found.predictions),
            .logits = {},
            .evaluation = found.evaluationId,
            .fromStore = found.fromStore,
            .notStored = found.notStored};
}

Json answer(const Predicted& found, const jobs::EvaluateRequest& request, const PredictOptions& options,
            const Executor& executor, const std::vector<std::string>& files) {
    const MetaModel& model = *request.model;
    Json json{{"id", found.evaluation > 0 ? Json(found.evaluation) : Json()},
              {"model", model.name},
              {"model_hash", model.hash},
              {"data", request.data->name()},
              {"split", options.images.empty() ? Json(options.data.split) : Json()},
              {"bits", request.bits.bits},
              {"classes", model.classNames},
              {"predictions", found.classes},
              {"device", executor.device()},
              {"backend", executor.backend()},
              {"from_store", found.fromStore}};
    if (!files.empty()) json["files"] = files;
    if (options.top > 0) json["top"] = rankedJson(*found.logits, options.top, model);
    addNotes(json, request.data->description());
    return json;
}

int run(const PredictOptions& options, Terminal& terminal) {
    checkFiles(options);
    const auto model = std::make_shared<const MetaModel>(openModel(options.model.model, options.model.seed));
    const auto mixes = parseConfigurations(options.model, *model);
    if (mixes.size() != 1) throw Error(ErrorKind::Usage, "--bits", "predict takes one mix");
    auto data = options.images.empty()
                    ? openDataFor(*model, options.data, options.output, terminal)
                    : openPicturesFor(*model, options.images, options.data.choices, options.output, terminal);
    jobs::EvaluateRequest request{.model = model,
                                  .data = std::move(data),
                                  .bits = mixes.front(),
                                  .device = deviceChoice(options.device),
                                  .options = {}};
    request.options.limit = options.data.limit;
    request.options.batch = options.data.batch;
    // Last: bad input makes no database. Nothing is looked up or saved where logits are asked for.
    const auto store = options.wantsLogits() ? nullptr : openStore(options.store, terminal);
    ComputeArbiter arbiter;
    arbiter.setThreads(options.device.threads);
    const auto executor = jobs::makeExecutor(*model, request.device, arbiter.threads());
    const jobs::JobContext context{store.get(), &arbiter, {}, terminal.stop};
    const Predicted found = predicted(request, options, *executor, context, terminal);
    const auto files = filesOf(*request.data, found.classes.size());
    if (!options.logits.empty())
        writeFileAtomically(options.logits,
                            npyOfFloats(found.logits->logits,
                                        {static_cast<std::int64_t>(found.classes.size()), model->network.classes()}));
    const std::string csv =
        options.top > 0 ? rankedCsv(*found.logits, options.top, files, *model) : listCsv(found.classes, files, *model);
    emit(options.output, terminal, answer(found, request, options, *executor, files), csv, csv);
    if (found.notStored) std::rethrow_exception(found.notStored);
    return 0;
}

}  // namespace

Run preparePredict(CLI::App& command) {
    auto options = std::make_shared<PredictOptions>();
    addModel(command, options->model, true);
    addData(command, options->data);
    command.get_option("--data")->required(false);
    command
        .add_option("--images", options->images, "instead of --data: a picture, or a folder of pictures without labels")
        ->check(namesAFile());
    command.add_option("--top", options->top, "tell the K likeliest classes of each image, with their scores")
        ->check(CLI::Range(1, 65536));
    command.add_option("--logits", options->logits, "write the logits, float32 [images, classes], to FILE.npy")
        ->check(namesAFile());
    addBadFiles(command, options->data.choices, options->output);
    addDevice(command, options->device);
    addStore(command, options->store);
    addOutput(command, options->output);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
