// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/network.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/index.h"
#include "core/network/shape_inference.h"

namespace bitdesk {
namespace {

constexpr std::size_t kMaxNodes = 4096;
constexpr std::size_t kMaxName = 200;

[[noreturn]] void fail(const std::string& network, const Node& node, const std::string& reason) {
    throw Error(ErrorKind::BadInput, nodePlace(network, node), reason);
}

std::size_t inputCount(const Node& node) {
    if (node.as<InputAttributes>()) return 0;
    return node.as<AddAttributes>() ? 2 : 1;
}

/// Names become tensor names, table cells and parts of messages.
bool isName(const std::string& text) {
    return !text.empty() && text.size() <= kMaxName &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}
/// Training keeps each weight several times over: a graph of a few lines must not ask for more than a machine has.
void checkWeightsInAll(const std::string& network, const std::vector<Layer>& layers) {
    constexpr std::int64_t kMost = std::int64_t{1} << 28;  // as of one layer
    std::int64_t weights = 0;
    for (const Layer& layer : layers) weights += layer.weightCount;
    if (weights > kMost)
        throw Error(
            ErrorKind::BadInput, "network '" + network + "'",
            "is too large: " + std::to_string(weights) + " weights in all, " + std::to_string(kMost) + " are allowed");
}

constexpr const char* kNameRule = "a name has 1 to 200 printable ASCII characters and no space";

}  // namespace

Network::Network(std::string name, std::vector<Node> nodes) : m_name(std::move(name)), m_nodes(std::move(nodes)) {
    if (!isName(m_name)) throw Error(ErrorKind::BadInput, "network '" + m_name + "'", kNameRule);
    if (m_nodes.empty() || m_nodes.size() > kMaxNodes)
        throw Error(
            ErrorKind::BadInput, "network '" + m_name + "'",
            "has " + std::to_string(m_nodes.size()) + " nodes; 1 to " + std::to_string(kMaxNodes) + " are allowed");
    connect();
    inferShapes();
    collectLayers();
    checkQuantizers();
    checkNorms();
}

void Network::connect() {
    std::map<std::string, int, std::less<>> seen;
    m_inputs.resize(m_nodes.size());
    m_consumers.resize(m_nodes.size());
    for (int n = 0; n < static_cast<int>(m_nodes.size()); ++n) {
        const Node& node = m_nodes[at(n)];
        if (!isName(node.name)) fail(m_name, node, kNameRule);
        if ((n == 0) != (node.as<InputAttributes>() != nullptr))
            fail(m_name, node, "the first node, and no other, is the input");
        if (node.inputs.size() != inputCount(node))
            fail(m_name, node,
                 std::string(operationName(node)) + " takes " + std::to_string(inputCount(node)) + " input(s), not " +
                     std::to_string(node.inputs.size()));
        for (const std::string& input : node.inputs) {
            const auto found = seen.find(input);
            if (found == seen.end()) {
                const bool later = findNode(input) >= 0;
                fail(m_name, node,
                     "its input '" + input + "' " +
                         (later ? "comes later or is the node itself, so the graph has a cycle or is "
                                  "out of order"
                                : "is not a node"));
            }
            m_inputs[at(n)].push_back(found->second);
            m_consumers[at(found->second)].push_back(n);
        }
        if (!seen.emplace(node.name, n).second) fail(m_name, node, "two nodes have this name");
    }
    for (std::size_t n = 0; n + 1 < m_nodes.size(); ++n)
        if (m_consumers[n].empty()) fail(m_name, m_nodes[n], "nothing reads it, and only the last node is an output");
}

void Network::inferShapes() {
    for (int n = 0; n < static_cast<int>(m_nodes.size()); ++n) {
        std::vector<Shape> inputs;
        for (const int input : m_inputs[at(n)]) inputs.push_back(m_shapes[at(input)]);
        m_shapes.push_back(inferShape(m_name, m_nodes[at(n)], inputs));
    }
    const Shape& last = m_shapes.back();
    if (last.height != 1 || last.width != 1 || m_nodes.back().as<QuantizeAttributes>())
        fail(m_name, m_nodes.back(), "the last node gives one number a class, so its height and width are 1");
}

void Network::collectLayers() {
    for (int n = 0; n < static_cast<int>(m_nodes.size()); ++n) {
        const Node& node = m_nodes[at(n)];
        const auto* conv = node.as<Conv2dAttributes>();
        const auto* linear = node.as<LinearAttributes>();
        if (conv == nullptr && linear == nullptr) continue;
        Layer layer;
        layer.name = node.name;
        layer.node = n;
        layer.isLinear = linear != nullptr;
        layer.fixedBits = (conv != nullptr ? conv->fixedBits : linear->fixedBits).value_or(0);
        layer.hasBias = conv != nullptr ? conv->hasBias : linear->hasBias;
        layer.input = m_shapes[at(m_inputs[at(n)].front())];
        layer.output = m_shapes[at(n)];
        if (conv != nullptr) {
            layer.kernelHeight = conv->kernelHeight;
            layer.kernelWidth = conv->kernelWidth;
            layer.groups = conv->groups;
        }
        layer.weightCount = std::int64_t{layer.output.channels} * layer.kernelHeight * layer.kernelWidth *
                            layer.inputChannelsPerGroup();
        layer.macs = checkedMacs(m_name, node, layer.weightCount, layer.output);
        if (layer.quantizable()) {
            layer.quantizableIndex = static_cast<int>(m_quantizable.size());
            m_quantizable.push_back(static_cast<int>(m_layers.size()));
        }
        m_layers.push_back(std::move(layer));
    }
    checkWeightsInAll(m_name, m_layers);
}

void Network::checkQuantizers() {
    for (Layer& layer : m_layers) {
        const int input = m_inputs[at(layer.node)].front();
        const auto* quantize = m_nodes[at(input)].as<QuantizeAttributes>();
        if (quantize == nullptr)
            fail(m_name, m_nodes[at(layer.node)], "its input '" + m_nodes[at(input)].name + "' is no quantize node");
        if (quantize->layer != layer.name || m_consumers[at(input)].size() != 1)
            fail(m_name, m_nodes[at(input)],
                 "a quantize node serves one layer, which it names and which alone reads it");
        layer.quantizeNode = m_nodes[at(input)].name;
        layer.signedInput = quantize->isSigned;
    }
    for (std::size_t n = 0; n < m_nodes.size(); ++n) {
        if (m_nodes[n].as<QuantizeAttributes>() == nullptr) continue;
        const Node& reader = m_nodes[at(m_consumers[n].front())];
        if (findLayer(reader.name) == nullptr)
            fail(m_name, m_nodes[n], "only a conv2d or linear reads a quantize node");
    }
}

void Network::checkNorms() const {
    for (const Node& node : m_nodes) {
        const auto* norm = node.as<NormAttributes>();
        if (norm == nullptr) continue;
        for (const std::string& side : {norm->from, norm->to})
            if (!side.empty() && findLayer(side) == nullptr)
                fail(m_name, node, "its transition names '" + side + "', which is no conv2d or linear layer");
    }
}

const Layer& Network::quantizableLayer(int index) const { return m_layers[at(m_quantizable.at(at(index)))]; }

int Network::findNode(std::string_view name) const {
    const auto found = std::ranges::find(m_nodes, name, &Node::name);
    return found == m_nodes.end() ? -1 : static_cast<int>(found - m_nodes.begin());
}

const Layer* Network::findLayer(std::string_view name) const {
    const auto found = std::ranges::find(m_layers, name, &Layer::name);
    return found == m_layers.end() ? nullptr : &*found;
}

std::string transitionSource(const std::vector<Node>& nodes, std::string_view to) {
    const auto find = [&](std::string_view name) { return std::ranges::find(nodes, name, &Node::name); };
    auto node = find(to);
    while (node != nodes.end() && !node->inputs.empty()) {
        node = find(node->inputs.front());
        if (node != nodes.end() && (node->as<Conv2dAttributes>() || node->as<LinearAttributes>())) return node->name;
    }
    return {};
}

}  // namespace bitdesk
