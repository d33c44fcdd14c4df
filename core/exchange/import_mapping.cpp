// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/import_mapping.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/setting_name.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr std::array kWeightRules{std::pair{WeightRule::Float, "float"}, std::pair{WeightRule::Lsq, "lsq"},
                                  std::pair{WeightRule::LsqNarrow, "lsq-narrow"},
                                  std::pair{WeightRule::Dorefa, "dorefa"},
                                  std::pair{WeightRule::Floor, "floor-nested"}};
constexpr std::array kActivationRules{std::pair{ActivationRule::Calibrate, "calibrate"},
                                      std::pair{ActivationRule::Lsq, "lsq"}, std::pair{ActivationRule::Pact, "pact"},
                                      std::pair{ActivationRule::Dorefa, "dorefa"}};

template <typename Rules>
auto readRule(JsonReader& reader, const char* key, const Rules& rules) {
    const std::string name = reader.text(key, rules.front().second);
    std::string known;
    for (const auto& [rule, text] : rules) {
        if (name == text) return rule;
        known += std::string(known.empty() ? "" : ", ") + text;
    }
    reader.fail(key, "is '" + name + "'; known: " + known);
}

template <typename Rules, typename Rule>
const char* nameOf(const Rules& rules, Rule wanted) {
    for (const auto& [rule, text] : rules)
        if (rule == wanted) return text;
    return "";
}

std::vector<float> numbers(JsonReader& reader, const char* key, const Json& value, bool positive) {
    std::vector<float> all;
    for (const Json& entry : value.is_array() ? value : Json::array({value})) {
        const bool fits =
            entry.is_number() && entry.get<double>() < 1e30 && entry.get<double>() > (positive ? 1e-30 : -1e30);
        if (!fits)
            reader.fail(key,
                        positive ? "holds something else than numbers above 0" : "holds something else than numbers");
        all.push_back(entry.get<float>());
    }
    return all;
}

ScaleSource readScale(JsonReader& reader, const char* key, std::size_t widths) {
    const Json* value = reader.find(key);
    if (value == nullptr) return {};
    if (value->is_string()) return {reader.text(key, "", true), {}};
    ScaleSource source{"", numbers(reader, key, *value, true)};
    if (source.values.size() != 1 && source.values.size() != widths)
        reader.fail(
            key, "has " + std::to_string(source.values.size()) + " numbers for " + std::to_string(widths) + " widths");
    return source;
}

LayerMapping readLayer(JsonReader reader, std::size_t widths) {
    LayerMapping layer;
    layer.weight = reader.text("weight", "", true);
    layer.bias = reader.text("bias", "");
    layer.weightRule = readRule(reader, "weight_quantizer", kWeightRules);
    layer.weightScale = readScale(reader, "weight_scale", widths);
    layer.activationRule = readRule(reader, "activation_quantizer", kActivationRules);
    layer.activationScale = readScale(reader, "activation_scale", widths);
    const bool needsWeight = layer.weightRule != WeightRule::Float && layer.weightRule != WeightRule::Dorefa;
    if (needsWeight && !layer.weightScale.given())
        reader.fail("weight_scale", "is missing: " + std::string(ruleName(layer.weightRule)) + " has a scale");
    if (layer.weightRule == WeightRule::Float && layer.weightScale.given())
        reader.fail("weight_scale", "says nothing for float weights: name their weight_quantizer");
    const bool needsActivation =
        layer.activationRule == ActivationRule::Lsq || layer.activationRule == ActivationRule::Pact;
    if (needsActivation != layer.activationScale.given())
        reader.fail("activation_scale", needsActivation
                                            ? "is missing: " + std::string(ruleName(layer.activationRule)) + " has one"
                                            : "says nothing for " + std::string(ruleName(layer.activationRule)) +
                                                  ": name another activation_quantizer");
    reader.finish();
    return layer;
}

NormMapping readNorm(JsonReader reader) {
    NormMapping norm{reader.text("weight", ""), reader.text("bias", ""), reader.text("running_mean", "", true),
                     reader.text("running_var", "", true)};
    reader.finish();
    return norm;
}

NormMapping normOfPrefix(const std::string& prefix) {
    return {prefix + ".weight", prefix + ".bias", prefix + ".running_mean", prefix + ".running_var"};
}

/// The common prefix where all four names are PREFIX.weight, .bias, …; else empty.
std::string prefixOf(const NormMapping& norm) {
    const std::string suffix = ".weight";
    if (!norm.weight.ends_with(suffix)) return {};
    const std::string prefix = norm.weight.substr(0, norm.weight.size() - suffix.size());
    const NormMapping whole = normOfPrefix(prefix);
    return whole.bias == norm.bias && whole.mean == norm.mean && whole.variance == norm.variance ? prefix : "";
}

std::vector<int> readBits(JsonReader& reader) {
    const Json* value = reader.find("bits");
    if (value == nullptr) return usualBits();
    std::vector<int> bits;
    for (const Json& entry : value->is_array() ? *value : Json::array({*value})) {
        if (!entry.is_number_integer() || entry < 2 || entry > 8 || (!bits.empty() && entry <= bits.back()))
            reader.fail("bits", "is no ascending list of bit-widths from 2 to 8");
        bits.push_back(entry.get<int>());
    }
    if (bits.empty()) reader.fail("bits", "is empty");
    return bits;
}

