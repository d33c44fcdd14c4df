// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/import_job.h"

#include <fmt/format.h>
#include <algorithm>

#include "app/jobs/import_onnx_job.h"
#include "app/jobs/named_files.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/setting_name.h"
#include "core/data/class_names.h"
#include "core/evaluate/evaluator.h"
#include "core/exchange/import_model.h"
#include "core/execute/torch/torch_executor.h"
#include "core/model/model_file.h"
#include "core/network/catalogue.h"

namespace bitdesk::jobs {
namespace {

constexpr std::uint64_t kMostMappingBytes = std::uint64_t{1} << 24;
constexpr std::uint64_t kMostTensorBytes = std::uint64_t{1} << 33;

void report(const JobContext& context, const std::string& activity, double fraction) {
    if (context.stop.stop_requested()) throw Cancelled();
    if (context.progress) context.progress({activity, fraction, -1});
}

std::shared_ptr<const DataSet> openData(const ImportRequest& request, const std::optional<Shape>& shape,
                                        const JobContext& context) {
    if (request.data.empty()) return nullptr;
    DataRequest data;
    if (shape) data.shape = imageShapeOf(*shape);
    data.choices = request.choices;
    data.stop = context.stop;
    data.progress = context.progress;
    return openDataSet(request.data, request.split, data);
}

ImportMapping mappingOf(const ImportRequest& request, const TensorFile& file, const Network& network,
                        ImportResult& result) {
    ImportMapping mapping;
    if (request.mapping.empty()) {
        SuggestedMapping draft = suggestMapping(file, network, request.bits);
        result.drafted = true;
        result.unused = std::move(draft.unused);
        mapping = std::move(draft.mapping);
    } else {
        mapping = mappingFromJson(readFile(request.mapping, kMostMappingBytes), request.mapping.string());
    }
    if (request.normalization) mapping.normalization = request.normalization;
    return mapping;
}

/// The first images of the fixed random order, as many as memory for the largest map allows.
std::vector<std::uint8_t> calibrationImages(const DataSet& data, const MetaModel& model, std::int64_t wanted,
                                            int& count) {
    constexpr std::int64_t kBytes = std::int64_t{1} << 29;
    std::int64_t largest = 1;
    for (int n = 0; n < static_cast<int>(model.network.nodes().size()); ++n)
        largest = std::max(largest, model.network.shape(n).elements());
    const std::int64_t fitting = std::max<std::int64_t>(kBytes / (largest * 4), 8);
    auto order = permutation(data.size(), kOrderSeed);
    order.resize(static_cast<std::size_t>(std::min({wanted, fitting, data.size()})));
    count = static_cast<int>(order.size());
    std::vector<std::uint8_t> pixels(order.size() * static_cast<std::size_t>(data.imageBytes()));
    data.copyImages(order, pixels);
    return pixels;
}

void calibrate(const ImportRequest& request, const DataSet* data, const std::vector<int>& layers, ImportResult& result,
               const JobContext& context) {
    MetaModel& model = result.model;
    for (const int layer : layers)
        result.calibrated.push_back(model.network.layers()[static_cast<std::size_t>(layer)].name);
    if (layers.empty()) return;
    if (data == nullptr)
        throw Error(
            ErrorKind::BadInput, "images (" + settingName("data") + ")",
            fmt::format("are missing: {} of {} layers have no activation scales, which images must set ({}{})",
                        layers.size(), model.layers.size(), result.calibrated.front(), layers.size() > 1 ? ", …" : ""));
    const auto lease = context.lease(ComputePriority::Background);
    const int threads = request.threads > 0 ? request.threads : context.threads();
    int count = 0;
    const auto images = calibrationImages(*data, model, request.images, count);
    calibrateActivations(model, layers, images, count, threads, context.progress, context.stop);
    model.provenance["calibration"] = fmt::format("{} images of {} ({}, {})", count, data->name(),
                                                  splitName(data->split()), data->hash().substr(0, 16));
    result.notes.push_back(fmt::format("The activation scales of {} layers come from {} images of {}.", layers.size(),
                                       count, data->name()));
}

void checkShape(const DataSet& data, const MetaModel& model) {
    if (data.shape() != inputShapeOf(model))
        throw Error(ErrorKind::BadInput, "data set '" + data.name() + "'",
                    "its images are " + toText(data.shape()) + ", network '" + model.network.name() + "' needs " +
                        toText(inputShapeOf(model)));
}

/// Nothing in the file says which output is which class.
void takeClassNames(const DataSet& data, ImportResult& result) {
    result.model.classNames = data.classNames();
    if (data.hasClassNames())
        result.notes.push_back(
            fmt::format("The outputs are called as the data's classes, in this order: {}. Where the network was "
                        "trained in another, a mapping's \"classes\" says so.",
                        someOf(data.classNames())));
}

/// Tensors that a draft made nothing of: scales among them would mean that a trained quantizer was overlooked.
void tellUnused(ImportResult& result) {
    if (result.unused.empty()) return;
    constexpr std::size_t kShown = 6;
    std::string names;
    for (std::size_t i = 0; i < std::min(kShown, result.unused.size()); ++i)
        names += (i > 0 ? ", " : "") + printable(result.unused[i]);
    if (result.unused.size() > kShown) names += ", …";
    result.notes.push_back(
        fmt::format("The drafted mapping uses nothing of {} tensor(s) of the file: {}.", result.unused.size(), names));
}

void mark(const ImportRequest& request, const ImportedModel& imported, ImportResult& result) {
    auto& provenance = result.model.provenance;
    provenance["imported_from"] = request.source.filename().string();
    provenance["source_hash"] = sha256(readFile(request.source, kMostTensorBytes));
    if (!request.command.empty()) provenance["command"] = request.command;
    result.metaQuantized = imported.floatLayers == 0;
    if (result.metaQuantized) return;
    provenance["quantization"] = std::string("of a float network, after its training; ") + kNotMetaQuantized;
    result.notes.push_back(fmt::format(
        "{} of {} quantizable layers were trained as floats; {}. Training with 'bitdesk train' is what wins it back.",
        imported.floatLayers, result.model.network.quantizable().size(), kNotMetaQuantized));
}

/// What images say of a network, and what must be told of them.
void takeData(const DataSet& data, bool namesClasses, ImportResult& result) {
    checkShape(data, result.model);
    for (const std::string& note : data.description().notes)
        result.notes.push_back(fmt::format("{} ({}): {}.", data.name(), splitName(data.split()), note));
    result.skippedFiles = data.description().skipped;
    // Scales need no labels: a sample of the images may lack classes.
    const bool sameClasses = static_cast<int>(data.classNames().size()) == result.model.network.classes();
    if (namesClasses && sameClasses) takeClassNames(data, result);
}

/// Scales, provenance, and the file.
void complete(const ImportRequest& request, const DataSet* data, const ImportedModel& imported, ImportResult& result,
              const JobContext& context) {
    calibrate(request, data, imported.uncalibrated, result, context);
    mark(request, imported, result);
    checkModel(result.model, request.source.string());
    report(context, "writing " + request.out.filename().string(), 0.95);
    result.model.name = request.out.stem().string();
    result.model.hash = writeModel(result.model, request.out);
}

/// Network, weights and, mostly, normalization come from one file.
ImportResult importOnnxNetwork(const ImportRequest& request, const JobContext& context) {
    std::vector<std::string> notes;
    ImportedModel imported = importedOnnx(request, notes);
    ImportResult result{.model = std::move(imported.model), .calibrated = {}, .unused = {}, .notes = std::move(notes)};
    const auto data = openData(request, result.model.network.inputShape(), context);
    const bool unnamed = result.model.classNames.empty();
    for (int c = 0; unnamed && c < result.model.network.classes(); ++c)
        result.model.classNames.push_back("class " + std::to_string(c));
    if (data != nullptr) takeData(*data, unnamed, result);
    complete(request, data.get(), imported, result, context);
    return result;
}

}  // namespace

Network networkOf(const ImportRequest& request, const JobContext& context) {
    if (request.network.empty()) throw Error(ErrorKind::Usage, settingName("network"), "names no network");
    if (namesNetworkFile(request.network)) return openNetwork(request.network, request.input, request.classes);
    const auto data = openData(request, request.input, context);
    std::optional<Shape> input = request.input;
    std::optional<int> classes = request.classes;
    if (data != nullptr && !input) input = Shape{data->height(), data->width(), data->channels()};
    if (data != nullptr && !classes) classes = static_cast<int>(data->classNames().size());
    return openNetwork(request.network, input, classes);
}

SuggestedMapping draftMapping(const ImportRequest& request, const Network& network) {
    SuggestedMapping draft = suggestMapping(readTensorFile(request.source), network, request.bits);
    draft.mapping.normalization = request.normalization;
    return draft;
}

ImportResult importNetwork(const ImportRequest& request, const JobContext& context) {
    std::vector<std::filesystem::path> inputs{request.source, request.mapping};
    if (namesNetworkFile(request.network)) inputs.emplace_back(request.network);
    if (auto folder = request.data.empty() ? std::nullopt : findDataSet(request.data))
        inputs.push_back(std::move(*folder));
    checkNewFile(request.out, request.overwrite, inputs);
    report(context, "reading " + request.source.filename().string(), 0);
    if (isOnnxFile(request.source)) return importOnnxNetwork(request, context);
    const TensorFile file = readTensorFile(request.source);
    const Network network = networkOf(request, context);
    const auto data = openData(request, network.inputShape(), context);
    ImportResult result{.model = MetaModel(network), .calibrated = {}, .unused = {}, .notes = {}};
    const ImportMapping mapping = mappingOf(request, file, network, result);
    tellUnused(result);
    report(context, "quantizing weights", 0.1);
    ImportedModel imported = importModel(file, mapping, network);
    result.model = std::move(imported.model);
    if (data != nullptr) takeData(*data, mapping.classes.empty(), result);
    complete(request, data.get(), imported, result, context);
    return result;
}

}  // namespace bitdesk::jobs
