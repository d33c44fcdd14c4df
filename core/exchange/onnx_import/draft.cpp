// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/draft.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/exchange/onnx_import/unsupported.h"
#include "core/network/activations.h"

namespace bitdesk {
namespace {

constexpr std::size_t kMostDraftNodes = 4096;  // of a network

/// Whether what a node makes is at least 0, where its inputs are or are not.
bool isNonNegative(const Attributes& attributes, bool inputs) {
    return std::visit(Overloads{[](const ActivationAttributes& a) { return isNeverNegative(a.inFloat()); },
                                [&](const OneOf<AddAttributes, MultiplyAttributes, ConcatAttributes, SliceAttributes,
                                                ChannelShuffleAttributes, UpsampleAttributes, MaxPoolAttributes,
                                                AvgPoolAttributes, FlattenAttributes> auto&) { return inputs; },
                                [](const auto&) { return false; }},
                      attributes);
}

}  // namespace

FloatModel::Norm affineNorm(std::vector<float> gamma, std::vector<float> beta) {
    const std::size_t channels = gamma.size();
    return {.gamma = std::move(gamma),
            .beta = std::move(beta),
            .mean = std::vector<float>(channels, 0.0F),
            .var = std::vector<float>(channels, static_cast<float>(1 - kExactEpsilon))};
}

NetworkDraft::NetworkDraft(std::string name, const Shape& input) : m_name(std::move(name)) {
    DraftNode node{.name = "input", .attributes = InputAttributes{input}, .inputs = {}, .shape = input};
    m_nodes.push_back(std::move(node));
    m_neverNegative.push_back(false);
}

int NetworkDraft::add(DraftNode node) {
    if (const int same = findSame(node); same >= 0) return same;
    if (m_nodes.size() >= kMostDraftNodes) throw Unsupported("a network of more than 4096 nodes");
    std::vector<Shape> shapes;
    for (const int input : node.inputs) shapes.push_back(shape(input));
    try {
        node.shape = inferShape(m_name, {.name = node.name, .inputs = {}, .attributes = node.attributes}, shapes);
    } catch (const Error& error) {
        throw Unsupported(error.reason());
    }
    const bool inputs = std::ranges::all_of(node.inputs, [&](int input) { return neverNegative(input); });
    m_neverNegative.push_back(isNonNegative(node.attributes, inputs));
    m_nodes.push_back(std::move(node));
    return static_cast<int>(m_nodes.size()) - 1;
}

int NetworkDraft::findSame(const DraftNode& node) const {
    if (!std::holds_alternative<ChannelShuffleAttributes>(node.attributes) &&
        !std::holds_alternative<FlattenAttributes>(node.attributes))
        return -1;
    const auto found = std::ranges::find_if(m_nodes, [&](const DraftNode& other) {
        return other.inputs == node.inputs && other.attributes == node.attributes;
    });
    return found == m_nodes.end() ? -1 : static_cast<int>(found - m_nodes.begin());
}

bool NetworkDraft::neverNegative(int node) const { return m_neverNegative[toIndex(node)]; }

}  // namespace bitdesk