std::optional<Normalization> readNormalization(JsonReader& reader) {
    const Json* value = reader.find("normalization");
    if (value == nullptr) return std::nullopt;
    JsonReader inner = reader.object(*value, "normalization");
    Normalization normalization{numbers(inner, "mean", inner.get("mean"), false),
                                numbers(inner, "std", inner.get("std"), true)};
    if (normalization.mean.size() != normalization.std.size()) inner.fail("std", "has another length than mean");
    inner.finish();
    return normalization;
}

/// Each entry of an object of objects; null ones are gaps of a draft.
template <typename Read>
void readEntries(JsonReader& reader, const char* key, const Read& read) {
    const Json& entries = reader.get(key);
    if (!entries.is_object()) reader.fail(key, "is no object");
    for (const auto& [name, entry] : entries.items())
        if (!entry.is_null()) read(name, entry, std::string(key) + "." + name);
}

OrderedJson toJson(const ScaleSource& source) {
    if (!source.tensor.empty()) return source.tensor;
    return source.values.size() == 1 ? OrderedJson(source.values.front()) : OrderedJson(source.values);
}

OrderedJson toJson(const LayerMapping& layer) {
    OrderedJson json{{"weight", layer.weight}};
    if (!layer.bias.empty()) json["bias"] = layer.bias;
    json["weight_quantizer"] = ruleName(layer.weightRule);
    if (layer.weightScale.given()) json["weight_scale"] = toJson(layer.weightScale);
    json["activation_quantizer"] = ruleName(layer.activationRule);
    if (layer.activationScale.given()) json["activation_scale"] = toJson(layer.activationScale);
    return json;
}

OrderedJson toJson(const NormMapping& norm) {
    if (const std::string prefix = prefixOf(norm); !prefix.empty()) return prefix;
    return {{"weight", norm.weight}, {"bias", norm.bias}, {"running_mean", norm.mean}, {"running_var", norm.variance}};
}

void replaceAll(std::string& text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

}  // namespace

ImportMapping mappingFromJson(std::string_view text, const std::string& where) {
    constexpr int kDeepest = 5;  // mapping → layers → layer → list
    const Json json = parseStrictJson(text, kDeepest, where, "the mapping");
    JsonReader reader(json, where, "the mapping",
                      "docs/import.md describes the mapping; a draft (" + settingName("suggest") + ") is a beginning");
    reader.find("$schema");
    if (reader.whole("bitdesk_import", 0, 0, 1000) != 1)
        reader.fail("bitdesk_import", "is not 1, the version that this program reads");
    ImportMapping mapping;
    mapping.where = where;
    mapping.bits = readBits(reader);
    mapping.normalization = readNormalization(reader);
    mapping.classes = reader.texts("classes", false);
    for (const std::string& name : mapping.classes)
        if (printable(name) != name) reader.fail("classes", "holds a name with control characters");
    readEntries(reader, "layers", [&](const std::string& name, const Json& entry, const std::string& path) {
        mapping.layers.emplace(name, readLayer(reader.object(entry, path), mapping.bits.size()));
    });
    readEntries(reader, "norms", [&](const std::string& name, const Json& entry, const std::string& path) {
        mapping.norms.emplace(
            name, entry.is_string() ? normOfPrefix(entry.get<std::string>()) : readNorm(reader.object(entry, path)));
    });
    reader.finish();
    return mapping;
}

std::string toJson(const ImportMapping& mapping, const Network& network) {
    OrderedJson json{{"bitdesk_import", 1}, {"bits", mapping.bits}};
    if (mapping.normalization)
        json["normalization"] = {{"mean", mapping.normalization->mean}, {"std", mapping.normalization->std}};
    if (!mapping.classes.empty()) json["classes"] = mapping.classes;
    json["layers"] = OrderedJson::object();
    json["norms"] = OrderedJson::object();
    for (const Layer& layer : network.layers()) {
        const auto found = mapping.layers.find(layer.name);
        json["layers"][layer.name] = found == mapping.layers.end() ? OrderedJson() : toJson(found->second);
    }
    for (const Node& node : network.nodes()) {
        if (node.as<NormAttributes>() == nullptr) continue;
        const auto found = mapping.norms.find(node.name);
        json["norms"][node.name] = found == mapping.norms.end() ? OrderedJson() : toJson(found->second);
    }
    return jsonText(json, 1);
}

std::vector<std::string> missingFrom(const ImportMapping& mapping, const Network& network) {
    std::vector<std::string> missing;
    for (const Node& node : network.nodes()) {
        const bool norm = node.as<NormAttributes>() != nullptr && !mapping.norms.contains(node.name);
        const bool layer = network.findLayer(node.name) != nullptr && !mapping.layers.contains(node.name);
        if (norm || layer) missing.push_back(node.name);
    }
    return missing;
}

std::string filledIn(std::string pattern, int bits, std::size_t index, const std::string& prefix) {
    replaceAll(pattern, "{" + prefix + "bits}", std::to_string(bits));
    replaceAll(pattern, "{" + prefix + "index}", std::to_string(index));
    return pattern;
}

const char* ruleName(WeightRule rule) { return nameOf(kWeightRules, rule); }
const char* ruleName(ActivationRule rule) { return nameOf(kActivationRules, rule); }

}  // namespace bitdesk
