// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/import_onnx_job.h"

#include <fmt/format.h>
#include <algorithm>
#include <memory>

#include "app/jobs/import_steps.h"
#include "app/jobs/post_train_job.h"
#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/to_index.h"
#include "core/base/what_is.h"
#include "core/exchange/import_weights.h"
#include "core/exchange/onnx_import/onnx_import.h"

namespace bitdesk::jobs {
namespace {

OnnxOptions optionsOf(const ImportRequest& request) {
    for (const auto& [given, setting] :
         {std::pair(!request.network.empty(), "network"), std::pair(!request.mapping.empty(), "mapping"),
          std::pair(!request.weightsKey.empty(), "weights-key"), std::pair(request.epsilon.has_value(), "epsilon")})
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

/// The range of a file's codes, at each width.
std::vector<float> rangeSteps(const ActivationGrid& codes, const Layer& layer, const std::vector<int>& widths) {
    const auto lowest = static_cast<float>(codes.lowest - codes.zeroPoint),
               highest = static_cast<float>(codes.highest - codes.zeroPoint);
    const float end = codes.scale * (layer.signedInput ? std::max(-lowest - 1, highest) : highest);
    std::vector<float> steps;
    steps.reserve(widths.size());
    for (const int width : widths)
        steps.push_back(end / static_cast<float>(activationHighest(width, layer.signedInput)));
    return steps;
}

std::vector<int> widthsOf(const Layer& layer, const std::vector<int>& bits) {
    return layer.quantizable() ? bits : std::vector<int>{layer.fixedBits};
}

bool hasAllSteps(const OnnxImport& onnx) {
    return std::ranges::all_of(onnx.model.network.layers(),
                               [&](const Layer& layer) { return onnx.activationCodes.contains(layer.name); });
}

LayerParameters roundedLayer(const MetaModel& model, const Layer& layer, const FloatModel::Layer& real) {
    LayerParameters parameters;
    for (const int width : widthsOf(layer, model.bits)) {
        const QuantizedWeights made = quantizeWeights(real.weight, toIndex(layer.output.channels), WeightRule::Float,
                                                      model.weightQuantizer(), width, {});
        parameters.codes.insert(parameters.codes.end(), made.codes.begin(), made.codes.end());
        parameters.weightScale.insert(parameters.weightScale.end(), made.scales.begin(), made.scales.end());
    }
    parameters.bias = real.bias;
    return parameters;
}

/// Without images: the weights rounded, the file's own steps, its norms for all transitions.
MetaModel modelOfSteps(const OnnxImport& onnx, const std::vector<int>& bits) {
    MetaModel model(onnx.model.network);
    model.bits = bits;
    model.quantizer = "rounded";
    model.normalization = onnx.model.normalization;
    model.classNames = onnx.model.classNames;
    model.floats = std::make_shared<const FloatModel>(onnx.model);
    for (std::size_t i = 0; i < onnx.model.layers.size(); ++i) {
        const Layer& layer = model.network.layers()[i];
        model.layers.push_back(roundedLayer(model, layer, onnx.model.layers[i]));
        model.layers.back().actScale =
            rangeSteps(onnx.activationCodes.at(layer.name), layer, widthsOf(layer, model.bits));
    }
    for (const auto& [node, norm] : onnx.model.norms)
        model.norms[node] = {
            .gamma = {1, 1, norm.gamma}, .beta = {1, 1, norm.beta}, .mean = {1, 1, norm.mean}, .var = {1, 1, norm.var}};
    return model;
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
    if (data == nullptr && request.verify.empty() && hasAllSteps(onnx)) {
        result.model = modelOfSteps(onnx, request.bits);
    } else {
        quantizeFloats(request, request.bits, data.get(), floats, result, context);
        if (result.verification && !result.verification->agrees()) return result;
        if (!onnx.activationCodes.empty())
            result.notes.push_back(
                fmt::format("The file's own steps of {} layers' inputs are not used, since images set them; without "
                            "images ({}) they are kept, where all layers have them.",
                            onnx.activationCodes.size(), settingName("data")));
    }
    finishImport(request, static_cast<int>(floats.network.quantizable().size()), result, context);
    return result;
}

}  // namespace bitdesk::jobs
