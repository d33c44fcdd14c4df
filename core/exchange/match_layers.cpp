// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/match_layers.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/to_index.h"
#include "core/exchange/import_mapping.h"
#include "core/exchange/tensor_names.h"

namespace bitdesk {
namespace {

const std::string kWeight = "weight", kMean = ".running_mean", kVariance = ".running_var";

/// The file's order; numbers in their order where the file is sorted by name.
std::vector<std::string> orderedNames(const TensorFile& file) {
    std::vector<std::string> names = file.names;
    if (std::ranges::is_sorted(names)) std::ranges::sort(names, naturallyLess);
    return names;
}

/// As many names as places, in the order of the places: each where it scores higher than elsewhere and than any other
/// does there; one may be left over for the last place. Nothing where that does not tell.
std::optional<std::vector<std::string>> pairedByScore(const std::vector<std::string>& names,
                                                      const std::function<int(std::size_t, std::size_t)>& score) {
    const std::size_t count = names.size();
    const auto isBest = [&](std::size_t place, std::size_t name) {
        const int here = score(place, name);
        for (std::size_t i = 0; i < count; ++i)
            if ((i != name && score(place, i) >= here) || (i != place && score(i, name) >= here)) return false;
        return true;
    };
    std::vector<std::string> found(count);
    std::set<std::string> left(names.begin(), names.end());
    for (std::size_t place = 0; place < count; ++place)
        for (std::size_t name = 0; name < count && found[place].empty(); ++name)
            if (isBest(place, name)) left.erase(found[place] = names[name]);
    if (left.size() > 1) return std::nullopt;
    if (left.size() == 1) *std::ranges::find(found, std::string()) = *left.begin();
    return found;
}

std::vector<std::string> inNaturalOrder(std::vector<std::string> names) {
    std::ranges::sort(names, naturallyLess);
    return names;
}
/// Whether numbers alone tell the order of all.
bool isNumbered(const std::vector<std::string>& names) { return isOrderKnown(inNaturalOrder(names), false); }

// ---- shortcuts ----

/// The layer whose output reaches a node through nothing but nodes of one input; else null.
const Layer* layerBehind(const Network& network, int node) {
    while (network.inputs(node).size() == 1) {
        if (const Layer* layer = network.findLayer(network.nodes()[toIndex(node)].name)) return layer;
        node = network.inputs(node).front();
    }
    return nullptr;
}
/// Where a layer's input comes from, before its quantizer.
int sourceOf(const Network& network, const Layer& layer) {
    return network.inputs(network.inputs(layer.node).front()).front();
}
/// Whether a layer is the only one on its branch of a sum, beside a branch of more.
bool isShortcut(const Network& network, const Layer& layer) {
    for (int n = 0; n < static_cast<int>(network.nodes().size()); ++n) {
        if (network.nodes()[toIndex(n)].as<AddAttributes>() == nullptr) continue;
        const Layer* a = layerBehind(network, network.inputs(n).front());
        const Layer* b = layerBehind(network, network.inputs(n).back());
        if (a == nullptr || b == nullptr || (a->node != layer.node && b->node != layer.node)) continue;
        const Layer& other = a->node == layer.node ? *b : *a;
        const int source = sourceOf(network, layer);
        if (sourceOf(network, other) != source && network.consumers(source).size() > 1) return true;
    }
    return false;
}
bool saysShortcut(const std::string& name) {
    constexpr std::array kWords{"short", "downsample", "down_sample", "skip", "identity"};
    return std::ranges::any_of(kWords, [&](const char* word) { return name.find(word) != std::string::npos; });
}

/// Weights to layers.
class WeightMatcher {
public:
    WeightMatcher(const TensorFile& file, const Network& network, const std::vector<std::string>& names)
        : m_file(file), m_network(network), m_names(names), m_ofModules(!std::ranges::is_sorted(file.names)) {}

