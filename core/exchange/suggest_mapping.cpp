// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/suggest_mapping.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/to_index.h"

namespace bitdesk {
namespace {

// What names of tensors say of each other.

/// By number where both have one: "conv2" comes before "conv10".
bool naturallyLess(const std::string& a, const std::string& b) {
    std::size_t i = 0, j = 0;
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    while (i < a.size() && j < b.size()) {
        if (isDigit(a[i]) && isDigit(b[j])) {
            const std::size_t endA = std::min(a.find_first_not_of("0123456789", i), a.size()),
                              endB = std::min(b.find_first_not_of("0123456789", j), b.size());
            if (endA - i != endB - j) return endA - i < endB - j;
            const int order = a.compare(i, endA - i, b, j, endB - j);
            if (order != 0) return order < 0;
            i = endA;
            j = endB;
        } else {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i;
            ++j;
        }
    }
    return a.size() - i < b.size() - j;
}

/// A name around its last number; without one, `before` is all of it.
struct NumberedName {
    std::string before, number, after;
};
NumberedName lastNumber(const std::string& name) {
    const std::size_t end = name.find_last_of("0123456789");
    if (end == std::string::npos) return {name, "", ""};
    const std::size_t before = name.find_last_not_of("0123456789", end);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return {name.substr(0, begin), name.substr(begin, end + 1 - begin), name.substr(end + 1)};
}

/// The last numbers of names that are equal before and after them.
std::map<std::pair<std::string, std::string>, std::set<std::string>> numberGroups(
    const std::vector<std::string>& names) {
    std::map<std::pair<std::string, std::string>, std::set<std::string>> groups;
    for (const std::string& name : names) {
        const NumberedName parts = lastNumber(name);
        groups[{parts.before, parts.after}].insert(parts.number);
    }
    return groups;
}

/// Whether a number in a name may be a bit-width: 1 … 8, 16, 32.
bool isWidth(const std::string& number) {
    return number == "16" || number == "32" || (number.size() == 1 && number >= "1" && number <= "8");
}

/// Names whose last number runs through the widths and perhaps more of them ("{bits}"), or through 0, 1, … ("{index}"),
/// as one pattern; the others as they are.
std::vector<std::string> collapsed(const std::vector<std::string>& names, const std::vector<int>& bits) {
    std::set<std::string> widths, indices;
    for (std::size_t i = 0; i < bits.size(); ++i) {
        widths.insert(std::to_string(bits[i]));
        indices.insert(std::to_string(i));
    }
    const auto groups = numberGroups(names);
    std::vector<std::string> found;
    std::set<std::string> seen;
    for (const std::string& name : names) {
        const NumberedName parts = lastNumber(name);
        const auto& numbers = groups.at({parts.before, parts.after});
        const bool named = std::ranges::includes(numbers, widths) && std::ranges::all_of(numbers, isWidth);
        const char* place = numbers.size() < 2 ? nullptr : named ? "{bits}" : numbers == indices ? "{index}" : nullptr;
        std::string pattern = place == nullptr ? name : parts.before + place + parts.after;
        if (seen.insert(pattern).second) found.push_back(std::move(pattern));
    }
    return found;
}

/// How much two names have in common: whole parts at their beginning ("layer1.0" of "layer1.0.conv1" and
/// "layer1.0.bn1"), then the same number in the first part that differs ("conv1", "bn1"), then a common beginning
/// ("short", "short_bn").
int likeness(const std::string& a, const std::string& b) {
    const auto partEnd = [](const std::string& text, std::size_t begin) {
        return std::min(text.find('.', begin), text.size());
    };
    std::size_t begin = 0;
    int parts = 0;
    while (begin < a.size() && begin < b.size()) {
        const std::size_t end = partEnd(a, begin);
        if (end != partEnd(b, begin) || a.compare(begin, end - begin, b, begin, end - begin) != 0) break;
        ++parts;
        begin = end + 1;
    }
    if (begin >= a.size() || begin >= b.size()) return 4 * parts;
    const std::string partA = a.substr(begin, partEnd(a, begin) - begin),
                      partB = b.substr(begin, partEnd(b, begin) - begin);
    const auto digits = [](const std::string& part) {
        const std::size_t last = part.find_last_not_of("0123456789");
        return last == std::string::npos ? part : part.substr(last + 1);
    };
    const auto common = std::ranges::mismatch(partA, partB).in1 - partA.begin();
    const bool sameNumber = !digits(partA).empty() && digits(partA) == digits(partB);
    return 4 * parts + (sameNumber ? 2 : 0) + (common >= 3 ? 1 : 0);
}

const std::string kWeight = ".weight", kMean = ".running_mean", kVariance = ".running_var";

std::string withoutSuffix(const std::string& name, const std::string& suffix) {
    return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : std::string();
}

/// Pairs two sequences in order so that the sum of scores is largest; score 0: they do not go together. Returns for
/// each of the first its partner in the second, or −1.
std::vector<int> align(std::size_t first, std::size_t second,
                       const std::function<int(std::size_t, std::size_t)>& score) {
    std::vector<std::vector<int>> best(first + 1, std::vector<int>(second + 1, 0));
    for (std::size_t i = first; i-- > 0;)
        for (std::size_t j = second; j-- > 0;) {
            const int together = score(i, j);
            best[i][j] = std::max({best[i + 1][j], best[i][j + 1], together > 0 ? together + best[i + 1][j + 1] : 0});
        }
    std::vector<int> partner(first, -1);
    for (std::size_t i = 0, j = 0; i < first && j < second;) {
        const int together = score(i, j);
        if (together > 0 && best[i][j] == together + best[i + 1][j + 1]) partner[i++] = static_cast<int>(j++);
        else if (best[i][j] == best[i][j + 1]) ++j;
        else ++i;
    }
    // Files that are sorted by name put the classifier before the layers that feed it: what is left is paired by the
    // best score alone.
    std::set<int> taken(partner.begin(), partner.end());
    for (std::size_t i = 0; i < first; ++i)
        for (std::size_t j = 0; j < second && partner[i] < 0; ++j)
            if (score(i, j) > 0 && taken.insert(static_cast<int>(j)).second) partner[i] = static_cast<int>(j);
    return partner;
}

constexpr int kFits = 2, kSameName = 5;

class Suggestion {
public:
    Suggestion(const TensorFile& file, const Network& network, std::vector<int> bits)
        : m_file(file), m_network(network) {
        m_result.mapping.bits = std::move(bits);
        m_result.mapping.where = "the mapping drafted from " + file.where;
        m_names = file.names;
        if (std::ranges::is_sorted(m_names)) std::ranges::sort(m_names, naturallyLess);
    }

