// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/import_job.h"

#include <fmt/format.h>

#include "app/jobs/import_onnx_job.h"
#include "app/jobs/import_steps.h"
#include "app/jobs/import_tensors.h"
#include "app/jobs/named_files.h"
#include "app/jobs/post_train_job.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/setting_name.h"
#include "core/data/class_names.h"
#include "core/evaluate/evaluator.h"
#include "core/model/model_file.h"
#include "core/network/catalogue.h"

namespace bitdesk::jobs {
namespace {

constexpr std::uint64_t kMostSourceBytes = std::uint64_t{1} << 33;

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

/// Where a model comes from, and what that means.
void mark(const ImportRequest& request, int floatLayers, ImportResult& result) {
    auto& provenance = result.model.provenance;
    provenance["imported_from"] = request.source.filename().string();
    provenance["source_hash"] = sha256(readFile(request.source, kMostSourceBytes));
    if (!request.command.empty()) provenance["command"] = request.command;
    result.metaQuantized = floatLayers == 0;
    if (result.metaQuantized) return;
    provenance["quantization"] = std::string("of a float network, after its training; ") + kNotMetaQuantized;
    result.notes.push_back(
        fmt::format("{} of {} quantizable layers were trained as floats; {}. Training with 'bitdesk train' that begins "
                    "with this model "
                    "({}) is what wins it back.",
                    floatLayers, result.model.network.quantizable().size(), kNotMetaQuantized, settingName("from")));
}

/// As labelled images, or, where they are none, as pictures.
std::shared_ptr<const DataSet> openImages(const ImportRequest& request, const DataRequest& data) {
    try {
        return openDataSet(request.data, request.split, data);
    } catch (const Cancelled&) {
        throw;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::BadInput || isNamedDataSet(request.data)) throw;
        std::shared_ptr<const DataSet> pictures;
        try {
            pictures = openPictures(request.data, data);
        } catch (const Error&) {
        }
        if (pictures == nullptr) throw;
        return pictures;
    }
}

}  // namespace

void reportImport(const JobContext& context, const std::string& activity, double fraction) {
    if (context.stop.stop_requested()) throw Cancelled();
    if (context.progress) context.progress({activity, fraction, -1});
}

std::shared_ptr<const DataSet> openImportData(const ImportRequest& request, const std::optional<Shape>& shape,
                                              const JobContext& context) {
    if (request.data.empty()) return nullptr;
    DataRequest data;
    if (shape) data.shape = imageShapeOf(*shape);
    data.choices = request.choices;
    data.stop = context.stop;
    data.progress = context.progress;
    return openImages(request, data);
}

void takeData(const DataSet& data, bool namesClasses, ImportResult& result) {
    checkShape(data, result.model);
    for (const std::string& note : data.description().notes)
        result.notes.push_back(fmt::format("{} ({}): {}.", data.name(), splitName(data.split()), note));
    result.skippedFiles = data.description().skipped;
    // Scales need no labels: a sample of the images may lack classes.
    const bool sameClasses = static_cast<int>(data.classNames().size()) == result.model.network.classes();
    if (namesClasses && sameClasses) takeClassNames(data, result);
}

void finishImport(const ImportRequest& request, int floatLayers, ImportResult& result, const JobContext& context) {
    mark(request, floatLayers, result);
    // As its scales were found is how it is to be run.
    result.model.preparation = {.resize = request.choices.resize,
                                .bicubic = request.choices.interpolation == Interpolation::Bicubic};
    checkModel(result.model, request.source.string());
    reportImport(context, "writing " + request.out.filename().string(), 0.95);
    result.model.name = request.out.stem().string();
    result.model.hash = writeModel(result.model, request.out);
    std::error_code left;
    std::filesystem::remove(refinementCheckpoint(request), left);
}

ImportResult importNetwork(const ImportRequest& request, const JobContext& context) {
    std::vector<std::filesystem::path> inputs{request.source, request.mapping, request.verify};
    if (namesNetworkFile(request.network)) inputs.emplace_back(request.network);
    if (auto folder = request.data.empty() ? std::nullopt : findDataSet(request.data))
        inputs.push_back(std::move(*folder));
    checkNewFile(request.out, request.overwrite, inputs);
    reportImport(context, "reading " + request.source.filename().string(), 0);
    return isOnnxFile(request.source) ? importOnnxNetwork(request, context) : importTensors(request, context);
}

}  // namespace bitdesk::jobs