    void run(LayerMatches& matches, std::set<std::string>& uncertain) {
        m_matches = &matches;
        m_uncertain = &uncertain;
        std::map<std::vector<std::int64_t>, std::vector<const Layer*>> groups;
        for (const Layer& layer : m_network.layers()) groups[shapeOf(layer)].push_back(&layer);
        for (auto& [shape, layers] : groups) {
            std::vector<std::string> weights;
            for (const std::string& name : m_names)
                if (m_file.find(name)->shape == shape) weights.push_back(name);
            matchGroup(layers, weights);
        }
        std::map<const Layer*, std::string> placed;  // all groups by what is certain before
        for (const auto& [layers, names] : m_unordered)
            if (const auto found = byNeighbours(layers, names))
                for (std::size_t i = 0; i < layers.size(); ++i) placed.emplace(layers[i], (*found)[i]);
        for (const auto& [layer, weight] : placed) {
            matches.weights[layer->name] = weight;
            uncertain.erase(layer->name);
        }
    }

private:
    using Layers = std::vector<const Layer*>;
    using Names = std::vector<std::string>;

    static std::vector<std::int64_t> shapeOf(const Layer& layer) {
        const std::int64_t n = layer.output.channels, c = layer.inputChannelsPerGroup();
        if (layer.isLinear) return {n, c};
        return {n, c, layer.kernelHeight, layer.kernelWidth};
    }

    void matchGroup(Layers layers, Names weights) {
        takeOwnNames(layers, weights);
        if (weights.size() > layers.size()) keepCalledWeight(weights, layers.size());
        Layers shortcuts;
        std::ranges::copy_if(layers, std::back_inserter(shortcuts),
                             [&](const Layer* layer) { return isShortcut(m_network, *layer); });
        const bool both = !shortcuts.empty() && shortcuts.size() < layers.size();
        if (!both) return assign(layers, weights, true);
        Names called;
        std::ranges::copy_if(weights, std::back_inserter(called), saysShortcut);
        // One shape on both branches: the order of the file is that of the branches by chance alone.
        if (called.size() != shortcuts.size()) return assign(layers, weights, false);
        std::erase_if(layers, [&](const Layer* layer) { return std::ranges::count(shortcuts, layer) > 0; });
        std::erase_if(weights, saysShortcut);
        assign(shortcuts, called, true);
        assign(layers, weights, true);
    }

    void takeOwnNames(Layers& layers, Names& weights) {
        std::erase_if(layers, [&](const Layer* layer) {
            const auto own = std::ranges::find(weights, layer->name + "." + kWeight);
            if (own == weights.end()) return false;
            m_matches->weights.emplace(layer->name, *own);
            weights.erase(own);
            return true;
        });
    }
    static void keepCalledWeight(Names& weights, std::size_t least) {
        Names called;
        std::ranges::copy_if(weights, std::back_inserter(called),
                             [](const std::string& name) { return name == kWeight || name.ends_with("." + kWeight); });
        if (called.size() >= least) weights = std::move(called);
    }

    void assign(const Layers& layers, const Names& weights, bool certain) {
        const bool complete = certain && weights.size() == layers.size();
        const bool agreed = complete && isOrderKnown(weights, m_ofModules);
        if (complete && !agreed && !m_ofModules) m_unordered.emplace_back(layers, weights);
        if (agreed && m_ofModules && !isNumbered(weights))
            for (const Layer* layer : layers) m_matches->byFileOrder.push_back(layer->name);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (i < weights.size()) m_matches->weights.emplace(layers[i]->name, weights[i]);
            if (!agreed && i < weights.size()) m_uncertain->insert(layers[i]->name);
        }
    }

    /// In the module of the layers before and behind in the graph, whose weights are certain.
    std::optional<Names> byNeighbours(const Layers& layers, const Names& weights) const {
        const auto& all = m_network.layers();
        const auto shared = [&](std::ptrdiff_t neighbour, const std::string& weight) {
            if (neighbour < 0 || neighbour >= std::ssize(all)) return 0;
            const std::string& name = all[toIndex(neighbour)].name;
            const auto known = m_matches->weights.find(name);
            const bool certain = known != m_matches->weights.end() && !m_uncertain->contains(name);
            return certain ? sharedParts(known->second, weight) : 0;
        };
        return pairedByScore(weights, [&](std::size_t place, std::size_t name) {
            const std::ptrdiff_t at = layers[place] - all.data();
            return shared(at - 1, weights[name]) + shared(at + 1, weights[name]);
        });
    }

