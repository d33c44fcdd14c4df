// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/float_model.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/to_index.h"

namespace bitdesk {
namespace {

/// A table of one part of a model: `what` names it in errors.
void checkValues(const std::vector<float>& values, std::size_t size, const std::string& where,
                 const std::string& what) {
    if (values.size() != size)
        throw Error(
            ErrorKind::BadInput, where,
            what + " has " + std::to_string(values.size()) + " values, " + std::to_string(size) + " are needed");
    if (!std::ranges::all_of(values, [](float v) { return std::isfinite(v); }))
        throw Error(ErrorKind::BadInput, where, what + " holds NaN or infinity");
}

void checkNormalization(const Normalization& normalization, std::size_t channels, const std::string& where) {
    checkValues(normalization.mean, channels, where, "the normalization's mean");
    checkValues(normalization.std, channels, where, "the normalization's std");
    if (!std::ranges::all_of(normalization.std, [](float v) { return v >= 1e-30F; }))
        throw Error(ErrorKind::BadInput, where, "the normalization's std is not above 0");
}

}  // namespace

void checkFloatModel(const FloatModel& model, const std::string& where) {
    const Network& network = model.network;
    if (model.layers.size() != network.layers().size())
        throw Error(ErrorKind::BadInput, where, "has weights for another number of layers than its network");
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = network.layers()[i];
        checkValues(model.layers[i].weight, toIndex(layer.weightCount), where, "the weight of '" + layer.name + "'");
        checkValues(model.layers[i].bias, layer.hasBias ? toIndex(layer.output.channels) : 0, where,
                    "the bias of '" + layer.name + "'");
    }
    for (std::size_t n = 0; n < network.nodes().size(); ++n) {
        if (network.nodes()[n].as<NormAttributes>() == nullptr) continue;
        const auto found = model.norms.find(static_cast<int>(n));
        const std::string name = "'" + network.nodes()[n].name + "'";
        if (found == model.norms.end()) throw Error(ErrorKind::BadInput, where, "the norm " + name + " has no tables");
        const auto channels = toIndex(network.shape(static_cast<int>(n)).channels);
        const FloatModel::Norm& norm = found->second;
        for (const auto* table : {&norm.gamma, &norm.beta, &norm.mean, &norm.var})
            checkValues(*table, channels, where, "a table of the norm " + name);
        if (!std::ranges::all_of(norm.var, [](float v) { return v >= 0; }))
            throw Error(ErrorKind::BadInput, where, "the norm " + name + " has a negative variance");
    }
    checkNormalization(model.normalization, toIndex(network.inputShape().channels), where);
    if (!model.classNames.empty() && model.classNames.size() != toIndex(network.classes()))
        throw Error(ErrorKind::BadInput, where,
                    "has " + std::to_string(model.classNames.size()) + " class names, but its network has " +
                        std::to_string(network.classes()) + " classes");
}

}  // namespace bitdesk