    SuggestedMapping run() {
        constexpr std::size_t kMostTensors = 20'000;  // matching looks at pairs
        if (m_names.size() > kMostTensors)
            throw Error(ErrorKind::BadInput, m_file.where, "has too many tensors to draft a mapping",
                        "Write one: docs/import.md");
        matchLayers();
        matchNorms();
        for (const std::string& name : m_file.names)
            if (!m_used.contains(name) && !name.ends_with(".num_batches_tracked")) m_result.unused.push_back(name);
        return std::move(m_result);
    }

private:
    const std::vector<std::int64_t>& shapeOf(const std::string& name) const { return m_file.find(name)->shape; }

    static bool fits(const Layer& layer, const std::vector<std::int64_t>& shape) {
        const std::int64_t n = layer.output.channels, c = layer.inputChannelsPerGroup();
        if (layer.isLinear) return shape == std::vector<std::int64_t>{n, c};
        return shape == std::vector<std::int64_t>{n, c, layer.kernelHeight, layer.kernelWidth};
    }

    void matchLayers() {
        std::vector<std::string> weights;
        for (const std::string& name : m_names)
            if (std::ranges::any_of(m_network.layers(), [&](const Layer& l) { return fits(l, shapeOf(name)); }))
                weights.push_back(name);
        const auto& layers = m_network.layers();
        const auto partner = align(layers.size(), weights.size(), [&](std::size_t i, std::size_t j) {
            return !fits(layers[i], shapeOf(weights[j]))    ? 0
                   : layers[i].name + kWeight == weights[j] ? kSameName
                                                            : kFits;
        });
        for (std::size_t i = 0; i < layers.size(); ++i)
            if (partner[i] >= 0) addLayer(layers[i], weights[toIndex(partner[i])]);
    }

