// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/import_onnx_job.h"

#include <fmt/format.h>
#include <optional>

#include "app/jobs/import_steps.h"
#include "app/jobs/post_train_job.h"
#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/what_is.h"
#include "core/exchange/onnx_import/onnx_import.h"

namespace bitdesk::jobs {
namespace {

OnnxOptions optionsOf(const ImportRequest& request) {
    for (const auto& [given, setting] :
         {std::pair(!request.network.empty(), "network"), std::pair(!request.mapping.empty(), "mapping")})
        if (given)
            throw Error(ErrorKind::Usage, settingName(setting), "is of a file of tensors: an ONNX file has all of it",
                        "Leave it out");
    return {.until = request.until, .normalization = request.normalization, .input = request.input};
}

void requireNormalization(const OnnxImport& onnx, const ImportRequest& request) {
    if (onnx.normalizationKnown) return;
    throw Error(ErrorKind::BadInput, request.source.string(), "nothing says how its images are normalized",
                "Give mean and standard deviation (" + settingName("mean") + ", " + settingName("std") +
                    ") for pixels scaled to 0…1");
}

/// The step of a file's codes, where a layer has a width of as many.
std::optional<float> stepOf(const ActivationGrid& codes, const Layer& layer, int width) {
    const int range = codes.highest - codes.lowest + 1;
    if (range != 1 << width) return std::nullopt;
    const bool isOurs =
        layer.signedInput ? codes.zeroPoint - codes.lowest == 1 << (width - 1) : codes.zeroPoint == codes.lowest;
    return isOurs ? std::optional(codes.scale) : std::nullopt;
}

/// Steps that the file has are kept at the width that they are of.
void keepSteps(const OnnxImport& onnx, ImportResult& result) {
    MetaModel& model = result.model;
    int kept = 0;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.network.layers()[i];
        const auto codes = onnx.activationCodes.find(layer.name);
        if (codes == onnx.activationCodes.end()) continue;
        const std::vector<int> widths = layer.quantizable() ? model.bits : std::vector<int>{layer.fixedBits};
        for (std::size_t b = 0; b < widths.size(); ++b)
            if (const auto step = stepOf(codes->second, layer, widths[b])) {
                model.layers[i].actScale[b] = *step;
                ++kept;
            }
    }
    if (!onnx.activationCodes.empty())
        result.notes.push_back(
            fmt::format("The file has quantized activations: {} of its {} steps are kept, at the width that they are "
                        "of; the others are "
                        "of codes that this program has not (zero points inside the range), and come from the images.",
                        kept, onnx.activationCodes.size()));
}

}  // namespace

bool isOnnxFile(const std::filesystem::path& path) {
    if (path.extension() == ".onnx") return true;
    const WhatItIs what = whatIs(path);
    return what.kind == FileKind::Network && what.text.find("ONNX") != std::string::npos;
}

ImportResult importOnnxNetwork(const ImportRequest& request, const JobContext& context) {
    OnnxImport onnx = importOnnx(request.source, optionsOf(request));
    requireNormalization(onnx, request);
    FloatModel& floats = onnx.model;
    ImportResult result{.model = MetaModel(floats.network), .calibrated = {}, .unused = {}, .notes = onnx.notes};
    const bool unnamed = floats.classNames.empty();
    for (int c = 0; unnamed && c < floats.network.classes(); ++c)
        floats.classNames.push_back("class " + std::to_string(c));
    result.model.classNames = floats.classNames;
    const auto data = openImportData(request, floats.network.inputShape(), context);
    if (data != nullptr) takeData(*data, unnamed, result);
    floats.classNames = result.model.classNames;
    quantizeFloats(request, request.bits, data.get(), floats, result, context);
    if (result.verification && !result.verification->agrees()) return result;
    keepSteps(onnx, result);
    finishImport(request, static_cast<int>(floats.network.quantizable().size()), result, context);
    return result;
}

}  // namespace bitdesk::jobs
