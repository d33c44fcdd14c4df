// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/meta_model.h"

namespace bitdesk {

/// How weights become codes. The first group has codes of its own for each width (quantizers "rounded", "half-step").
enum class WeightRule {
    Float,      ///< not quantized yet: scales are chosen for the smallest squared error, filter by filter
    Lsq,        ///< clip(round(w/s), −2^(b−1), 2^(b−1)−1)·s (Esser et al. 2020)
    LsqNarrow,  ///< the same without the lowest level
    Dorefa,     ///< m·(2·round((2^b−1)·t)/(2^b−1) − 1), t = tanh(w)/(2·max|tanh w|) + ½ (Zhou et al. 2016)
    Floor,      ///< this program's nested floor codes, by the scale of the highest width
};
/// How activations become codes.
enum class ActivationRule {
    Calibrate,  ///< a scale for the smallest squared error on data
    Lsq,        ///< the step itself
    Pact,       ///< the upper end; step = end / (2^b−1), or / (2^(b−1)−1) for signed codes (Choi et al. 2018)
    Dorefa,     ///< upper end 1
};

/// A number per width, or a tensor: "{bits}" and "{index}" in its name stand for the width and its position.
struct ScaleSource {
    std::string tensor;         ///< empty: the numbers
    std::vector<float> values;  ///< one for all widths, or one per width; empty where there is a tensor, or nothing
    bool given() const { return !tensor.empty() || !values.empty(); }
};

struct LayerMapping {
    std::string weight, bias;
    WeightRule weightRule = WeightRule::Float;
    ScaleSource weightScale;
    ActivationRule activationRule = ActivationRule::Calibrate;
    ScaleSource activationScale;
};

/// Names of a norm's tensors. "{bits}" and "{index}" are the width of the layer that it normalizes (its transition's
/// second), "{from_bits}" and "{from_index}" that of the layer before. A norm without weight or bias has 1 or 0.
struct NormMapping {
    std::string weight, bias, mean, variance;
};

/// Which tensors of a file become what of a network: docs/import.md.
struct ImportMapping {
    std::string where;  ///< its file, or what it was drafted from: for messages
    std::vector<int> bits = usualBits();
    std::optional<Normalization> normalization;
    std::vector<std::string> classes;  ///< empty: named by the data set, or by number
    std::map<std::string, LayerMapping> layers;
    std::map<std::string, NormMapping> norms;
};

/// Reads the JSON form. Throws Error (BadInput): "FILE: layers.stem.weight is no text …".
ImportMapping mappingFromJson(std::string_view json, const std::string& where);
/// Indented, in the order of the network; layers and norms that the mapping lacks are null.
std::string toJson(const ImportMapping& mapping, const Network& network);

/// Layers and norms of the network without an entry, by name, in graph order.
std::vector<std::string> missingFrom(const ImportMapping& mapping, const Network& network);

/// "{bits}" and "{index}" of a pattern filled in, or with the prefix "from_" "{from_bits}" and "{from_index}".
std::string filledIn(std::string pattern, int bits, std::size_t index, const std::string& prefix = {});

const char* ruleName(WeightRule rule);
const char* ruleName(ActivationRule rule);

}  // namespace bitdesk