    const TensorFile& m_file;
    const Network& m_network;
    const Names& m_names;
    bool m_ofModules;
    std::vector<std::pair<Layers, Names>> m_unordered;  ///< groups whose order no number tells
    LayerMatches* m_matches = nullptr;
    std::set<std::string>* m_uncertain = nullptr;
};

/// Norms to the layers whose outputs they normalize.
class NormMatcher {
public:
    NormMatcher(const TensorFile& file, const Network& network, const std::vector<std::string>& names,
                const std::vector<int>& bits)
        : m_file(file), m_network(network), m_bits(bits), m_ofModules(!std::ranges::is_sorted(file.names)) {
        for (std::size_t i = 0; i < names.size(); ++i) m_position.emplace(names[i], i);
        for (int n = 0; n < static_cast<int>(network.nodes().size()); ++n)
            if (network.nodes()[toIndex(n)].as<NormAttributes>()) m_norms.push_back({.node = n, .weight = {}});
        for (const std::string& name : names) {
            const std::string prefix = withoutSuffix(name, kMean);
            if (!prefix.empty() && file.find(prefix + kVariance) != nullptr) m_prefixes.push_back(prefix);
        }
        // Three blocks of a stage, too, are numbered 0, 1, 2: only where there are more norms than places are there
        // some for each width.
        if (m_prefixes.size() > m_norms.size()) m_prefixes = collapsed(m_prefixes, bits);
        if (m_prefixes.size() > m_norms.size()) refuseOtherWidths();
    }

    void run(LayerMatches& matches, std::set<std::string>& uncertain) {
        m_matches = &matches;
        m_uncertain = &uncertain;
        takeOwnNames();
        std::set<std::string> modules{""};
        for (Norm& norm : m_norms) {
            const auto weight = matches.weights.find(attributes(norm).to);
            if (weight == matches.weights.end()) continue;
            norm.weight = weight->second;
            for (std::size_t dot = norm.weight.rfind('.'); dot != std::string::npos && dot > 0;
                 dot = norm.weight.rfind('.', dot - 1))
                modules.insert(norm.weight.substr(0, dot));
        }
        std::vector<std::string> inwards(modules.begin(), modules.end());
        std::ranges::stable_sort(inwards, std::greater{},
                                 [](const std::string& m) { return m.empty() ? -1 : std::ranges::count(m, '.'); });
        for (const std::string& module : inwards) matchIn(module);
        takeLeftOvers();
    }

private:
    struct Norm {
        int node;
        std::string weight;  ///< of the layer that it normalizes; empty where that has none
    };
    using Norms = std::vector<Norm>;
    using Names = std::vector<std::string>;

    const std::string& nameOf(const Norm& norm) const { return m_network.nodes()[toIndex(norm.node)].name; }
    const NormAttributes& attributes(const Norm& norm) const {
        return *m_network.nodes()[toIndex(norm.node)].as<NormAttributes>();
    }
    int channelsOf(const Norm& norm) const { return m_network.shape(norm.node).channels; }
    std::string meanOf(const std::string& prefix) const { return filledIn(prefix, m_bits.front(), 0) + kMean; }
    int channelsOf(const std::string& prefix) const {
        const Tensor* mean = m_file.find(meanOf(prefix));
        return mean == nullptr || mean->shape.empty() ? 0 : static_cast<int>(mean->shape.back());
    }

    void take(const Norm& norm, const std::string& prefix, bool certain = true) {
        if (!certain) m_uncertain->insert(nameOf(norm));
        m_matches->norms.emplace(nameOf(norm), prefix);
        std::erase(m_prefixes, prefix);
        std::erase_if(m_norms, [&](const Norm& other) { return other.node == norm.node; });
    }

    void takeOwnNames() {
        for (const Norm& norm : Norms(m_norms)) {
            const auto own = std::ranges::find(m_prefixes, nameOf(norm));
            if (own != m_prefixes.end() && channelsOf(*own) == channelsOf(norm)) take(norm, std::string(*own));
        }
    }

    /// Where a module has as many norms of some channels as layers that need one, they belong together.
    void matchIn(const std::string& module) {
        std::map<int, std::pair<Norms, Names>> groups;
        for (const Norm& norm : m_norms)
            if (isBelow(norm.weight, module)) groups[channelsOf(norm)].first.push_back(norm);
        for (const std::string& prefix : m_prefixes)
            if (isBelow(prefix, module)) groups[channelsOf(prefix)].second.push_back(prefix);
        for (const auto& [channels, group] : groups)
            if (group.first.size() == group.second.size()) matchGroup(group.first, group.second);
    }

