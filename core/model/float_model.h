// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/model/meta_model.h"
#include "core/network/network.h"

namespace bitdesk {

/// A network with the real weights that it was trained with: what an import reads, and what post-training quantization
/// and training begin with. Its quantize nodes pass values through. Plain value.
struct FloatModel {
    explicit FloatModel(Network graph) : network(std::move(graph)) {}

    struct Layer {
        std::vector<float> weight;  ///< [N, KH, KW, C/groups] or [N, C], as LayerParameters::codes
        std::vector<float> bias;    ///< [N], or empty
    };
    /// γ·(x − mean)/√(var + ε) + β, each [C]; one for all transitions.
    struct Norm {
        std::vector<float> gamma, beta, mean, var;
    };

    Network network;
    std::vector<Layer> layers;  ///< in the order of network.layers()
    std::map<int, Norm> norms;  ///< by node index
    Normalization normalization;
    std::vector<std::string> classNames;  ///< empty: the data's, or numbers
};

/// Checks every table against the network: sizes, finiteness, variances ≥ 0, standard deviations above 0. Throws Error
/// (BadInput) naming `where` and the layer or norm.
void checkFloatModel(const FloatModel& model, const std::string& where);

}  // namespace bitdesk
