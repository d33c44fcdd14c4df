// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/exchange/onnx_import/onnx_import.h"
#include "core/model/float_model.h"
#include "core/network/network.h"

namespace bitdesk {

/// The epsilon of norms that are made of numbers rather than of statistics: with the variance 1 − epsilon the root is
/// exactly 1.
inline constexpr double kExactEpsilon = 1.0 / (1 << 17);

/// A node as the translation makes it. Quantize nodes, and what norms and layers know of each other, come at the end.
struct DraftNode {
    std::string name;  ///< not yet unique
    Attributes attributes;
    std::vector<int> inputs;
    Shape shape = {};
    FloatModel::Layer layer = {};              ///< of a convolution or linear layer
    FloatModel::Norm norm = {};                ///< of a norm
    std::optional<ActivationGrid> codes = {};  ///< that the file rounds a layer's input to

    bool isLayer() const {
        return std::holds_alternative<Conv2dAttributes>(attributes) ||
               std::holds_alternative<LinearAttributes>(attributes);
    }
    bool isNorm() const { return std::holds_alternative<NormAttributes>(attributes); }
    /// A norm that is numbers: gamma · x + beta.
    bool isAffine() const {
        const auto* attributesOfNorm = std::get_if<NormAttributes>(&attributes);
        return attributesOfNorm != nullptr && attributesOfNorm->epsilon == kExactEpsilon;
    }
};

/// gamma · x + beta as a norm's tables.
FloatModel::Norm affineNorm(std::vector<float> gamma, std::vector<float> beta);

/// A network in the making: nodes in the order of the flow, the first of them the input.
class NetworkDraft {
public:
    NetworkDraft(std::string name, const Shape& input);

    /// Its index. Infers its shape; throws Unsupported with what a network's rules say against it.
    int add(DraftNode node);
    const std::string& name() const { return m_name; }
    std::vector<DraftNode>& nodes() { return m_nodes; }
    const std::vector<DraftNode>& nodes() const { return m_nodes; }
    /// A copy: what is added moves the nodes.
    Shape shape(int node) const { return m_nodes[static_cast<std::size_t>(node)].shape; }
    /// Whether no value of a node is below 0.
    bool neverNegative(int node) const;

private:
    /// A node that does the same: several readers of one value ask for its flattening, or shuffle. −1: none does.
    int findSame(const DraftNode& node) const;

    std::string m_name;
    std::vector<DraftNode> m_nodes;
    std::vector<bool> m_neverNegative;
};

}  // namespace bitdesk
