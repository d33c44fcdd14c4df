// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/suggest_scales.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <span>

#include "core/base/error.h"
#include "core/exchange/tensor_names.h"

namespace bitdesk {
namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}
bool hasAny(const std::string& text, std::span<const char* const> words) {
    return std::ranges::any_of(words, [&](const char* word) { return text.find(word) != std::string::npos; });
}

constexpr std::array kFlags{"init_state", "initialized", "init_flag", ".signed", "_signed", "num_batches"};
constexpr std::array kTorchAo{"fake_quant", "activation_post_process", "observer"};
constexpr std::array kPowersOfTwo{"wgt_alpha", "act_alpha", "weight_quant."};
constexpr std::array kZeroPoints{"zero_point", "zeropoint", ".zp", "_zp", "offset"};
constexpr std::array kActivation{"act", "alpha", "clip", "input", "a_", ".a."};
constexpr std::array kWeights{"scale", "step", "w_", "weight"};
constexpr std::array kUpperEnd{"alpha", "clip"};
/// Ends of the names of what is left over and is a quantizer's all the same.
constexpr std::array kSteps{".alpha", "scale", "step", ".s", "clip", "clip_val", "zero_point", "step_size"};

const std::string kWeightSuffix = ".weight";

bool isNoScale(const std::string& role) {
    return hasAny(role, kFlags) || hasAny(role, kTorchAo) || hasAny(role, kPowersOfTwo) || hasAny(role, kZeroPoints) ||
           role.find("min_val") != std::string::npos || role.find("max_val") != std::string::npos;
}

struct Ignored {
    const char* why;
    std::vector<std::string> names;
};

std::string told(const Ignored& ignored) {
    constexpr std::size_t kShown = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(kShown, ignored.names.size()); ++i)
        names += (i > 0 ? ", " : "") + printable(ignored.names[i]);
    if (ignored.names.size() > kShown) names += ", …";
    return fmt::format("{} tensor(s) of the file are not used ({}): {}.", ignored.names.size(), names, ignored.why);
}

}  // namespace

struct ScaleFinder::Place {
    const Layer& layer;
    std::string module;
    bool own = true;  ///< of the weight itself, not of one around it
};

void ScaleFinder::find(const Layer& layer, LayerMapping& mapping, std::set<std::string>& used) const {
    const std::string module = withoutSuffix(mapping.weight, kWeightSuffix);
    if (module.empty()) return;
    findIn({layer, module}, mapping, used);
    // A wrapper keeps them beside the layer that it wraps.
    const std::size_t dot = module.rfind('.');
    if (dot != std::string::npos && isAloneIn(layer, module.substr(0, dot), mapping.weight))
        findIn({layer, module.substr(0, dot), false}, mapping, used);
}

/// Whether a tensor may be scales of a layer: one, or one for each width, filter, or both.
bool ScaleFinder::isSmall(const Layer& layer, const std::string& name) const {
    const auto filters = std::int64_t{layer.output.channels};
    const auto widths = static_cast<std::int64_t>(m_bits.size());
    std::int64_t elements = 1;
    for (const std::int64_t extent : m_file.find(name)->shape) elements *= extent;
    return elements == 1 || elements == filters || elements == widths || elements == filters * widths;
}

/// Whether a module has no other weights than this one.
bool ScaleFinder::isAloneIn(const Layer& layer, const std::string& module, const std::string& weight) const {
    return std::ranges::none_of(within(module), [&](const std::string& name) {
        return isBelow(name, module) && name != weight && m_file.find(name)->shape.size() > 1 && !isSmall(layer, name);
    });
}

/// Whether a tensor is a norm's, which may be a submodule of the layer that it follows.
bool ScaleFinder::isOfNorm(const std::string& name) const {
    const std::string module = name.substr(0, name.rfind('.'));
    return m_file.find(module + ".running_mean") != nullptr && m_file.find(module + ".running_var") != nullptr;
}

/// "module.…" and "module_…", by name.
std::vector<std::string> ScaleFinder::within(const std::string& module) const {
    std::vector<std::string> names;
    for (const char between : {'.', '_'})
        for (auto at = m_file.tensors.lower_bound(module + between);
             at != m_file.tensors.end() && at->first.starts_with(module + between); ++at)
            names.push_back(at->first);
    return names;
}

