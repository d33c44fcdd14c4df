// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/suggest_mapping.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/exchange/match_layers.h"
#include "core/exchange/suggest_scales.h"
#include "core/exchange/tensor_names.h"

namespace bitdesk {
namespace {

LayerMapping layerOf(const Layer& layer, const std::string& weight, const TensorFile& file, const ScaleFinder& scales,
                     std::set<std::string>& used) {
    LayerMapping mapping;
    mapping.weight = weight;
    used.insert(weight);
    const std::string module = withoutSuffix(weight, "weight");  // "conv1."
    if (weight.ends_with("weight") && file.find(module + "bias") != nullptr)
        used.insert(mapping.bias = module + "bias");
    scales.find(layer, mapping, used);
    return mapping;
}

NormMapping normOf(const std::string& prefix, const TensorFile& file, const std::vector<int>& bits,
                   std::set<std::string>& used) {
    const auto name = [&](const char* suffix) {
        std::string pattern = prefix + suffix;
        if (file.find(filledIn(pattern, bits.front(), 0)) == nullptr) return std::string();
        usePattern(pattern, bits, 0, used);
        return pattern;
    };
    return {name(".weight"), name(".bias"), name(".running_mean"), name(".running_var")};
}

std::string firstOf(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i > 0 ? ", " : "") + names[i];
    return text + (names.size() > kShown ? " and " + std::to_string(names.size() - kShown) + " more" : "");
}

}  // namespace

SuggestedMapping suggestMapping(const TensorFile& file, const Network& network, std::vector<int> bits) {
    constexpr std::size_t kMostTensors = 20'000;  // matching looks at pairs
    if (file.names.size() > kMostTensors)
        throw Error(ErrorKind::BadInput, file.where, "has too many tensors to draft a mapping",
                    "Write one: docs/import.md");
    LayerMatches matches = matchLayers(file, network, bits);
    SuggestedMapping draft;
    draft.mapping.bits = std::move(bits);
    draft.mapping.where = "the mapping drafted from " + file.where;
    draft.uncertain = std::move(matches.uncertain);
    std::set<std::string> used;
    const ScaleFinder scales(file, draft.mapping.bits);
    for (const Layer& layer : network.layers())
        if (const auto weight = matches.weights.find(layer.name); weight != matches.weights.end())
            draft.mapping.layers.emplace(layer.name, layerOf(layer, weight->second, file, scales, used));
    for (const auto& [norm, prefix] : matches.norms)
        draft.mapping.norms.emplace(norm, normOf(prefix, file, draft.mapping.bits, used));
    for (const std::string& name : file.names)
        if (!used.contains(name) && !name.ends_with(".num_batches_tracked")) draft.unused.push_back(name);
    draft.notes = tellIgnored(draft.unused);
    if (!matches.byFileOrder.empty())
        draft.notes.push_back("Only the order of the modules in the file tells apart the weights of " +
                              firstOf(matches.byFileOrder) + ": they have one shape, and names without numbers.");
    return draft;
}

void checkCertain(const SuggestedMapping& draft, const std::string& command) {
    if (draft.uncertain.empty()) return;
    throw Error(ErrorKind::BadInput, draft.mapping.where,
                "is a guess at " + firstOf(draft.uncertain) +
                    ": more than one tensor of the file fits, and neither names nor order tell which",
                "Write the draft, correct it and give it as the mapping: " + command);
}

}  // namespace bitdesk
