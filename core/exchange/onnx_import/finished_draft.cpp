// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/finished_draft.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/to_index.h"
#include "core/exchange/onnx_import/draft_passes.h"

namespace bitdesk {
namespace {

constexpr int kEndWidth = 8;  // bits of the first and the last layer

class Finisher {
public:
    Finisher(NetworkDraft& draft, int output)
        : m_draft(draft),
          m_output(output),
          m_use(useOf(draft, output)),
          m_first(firstLayers(draft, m_use)),
          m_last(lastLayers(draft, output)) {}

    FinishedDraft finish() {
        measure();
        for (int n = 0; n <= m_output; ++n)
            if (m_use.needed[toIndex(n)]) emit(n);
        FinishedDraft finished{FloatModel(Network(m_draft.name(), std::move(m_nodes))), std::move(m_codes)};
        finished.model.layers = std::move(m_layers);
        for (auto& [name, norm] : m_norms)
            finished.model.norms.emplace(finished.model.network.findNode(name), std::move(norm));
        return finished;
    }

private:
    /// How many layers lie on the longest way to each node, and the latest of those whose output it sees.
    void measure() {
        for (int n = 0; n <= m_output; ++n) {
            const DraftNode& node = m_draft.nodes()[toIndex(n)];
            int depth = 0, latest = -1;
            for (const int input : node.inputs) {
                depth = std::max(depth, m_depth[toIndex(input)]);
                latest = std::max(latest, m_latest[toIndex(input)]);
            }
            m_depth.push_back(depth + (node.isLayer() ? 1 : 0));
            m_latest.push_back(node.isLayer() ? n : latest);
        }
    }

    std::string unique(const std::string& name) {
        std::string free = name;
        for (int i = 2; !m_taken.insert(free).second; ++i) free = name + "_" + std::to_string(i);
        return free;
    }

    std::string add(const std::string& name, std::vector<std::string> inputs, Attributes attributes) {
        m_nodes.push_back({unique(name), std::move(inputs), std::move(attributes)});
        return m_nodes.back().name;
    }

    /// In the order that transitions are looked for along: the longer branch of a sum, the larger factor of a product.
    std::vector<int> orderedInputs(const DraftNode& node) const {
        std::vector<int> inputs = node.inputs;
        if (inputs.size() != 2) return inputs;
        const int first = inputs[0], second = inputs[1];
        const bool sum = std::holds_alternative<AddAttributes>(node.attributes);
        const bool product = std::holds_alternative<MultiplyAttributes>(node.attributes);
        if ((sum && m_depth[toIndex(second)] > m_depth[toIndex(first)]) ||
            (product && m_draft.shape(second).elements() > m_draft.shape(first).elements()))
            std::swap(inputs[0], inputs[1]);
        return inputs;
    }

    void emit(int n) {
        DraftNode& node = m_draft.nodes()[toIndex(n)];
        if (node.isLayer()) return emitLayer(n, node);
        std::vector<std::string> inputs;
        for (const int input : orderedInputs(node)) inputs.push_back(m_names.at(input));
        if (node.isNorm()) {
            const int latest = m_latest[toIndex(n)];
            const std::string layer = latest < 0 ? std::string() : m_layerNames.at(latest);
            m_names[n] = addNorm(node.name, inputs.front(), layer, std::get<NormAttributes>(node.attributes).epsilon,
                                 std::move(node.norm));
        } else m_names[n] = add(node.name, std::move(inputs), node.attributes);
    }

    std::string addNorm(const std::string& wanted, const std::string& input, const std::string& layer, double epsilon,
                        FloatModel::Norm norm) {
        const std::string from = layer.empty() ? std::string() : transitionSource(m_nodes, layer);
        std::string name = add(wanted, {input}, NormAttributes{from, layer, epsilon});
        m_norms.emplace_back(name, std::move(norm));
        return name;
    }

    void emitLayer(int n, DraftNode& node) {
        if (m_first[toIndex(n)] || m_last[toIndex(n)]) setWidth(node, kEndWidth);
        const int reader = onlyReader(m_use, n);
        const bool normed = reader >= 0 && m_draft.nodes()[toIndex(reader)].isNorm();
        const bool wantsNorm = !normed && !m_last[toIndex(n)];
        std::vector<float> bias;
        if (wantsNorm) bias = takenBias(node);
        const std::string name = unique(node.name), input = m_names.at(node.inputs.front());
        const std::string codes =
            add(name + ".input", {input}, QuantizeAttributes{name, !m_draft.neverNegative(node.inputs.front())});
        m_nodes.push_back({name, {codes}, node.attributes});
        m_names[n] = m_layerNames[n] = name;
        if (node.codes) m_codes.emplace(name, *node.codes);
        m_layers.push_back(std::move(node.layer));
        if (!wantsNorm) return;
        bias.resize(toIndex(node.shape.channels), 0.0F);
        std::vector<float> ones(bias.size(), 1.0F);
        m_names[n] = addNorm(name + ".norm", name, name, kExactEpsilon, affineNorm(std::move(ones), std::move(bias)));
    }

    static void setWidth(DraftNode& node, int bits) {
        if (auto* conv = std::get_if<Conv2dAttributes>(&node.attributes)) conv->fixedBits = bits;
        if (auto* linear = std::get_if<LinearAttributes>(&node.attributes)) linear->fixedBits = bits;
    }
    static std::vector<float> takenBias(DraftNode& node) {
        if (auto* conv = std::get_if<Conv2dAttributes>(&node.attributes)) conv->hasBias = false;
        if (auto* linear = std::get_if<LinearAttributes>(&node.attributes)) linear->hasBias = false;
        return std::exchange(node.layer.bias, {});
    }

    NetworkDraft& m_draft;
    int m_output;
    DraftUse m_use;
    std::vector<bool> m_first, m_last;
    std::vector<int> m_depth, m_latest;
    std::vector<Node> m_nodes;
    std::set<std::string> m_taken;
    std::map<int, std::string> m_names;       ///< of what readers of a draft's node read
    std::map<int, std::string> m_layerNames;  ///< of a draft's layers
    std::vector<FloatModel::Layer> m_layers;
    std::vector<std::pair<std::string, FloatModel::Norm>> m_norms;
    std::map<std::string, ActivationGrid> m_codes;
};

}  // namespace

FinishedDraft finishedDraft(NetworkDraft draft, int output) { return Finisher(draft, output).finish(); }

}  // namespace bitdesk