    void addLayer(const Layer& layer, const std::string& weight) {
        LayerMapping mapping;
        mapping.weight = weight;
        m_used.insert(weight);
        const std::string module = withoutSuffix(weight, kWeight);
        if (!module.empty()) {
            if (m_file.find(module + ".bias") != nullptr) mapping.bias = use(module + ".bias");
            addScales(layer, module, mapping);
            // A wrapper keeps them beside the layer that it wraps.
            const std::size_t dot = module.rfind('.');
            if (dot != std::string::npos && isAloneIn(layer, module.substr(0, dot), weight))
                addScales(layer, module.substr(0, dot), mapping);
        }
        m_result.mapping.layers.emplace(layer.name, std::move(mapping));
    }

    const std::string& use(const std::string& name) { return *m_used.insert(name).first; }

    /// Whether a tensor may be scales of a layer: one, or one for each width, filter, or both.
    bool isSmall(const Layer& layer, const std::string& name) const {
        const auto filters = std::int64_t{layer.output.channels};
        const auto widths = static_cast<std::int64_t>(m_result.mapping.bits.size());
        std::int64_t elements = 1;
        for (const std::int64_t extent : shapeOf(name)) elements *= extent;
        return elements == 1 || elements == filters || elements == widths || elements == filters * widths;
    }

    /// Whether a module has no other weights than this one.
    bool isAloneIn(const Layer& layer, const std::string& module, const std::string& weight) const {
        return std::ranges::none_of(m_names, [&](const std::string& name) {
            return name.starts_with(module + ".") && name != weight && shapeOf(name).size() > 1 &&
                   !isSmall(layer, name);
        });
    }

    /// Whether a tensor is a norm's, which may be a submodule of the layer that it follows.
    bool isOfNorm(const std::string& name) const {
        const std::string module = name.substr(0, name.rfind('.'));
        return m_file.find(module + kMean) != nullptr && m_file.find(module + kVariance) != nullptr;
    }

    /// Small tensors of the same module.
    void addScales(const Layer& layer, const std::string& module, LayerMapping& mapping) {
        std::vector<std::string> small;
        for (const std::string& name : m_names) {
            const bool within = name.starts_with(module) && name.size() > module.size() &&
                                (name[module.size()] == '.' || name[module.size()] == '_');
            if (!within || m_used.contains(name) || name.ends_with(".bias") || isOfNorm(name)) continue;
            if (isSmall(layer, name)) small.push_back(name);
        }
        const auto groups = numberGroups(small);
        for (const std::string& pattern : collapsed(small, m_result.mapping.bits)) {
            // One of several that are numbered otherwise than the widths would serve all of them.
            const NumberedName parts = lastNumber(pattern);
            const auto group = groups.find({parts.before, parts.after});
            if (group != groups.end() && group->second.size() > 1) continue;
            addScale(layer, pattern, pattern.substr(module.size()), mapping);
        }
    }

