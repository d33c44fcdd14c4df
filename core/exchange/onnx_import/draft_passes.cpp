// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/draft_passes.h"

#include <algorithm>
#include <cmath>

#include "core/base/to_index.h"

namespace bitdesk {
namespace {

int nodeCount(const NetworkDraft& draft) { return static_cast<int>(draft.nodes().size()); }

void setBias(DraftNode& node, std::vector<float> bias) {
    const bool has = !bias.empty();
    node.layer.bias = std::move(bias);
    if (auto* conv = std::get_if<Conv2dAttributes>(&node.attributes)) conv->hasBias = has;
    if (auto* linear = std::get_if<LinearAttributes>(&node.attributes)) linear->hasBias = has;
}

/// All that read a node read another one instead.
void replace(NetworkDraft& draft, int node, int by, int& output) {
    for (DraftNode& reader : draft.nodes()) std::ranges::replace(reader.inputs, node, by);
    if (output == node) output = by;
}

/// A norm as gamma · x + beta.
struct Line {
    double gamma, beta;
};
Line lineOf(const DraftNode& node, std::size_t c) {
    const FloatModel::Norm& norm = node.norm;
    const double epsilon = std::get<NormAttributes>(node.attributes).epsilon;
    const double gamma = double{norm.gamma[c]} / std::sqrt(double{norm.var[c]} + epsilon);
    return {gamma, double{norm.beta[c]} - gamma * double{norm.mean[c]}};
}

/// `outer` of what `inner` gives, as one norm: in the place of the outer.
void mergeInto(DraftNode& outer, const DraftNode& inner) {
    const std::size_t channels = outer.norm.gamma.size();
    const bool addsOnly =
        inner.isAffine() && std::ranges::all_of(inner.norm.gamma, [](float gamma) { return gamma == 1; });
    outer.inputs = inner.inputs;
    if (addsOnly && !outer.isAffine()) {  // its statistics stay what they are
        for (std::size_t c = 0; c < channels; ++c) outer.norm.mean[c] -= inner.norm.beta[c];
        return;
    }
    FloatModel::Norm merged = inner.norm;
    for (std::size_t c = 0; c < channels; ++c) {
        const Line line = lineOf(outer, c);
        merged.gamma[c] = static_cast<float>(double{inner.norm.gamma[c]} * line.gamma);
        merged.beta[c] = static_cast<float>(double{inner.norm.beta[c]} * line.gamma + line.beta);
    }
    outer.norm = std::move(merged);
    outer.attributes = inner.attributes;
    if (!inner.isAffine()) outer.name = inner.name;
}

/// Layers that are met from a node on, along the graph or against it, and not passed.
void meetLayers(const NetworkDraft& draft, int begin, const std::vector<std::vector<int>>& steps,
                std::vector<bool>& met) {
    std::vector<bool> seen(draft.nodes().size(), false);
    std::vector<int> left{begin};
    while (!left.empty()) {
        const int node = left.back();
        left.pop_back();
        if (seen[toIndex(node)]) continue;
        seen[toIndex(node)] = true;
        if (draft.nodes()[toIndex(node)].isLayer()) met[toIndex(node)] = true;
        else left.insert(left.end(), steps[toIndex(node)].begin(), steps[toIndex(node)].end());
    }
}

void foldIntoLast(NetworkDraft& draft, const DraftUse& use, int layerIndex, int& output) {
    const int behind = onlyReader(use, layerIndex);
    if (behind < 0 || layerIndex == output || !draft.nodes()[toIndex(behind)].isAffine()) return;
    DraftNode& layer = draft.nodes()[toIndex(layerIndex)];
    const DraftNode& norm = draft.nodes()[toIndex(behind)];
    const std::size_t outputs = norm.norm.gamma.size(), each = layer.layer.weight.size() / outputs;
    std::vector<float> bias = layer.layer.bias;
    bias.resize(outputs, 0.0F);
    for (std::size_t n = 0; n < outputs; ++n) {
        const Line line = lineOf(norm, n);
        for (std::size_t i = n * each; i < (n + 1) * each; ++i)
            layer.layer.weight[i] = static_cast<float>(double{layer.layer.weight[i]} * line.gamma);
        bias[n] = static_cast<float>(double{bias[n]} * line.gamma + line.beta);
    }
    setBias(layer, std::move(bias));
    replace(draft, behind, layerIndex, output);
}

void foldIntoNorm(NetworkDraft& draft, const DraftUse& use, int layerIndex) {
    DraftNode& layer = draft.nodes()[toIndex(layerIndex)];
    const int behind = onlyReader(use, layerIndex);
    if (layer.layer.bias.empty() || behind < 0 || !draft.nodes()[toIndex(behind)].isNorm()) return;
    DraftNode& norm = draft.nodes()[toIndex(behind)];
    for (std::size_t c = 0; c < layer.layer.bias.size(); ++c) {
        if (norm.isAffine()) norm.norm.beta[c] += norm.norm.gamma[c] * layer.layer.bias[c];
        else norm.norm.mean[c] -= layer.layer.bias[c];
    }
    setBias(layer, {});
}

}  // namespace

DraftUse useOf(const NetworkDraft& draft, int output) {
    DraftUse use{std::vector<bool>(draft.nodes().size(), false), std::vector<std::vector<int>>(draft.nodes().size())};
    use.needed[toIndex(output)] = true;
    for (int n = output; n >= 0; --n) {
        if (!use.needed[toIndex(n)]) continue;
        for (const int input : draft.nodes()[toIndex(n)].inputs) {
            use.needed[toIndex(input)] = true;
            use.readers[toIndex(input)].push_back(n);
        }
    }
    return use;
}

int onlyReader(const DraftUse& use, int node) {
    const std::vector<int>& readers = use.readers[toIndex(node)];
    return readers.size() == 1 ? readers.front() : -1;
}

std::vector<bool> firstLayers(const NetworkDraft& draft, const DraftUse& use) {
    std::vector<bool> met(draft.nodes().size(), false);
    meetLayers(draft, 0, use.readers, met);
    return met;
}

std::vector<bool> lastLayers(const NetworkDraft& draft, int output) {
    std::vector<std::vector<int>> inputs;
    for (const DraftNode& node : draft.nodes()) inputs.push_back(node.inputs);
    std::vector<bool> met(draft.nodes().size(), false);
    meetLayers(draft, output, inputs, met);
    return met;
}

void mergeNorms(NetworkDraft& draft, int output) {
    for (int n = 1; n < nodeCount(draft); ++n) {
        const DraftUse use = useOf(draft, output);
        DraftNode& outer = draft.nodes()[toIndex(n)];
        if (!outer.isNorm() || !use.needed[toIndex(n)]) continue;
        const int before = outer.inputs.front();
        const DraftNode& inner = draft.nodes()[toIndex(before)];
        if (inner.isNorm() && before != output && onlyReader(use, before) == n) mergeInto(outer, inner);
    }
}

std::optional<Preprocessing> preprocessing(const NetworkDraft& draft, int output) {
    const int reader = onlyReader(useOf(draft, output), 0);
    if (reader < 0) return std::nullopt;
    const DraftNode& norm = draft.nodes()[toIndex(reader)];
    if (!norm.isNorm()) return std::nullopt;
    Preprocessing affine{.gamma = {}, .beta = {}, .ofNumbers = norm.isAffine()};
    for (std::size_t c = 0; c < norm.norm.gamma.size(); ++c) {
        const Line line = lineOf(norm, c);
        affine.gamma.push_back(static_cast<float>(line.gamma));
        affine.beta.push_back(static_cast<float>(line.beta));
        if (!(line.gamma > 0)) return std::nullopt;
    }
    return affine;
}

void takePreprocessing(NetworkDraft& draft, int& output) {
    replace(draft, onlyReader(useOf(draft, output), 0), 0, output);
}

void foldConstants(NetworkDraft& draft, int& output) {
    const std::vector<bool> last = lastLayers(draft, output);
    for (int n = 1; n < nodeCount(draft); ++n)
        if (last[toIndex(n)]) foldIntoLast(draft, useOf(draft, output), n, output);
    const DraftUse use = useOf(draft, output);
    for (int n = 1; n < nodeCount(draft); ++n)
        if (use.needed[toIndex(n)] && draft.nodes()[toIndex(n)].isLayer() && !last[toIndex(n)])
            foldIntoNorm(draft, use, n);
}

}  // namespace bitdesk
