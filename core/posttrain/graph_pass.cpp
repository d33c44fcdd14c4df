// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/graph_pass.h"

#include <algorithm>

#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/execute/torch/node_operations.h"

namespace bitdesk {

GraphPass::GraphPass(const Network& network)
    : m_network(network), m_lastReader(network.nodes().size(), -1), m_layerOf(network.nodes().size(), -1) {
    for (int n = 0; n < static_cast<int>(network.nodes().size()); ++n)
        for (const int reader : network.consumers(n))
            m_lastReader[toIndex(n)] = std::max(m_lastReader[toIndex(n)], reader);
    for (std::size_t l = 0; l < network.layers().size(); ++l) {
        const Layer& layer = network.layers()[l];
        m_layerOf[toIndex(layer.node)] = static_cast<int>(l);
        m_layerOf[toIndex(network.findNode(layer.quantizeNode))] = static_cast<int>(l);
    }
}

at::Tensor GraphPass::run(const at::Tensor& images) {
    return run(images, 0, static_cast<int>(m_network.nodes().size()) - 1);
}

at::Tensor GraphPass::run(const at::Tensor& value, int first, int last) {
    std::vector<at::Tensor> values(toIndex(last) + 1);
    values[toIndex(first)] = value;
    for (int n = first + 1; n <= last; ++n) {
        std::vector<at::Tensor> inputs;
        for (const int from : m_network.inputs(n)) inputs.push_back(values[toIndex(from)]);
        for (const int from : m_network.inputs(n))
            if (m_lastReader[toIndex(from)] == n) values[toIndex(from)].reset();
        values[toIndex(n)] = valueOf(n, inputs);
    }
    return values.back();
}

at::Tensor GraphPass::valueOf(int node, std::span<const at::Tensor> inputs) {
    const Node& what = m_network.nodes()[toIndex(node)];
    const int layerIndex = m_layerOf[toIndex(node)];
    return std::visit(Overloads{[&](const OneOf<Conv2dAttributes, LinearAttributes> auto&) {
                                    return layer(layerIndex, inputs.front());
                                },
                                [&](const NormAttributes&) { return norm(node, inputs.front()); },
                                [&](const QuantizeAttributes&) { return quantize(layerIndex, inputs.front()); },
                                [&](const auto&) { return floatOperation(what, inputs); }},
                      what.attributes);
}

at::Tensor GraphPass::sum(int layerIndex, const at::Tensor& input, const at::Tensor& weight,
                          const at::Tensor& bias) const {
    return floatSum(m_network, m_network.layers()[toIndex(layerIndex)], input, weight, bias);
}

std::vector<GraphBlock> blocksOf(const Network& network) {
    const int count = static_cast<int>(network.nodes().size());
    std::vector<GraphBlock> blocks;
    GraphBlock block;
    int furthest = 0;  // reader of any node before the present one
    for (int n = 0; n < count; ++n) {
        for (std::size_t l = 0; l < network.layers().size(); ++l)
            if (network.layers()[l].node == n) block.layers.push_back(static_cast<int>(l));
        // Codes are made inside of the block that reads them, and what follows a layer belongs to it.
        const bool last = n + 1 == count;
        const bool beforeCodes = !last && std::ranges::any_of(network.consumers(n), [&](int reader) {
            return network.nodes()[toIndex(reader)].as<QuantizeAttributes>() != nullptr;
        });
        if (furthest <= n && (last || beforeCodes) && !block.layers.empty()) {
            block.last = n;
            blocks.push_back(std::move(block));
            block = {.first = n, .last = n, .layers = {}};
        }
        for (const int reader : network.consumers(n)) furthest = std::max(furthest, reader);
    }
    return blocks;
}

}  // namespace bitdesk