    /// By what names are like, by numbers and by the file: those of them that tell must tell the same.
    void matchGroup(const Norms& norms, const Names& prefixes) {
        if (norms.size() == 1) return take(norms.front(), prefixes.front());
        std::vector<Names> readings;
        if (auto likest = byLikeness(norms, prefixes)) readings.push_back(std::move(*likest));
        if (isNumbered(prefixes)) readings.push_back(inNaturalOrder(prefixes));
        if (m_ofModules) readings.push_back(byFile(norms, prefixes));
        const bool agreed = std::ranges::adjacent_find(readings, std::not_equal_to{}) == readings.end();
        const Names& chosen = readings.empty() ? prefixes : readings.front();
        for (std::size_t i = 0; i < norms.size(); ++i) take(norms[i], chosen[i], agreed && !readings.empty());
    }

    /// Where each norm has a name that is likest to its layer's, and to no other's as much; one may be left over.
    static std::optional<Names> byLikeness(const Norms& norms, const Names& prefixes) {
        return pairedByScore(prefixes,
                             [&](std::size_t n, std::size_t p) { return likeness(norms[n].weight, prefixes[p]); });
    }

    /// The norm that comes next behind each layer in the file, where all of these differ; else in the file's order.
    Names byFile(const Norms& norms, const Names& prefixes) const {
        Names following;
        std::set<std::string> seen;
        for (const Norm& norm : norms) {
            if (norm.weight.empty()) return prefixes;
            const auto next = std::ranges::find_if(prefixes, [&](const std::string& prefix) {
                return m_position.at(meanOf(prefix)) > m_position.at(norm.weight);
            });
            if (next == prefixes.end() || !seen.insert(*next).second) return prefixes;
            following.push_back(*next);
        }
        return following;
    }

    /// In another number than the layers: the likest, which is no more than a draft. A norm without a layer takes the
    /// only one that fits.
    void takeLeftOvers() {
        for (const Norm& norm : Norms(m_norms)) {
            Names fitting;
            std::ranges::copy_if(m_prefixes, std::back_inserter(fitting),
                                 [&](const std::string& prefix) { return channelsOf(prefix) == channelsOf(norm); });
            if (fitting.empty()) continue;
            const auto best = std::ranges::max_element(
                fitting, {}, [&](const std::string& prefix) { return likeness(norm.weight, prefix); });
            take(norm, std::string(*best), false);
        }
    }

    /// Throws where the norms are of each width, and of other widths than asked for: a draft that took one of them for
    /// all would look right and be wrong.
    void refuseOtherWidths() const {
        const std::size_t places = m_norms.size();
        std::map<std::set<std::string>, std::size_t> families;  // numbers → names that they would save
        for (const auto& [name, numbers] : numberGroups(m_prefixes))
            if (numbers.size() > 1) families[numbers] += numbers.size() - 1;
        for (const auto& [numbers, saved] : families) {
            const std::size_t left = m_prefixes.size() - saved;
            const bool areWidths = std::ranges::all_of(numbers, isWidth);
            const bool areIndices = *numbers.begin() == "0" && *numbers.rbegin() == std::to_string(numbers.size() - 1);
            if (left > places || 2 * left < places || (!areWidths && !areIndices)) continue;
            std::string list;
            for (const std::string& number : numbers) list += (list.empty() ? "" : ",") + number;
            throw Error(ErrorKind::BadInput, m_file.where,
                        areWidths ? "its norms are named for the widths " + list
                                  : "has norms for " + std::to_string(numbers.size()) + " widths",
                        areWidths ? "Give some of them with " + settingName("bits")
                                  : "Give as many with " + settingName("bits"));
        }
    }

    const TensorFile& m_file;
    const Network& m_network;
    const std::vector<int>& m_bits;
    bool m_ofModules;
    std::map<std::string, std::size_t> m_position;
    Norms m_norms;
    Names m_prefixes;
    LayerMatches* m_matches = nullptr;
    std::set<std::string>* m_uncertain = nullptr;
};

}  // namespace

LayerMatches matchLayers(const TensorFile& file, const Network& network, const std::vector<int>& bits) {
    const std::vector<std::string> names = orderedNames(file);
    LayerMatches matches;
    std::set<std::string> uncertain;
    WeightMatcher(file, network, names).run(matches, uncertain);
    NormMatcher(file, network, names, bits).run(matches, uncertain);
    for (const Node& node : network.nodes())
        if (uncertain.contains(node.name)) matches.uncertain.push_back(node.name);
    return matches;
}

}  // namespace bitdesk
