// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "app/cli/databases.h"
#include "app/cli/options.h"
#include "app/cli/setting_options.h"
#include "app/cli/verb.h"
#include "app/jobs/export_job.h"
#include "app/jobs/named_files.h"
#include "core/base/files.h"
#include "core/model/model_file.h"

namespace bitdesk::cli {
namespace {

struct ExportOptions {
    ModelOptions model;
    StoreOptions store;
    OutputOptions output;
    jobs::ExportRequest request;
};

/// Before anything is read; the format that was meant.
const ExportFormat& checked(const ExportOptions& options) {
    const jobs::ExportRequest& request = options.request;
    if (request.file == "-") throw Error(ErrorKind::Usage, "--out -", "an export goes to a file", "Name one");
    const ExportFormat& format = exportFormatOf(request.file, request.format);
    if (!request.metric.empty() && std::string_view(format.name) != "node-data")
        throw Error(ErrorKind::Usage, "--metric", "is of --format node-data alone");
    if (request.measurement != 0 && format.measurement == NeedOfMeasurement::None)
        throw Error(ErrorKind::Usage, "--measurement", std::string("format ") + format.name + " tells no times");
    const Inputs inputs = Inputs().add(options.model).add(options.store);
    checkOutputs(options.output, inputs);
    jobs::checkOutput(request.file, inputs.paths());
    if (jobs::sameFile(request.file, options.output.json))
        throw Error(ErrorKind::Usage, "--out and --json", "name the same file " + request.file);
    return format;
}

/// Null where there is nothing to look into; looking must not make a database.
std::unique_ptr<StoreThread> storeFor(const ExportFormat& format, const StoreOptions& options) {
    if (format.measurement == NeedOfMeasurement::None) return nullptr;
    if (options.db.empty() && !isThere(Store::defaultPath())) return nullptr;
    return std::make_unique<StoreThread>(existingDatabase(options), toRead());
}

Json tensorsJson(const std::vector<ExportedTensor>& tensors) {
    if (tensors.empty()) return nullptr;
    const ExportedTensor& tensor = tensors.front();
    return {{"name", tensor.name}, {"shape", tensor.shape}, {"values", tensor.values}};
}

std::string textOf(const ExportOptions& options, const jobs::ExportResult& result) {
    const ExportedMix& mix = result.mix;
    std::string text =
        fmt::format("{}: {} at {}{}\n", options.request.file, printable(options.request.model->name),
                    toText(options.request.bits), mix.opset > 0 ? fmt::format(", opset {}", mix.opset) : "");
    const auto tell = [&](const char* what, const std::vector<ExportedTensor>& tensors) {
        for (const ExportedTensor& t : tensors)
            text += fmt::format("  {} {} [{}]: {}\n", what, t.name, fmt::join(t.shape, ", "), t.values);
    };
    tell("input", mix.inputs);
    tell("output", mix.outputs);
    if (result.measurement != 0) text += fmt::format("  measurement {}\n", result.measurement);
    if (!options.output.quiet)
        for (const std::string& note : mix.notes) text += "  note: " + note + "\n";
    return text;
}

int run(ExportOptions options, Terminal& terminal) {
    const ExportFormat& format = checked(options);
    jobs::ExportRequest& request = options.request;
    request.model = std::make_shared<const MetaModel>(openModel(options.model.model, options.model.seed));
    const auto mixes = parseConfigurations(options.model, *request.model);
    if (mixes.size() != 1) throw Error(ErrorKind::Usage, "--bits", "export takes one mix");
    request.bits = mixes.front();
    const auto store = storeFor(format, options.store);
    jobs::JobContext context{store.get(), nullptr, {}, terminal.stop};
    const jobs::ExportResult result = jobs::exportMix(request, context);
    const Json json{{"file", request.file},
                    {"format", format.name},
                    {"bytes", result.mix.bytes.size()},
                    {"opset", result.mix.opset > 0 ? Json(result.mix.opset) : Json()},
                    {"model", request.model->name},
                    {"model_hash", request.model->hash},
                    {"bits", request.bits.bits},
                    {"input", tensorsJson(result.mix.inputs)},
                    {"output", tensorsJson(result.mix.outputs)},
                    {"measurement", result.measurement > 0 ? Json(result.measurement) : Json()},
                    {"notes", result.mix.notes}};
    emit(options.output, terminal, json, {}, textOf(options, result));
    return 0;
}

std::string formatHelp() {
    std::string text;
    for (const ExportFormat& format : exportFormats())
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", format.name, format.description);
    return text + " (default: by the ending, .onnx or .qonnx.onnx)";
}

}  // namespace

Run prepareExport(CLI::App& command) {
    auto options = std::make_shared<ExportOptions>();
    addModel(command, options->model, true);
    command.add_option("--out", options->request.file, "FILE to write")->required()->check(namesAFile());
    command.add_option("--format", options->request.format, formatHelp())->check(namesAFile());
    command.add_option("--metric", options->request.metric,
                       fmt::format("of node-data: {} (default: bits)", fmt::join(nodeDataMetrics(), ", ")));
    command
        .add_option("--measurement", options->request.measurement,
                    "a stored one by its id (default: the newest of this model and mix)")
        ->check(CLI::Range(std::int64_t{1}, jobs::kLargestLimit));
    addSettings(command, jobs::kStoreSettings, options->store);
    addJson(command, options->output);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