/// Codes here have no zero point: scales that have one mean other numbers.
bool ScaleFinder::hasZeroPoints(const std::vector<std::string>& names) const {
    return std::ranges::any_of(names, [&](const std::string& name) {
        if (!hasAny(lower(name.substr(name.rfind('.') + 1)), kZeroPoints)) return false;
        const auto values = toFloats(*m_file.find(name), m_file.where + ": tensor '" + name + "'");
        return std::ranges::any_of(values, [](float value) { return value != 0; });
    });
}

void ScaleFinder::findIn(const Place& place, LayerMapping& mapping, std::set<std::string>& used) const {
    const std::string& module = place.module;
    std::vector<std::string> small;
    for (const std::string& name : within(module)) {
        const bool ofInner = !place.own && name.starts_with(withoutSuffix(mapping.weight, kWeightSuffix));
        const bool parameter = name.ends_with(".bias") || name == mapping.weight || isOfNorm(name);
        if (!ofInner && !parameter && !used.contains(name) && isSmall(place.layer, name)) small.push_back(name);
    }
    if (hasZeroPoints(small)) return;
    const auto groups = numberGroups(small);
    for (const std::string& pattern : collapsed(small, m_bits)) {
        // One of several that are numbered otherwise than the widths would serve all of them.
        const NumberedName parts = lastNumber(pattern);
        const auto group = groups.find({parts.before, parts.after});
        if (group == groups.end() || group->second.size() < 2) take(place, pattern, mapping, used);
    }
}

void ScaleFinder::take(const Place& place, const std::string& pattern, LayerMapping& mapping,
                       std::set<std::string>& used) const {
    const std::string role = lower(pattern.substr(place.module.size()));
    if (isNoScale(role)) return;
    const bool isStep = m_file.find(pattern.substr(0, pattern.rfind('.')) + ".init_state") != nullptr;
    // A layer's own "alpha" may be a step of its weights or an upper end of its input: a flag beside tells.
    const bool ownAlpha = place.own && role == ".alpha";
    if (ownAlpha && !isStep) return;
    const bool isActivation = !ownAlpha && hasAny(role, kActivation);
    const bool isWeight = ownAlpha || (!isActivation && hasAny(role, kWeights));
    ScaleSource& source = isActivation ? mapping.activationScale : mapping.weightScale;
    if ((!isActivation && !isWeight) || source.given()) return;
    source.tensor = pattern;
    if (!isActivation) mapping.weightRule = WeightRule::Lsq;
    else mapping.activationRule = hasAny(role, kUpperEnd) && !isStep ? ActivationRule::Pact : ActivationRule::Lsq;
    usePattern(pattern, m_bits, place.layer.fixedBits, used);
}

void usePattern(const std::string& pattern, const std::vector<int>& bits, int fixedBits, std::set<std::string>& used) {
    for (std::size_t i = 0; i < bits.size(); ++i) used.insert(filledIn(pattern, bits[i], i));
    if (fixedBits > 0) used.insert(filledIn(pattern, fixedBits, 0));
}

std::vector<std::string> tellIgnored(std::vector<std::string>& unused) {
    Ignored torchAo{
        "PyTorch's fake quantization has scales of 8 bits with zero points, and scales of weights that are "
        "multiplied with their norm; weights are taken as floats, and images set the scales of activations",
        {}};
    Ignored powers{
        "APoT's levels are no multiples of a step; weights are taken as floats, and images set the scales of "
        "activations",
        {}};
    Ignored steps{
        "names do not say of which layer they are scales, or whether of its weights or its input, or they have "
        "zero points; a mapping may say it",
        {}};
    std::erase_if(unused, [&](const std::string& name) {
        const std::string small = lower(name);
        Ignored* kind = nullptr;
        if (hasAny(small, kTorchAo)) kind = &torchAo;
        else if (hasAny(small, kPowersOfTwo)) kind = &powers;
        else if (std::ranges::any_of(kSteps, [&](const char* end) { return small.ends_with(end); })) kind = &steps;
        if (kind != nullptr) kind->names.push_back(name);
        return kind != nullptr || hasAny(small, kFlags);
    });
    std::vector<std::string> notes;
    for (const Ignored& kind : {torchAo, powers, steps})
        if (!kind.names.empty()) notes.push_back(told(kind));
    return notes;
}

}  // namespace bitdesk
