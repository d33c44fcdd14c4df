// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/import_onnx_job.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/to_index.h"
#include "core/base/what_is.h"
#include "core/exchange/import_weights.h"
#include "core/exchange/onnx_import/onnx_import.h"
#include "core/network/cost.h"

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

LayerParameters quantizedLayer(const MetaModel& model, const Layer& layer, const FloatModel::Layer& real) {
    LayerParameters parameters;
    const auto filters = toIndex(layer.output.channels);
    for (int copy = 0; copy < model.codeCopies(layer); ++copy) {
        const int bits = layer.quantizable() ? model.bits[toIndex(copy)] : layer.fixedBits;
        const QuantizedWeights made =
            quantizeWeights(real.weight, filters, WeightRule::Float, model.weightQuantizer(), bits, {});
        parameters.codes.insert(parameters.codes.end(), made.codes.begin(), made.codes.end());
        parameters.weightScale.insert(parameters.weightScale.end(), made.scales.begin(), made.scales.end());
    }
    parameters.bias = real.bias;
    parameters.actScale.assign(layer.quantizable() ? model.bits.size() : 1, 1.0F);
    return parameters;
}

/// The range of a file's codes, at each width.
std::vector<float> scalesOf(const ActivationGrid& codes, const Layer& layer, const std::vector<int>& bits) {
    const auto lowest = static_cast<float>(codes.lowest - codes.zeroPoint),
               highest = static_cast<float>(codes.highest - codes.zeroPoint);
    const float end = codes.scale * (layer.signedInput ? std::max(-lowest - 1, highest) : highest);
    std::vector<float> scales;
    for (const int width : layer.quantizable() ? bits : std::vector<int>{layer.fixedBits})
        scales.push_back(end / static_cast<float>(activationHighest(width, layer.signedInput)));
    return scales;
}

NormParameters repeatedNorm(const FloatModel::Norm& norm, const TransitionCount& count) {
    NormParameters tables;
    tables.from = count.from;
    tables.to = count.to;
    tables.channels = static_cast<int>(norm.gamma.size());
    const auto repeat = [&](const std::vector<float>& row, std::vector<float>& table) {
        for (int i = 0; i < count.from * count.to; ++i) table.insert(table.end(), row.begin(), row.end());
    };
    repeat(norm.gamma, tables.gamma);
    repeat(norm.beta, tables.beta);
    repeat(norm.mean, tables.mean);
    repeat(norm.var, tables.var);
    return tables;
}

ImportedModel quantizedModel(const OnnxImport& onnx, const std::vector<int>& bits) {
    const Network& network = onnx.model.network;
    ImportedModel result{.model = MetaModel(network), .uncalibrated = {}};
    MetaModel& model = result.model;
    model.bits = bits;
    model.quantizer = "rounded";
    model.normalization = onnx.model.normalization;
    model.classNames = onnx.model.classNames;
    for (std::size_t i = 0; i < network.layers().size(); ++i) {
        const Layer& layer = network.layers()[i];
        model.layers.push_back(quantizedLayer(model, layer, onnx.model.layers[i]));
        const auto codes = onnx.activationCodes.find(layer.name);
        if (codes != onnx.activationCodes.end()) model.layers.back().actScale = scalesOf(codes->second, layer, bits);
        else result.uncalibrated.push_back(static_cast<int>(i));
        if (layer.quantizable()) ++result.floatLayers;
    }
    for (const auto& [node, norm] : onnx.model.norms) {
        const auto& attributes = *network.nodes()[toIndex(node)].as<NormAttributes>();
        model.norms.emplace(node, repeatedNorm(norm, transitionCount(network, attributes, std::ssize(bits))));
    }
    return result;
}

}  // namespace

bool isOnnxFile(const std::filesystem::path& path) {
    if (path.extension() == ".onnx") return true;
    const WhatItIs what = whatIs(path);
    return what.kind == FileKind::Network && what.text.find("ONNX") != std::string::npos;
}

ImportedModel importedOnnx(const ImportRequest& request, std::vector<std::string>& notes) {
    OnnxImport onnx = importOnnx(request.source, optionsOf(request));
    requireNormalization(onnx, request);
    notes.insert(notes.end(), onnx.notes.begin(), onnx.notes.end());
    return quantizedModel(onnx, request.bits);
}

}  // namespace bitdesk::jobs