    void addScale(const Layer& layer, const std::string& pattern, std::string role, LayerMapping& mapping) {
        std::ranges::transform(role, role.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const auto has = [&](std::initializer_list<const char*> words) {
            return std::ranges::any_of(words, [&](const char* word) { return role.find(word) != std::string::npos; });
        };
        if (has({"zero", "num_batches", "init", "signed"})) return;
        const bool isActivation = has({"act", "alpha", "clip", "input", "a_", ".a."});
        const bool isWeight = !isActivation && has({"scale", "step", "w_", "weight"});
        ScaleSource& source = isActivation ? mapping.activationScale : mapping.weightScale;
        if ((!isActivation && !isWeight) || source.given()) return;
        source.tensor = pattern;
        if (isActivation) mapping.activationRule = has({"alpha", "clip"}) ? ActivationRule::Pact : ActivationRule::Lsq;
        else mapping.weightRule = WeightRule::Lsq;
        usePattern(pattern, layer.fixedBits);
    }

    void usePattern(const std::string& pattern, int fixedBits) {
        const auto& bits = m_result.mapping.bits;
        for (std::size_t i = 0; i < bits.size(); ++i) use(filledIn(pattern, bits[i], i));
        if (fixedBits > 0) use(filledIn(pattern, fixedBits, 0));
    }

    void matchNorms() {
        std::vector<std::string> prefixes;
        for (const std::string& name : m_names) {
            const std::string prefix = withoutSuffix(name, kMean);
            if (!prefix.empty() && m_file.find(prefix + kVariance) != nullptr) prefixes.push_back(prefix);
        }
        std::vector<int> norms;
        for (int n = 0; n < static_cast<int>(m_network.nodes().size()); ++n)
            if (m_network.nodes()[toIndex(n)].as<NormAttributes>()) norms.push_back(n);
        const auto& bits = m_result.mapping.bits;
        // Three blocks of a stage, too, are numbered 0, 1, 2: only where there are more norms than places are there
        // some for each width.
        if (prefixes.size() > norms.size()) prefixes = collapsed(prefixes, bits);
        if (prefixes.size() > norms.size()) refuseOtherWidths(prefixes, norms.size());
        std::vector<Pairing> pairings;
        for (const int norm : norms)
            for (const std::string& prefix : prefixes)
                if (const auto pairing = pairingOf(norm, prefix)) pairings.push_back(*pairing);
        std::ranges::stable_sort(pairings, {}, [](const Pairing& p) { return std::pair(-p.likeness, p.distance); });
        std::set<std::string> taken;
        for (const Pairing& pairing : pairings) {
            const std::string& node = m_network.nodes()[toIndex(pairing.norm)].name;
            if (!m_result.mapping.norms.contains(node) && taken.insert(pairing.prefix).second)
                addNorm(node, pairing.prefix);
        }
    }

    /// Throws where the norms are of each width, and of other widths than asked for: a draft that took one of them for
    /// all would look right and be wrong.
    void refuseOtherWidths(const std::vector<std::string>& prefixes, std::size_t places) const {
        std::map<std::set<std::string>, std::size_t> families;  // numbers → names that they would save
        for (const auto& [name, numbers] : numberGroups(prefixes))
            if (numbers.size() > 1) families[numbers] += numbers.size() - 1;
        for (const auto& [numbers, saved] : families) {
            const std::size_t left = prefixes.size() - saved;
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

    struct Pairing {
        int norm;
        std::string prefix;
        int likeness;             ///< of the names of the norm's tensors and of the weights that it follows
        std::ptrdiff_t distance;  ///< in the file, between these
    };

    /// Nothing where the norm has another number of channels. A norm stands where the layer that it normalizes stands.
    std::optional<Pairing> pairingOf(int norm, const std::string& prefix) const {
        const std::string mean = filledIn(prefix, m_result.mapping.bits.front(), 0) + kMean;
        const auto& shape = shapeOf(mean);
        if (shape.empty() || shape.back() != m_network.shape(norm).channels) return std::nullopt;
        const Node& node = m_network.nodes()[toIndex(norm)];
        if (node.name == prefix) return Pairing{norm, prefix, 1000, 0};
        const auto layer = m_result.mapping.layers.find(node.as<NormAttributes>()->to);
        if (layer == m_result.mapping.layers.end()) return Pairing{norm, prefix, 0, norm};
        const auto position = [&](const std::string& name) {
            return std::ranges::find(m_names, name) - m_names.begin();
        };
        const std::ptrdiff_t after = position(mean) - position(layer->second.weight);
        const std::ptrdiff_t distance = after > 0 ? after : 4 - 4 * after;  // modules mostly come in the order of use
        return Pairing{norm, prefix, likeness(layer->second.weight, prefix), distance};
    }

    void addNorm(const std::string& node, const std::string& prefix) {
        NormMapping mapping;
        const auto& bits = m_result.mapping.bits;
        const auto name = [&](const char* suffix) {
            std::string pattern = prefix + suffix;
            if (m_file.find(filledIn(pattern, bits.front(), 0)) == nullptr) return std::string();
            usePattern(pattern, 0);
            return pattern;
        };
        m_result.mapping.norms.emplace(
            node, NormMapping{name(".weight"), name(".bias"), name(".running_mean"), name(".running_var")});
    }

    const TensorFile& m_file;
    const Network& m_network;
    std::vector<std::string> m_names;
    std::set<std::string> m_used;
    SuggestedMapping m_result;
};

}  // namespace

SuggestedMapping suggestMapping(const TensorFile& file, const Network& network, std::vector<int> bits) {
    return Suggestion(file, network, std::move(bits)).run();
}

}  // namespace bitdesk
