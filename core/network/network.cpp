// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/network.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/network/activations.h"

namespace bitdesk {
namespace {

constexpr std::size_t kMaxNodes = 4096;
constexpr std::size_t kMaxName = 200;

[[noreturn]] void fail(const std::string& network, const Node& node, const std::string& reason) {
    throw Error(ErrorKind::BadInput, nodePlace(network, node), reason);
}

/// Inputs that a node takes, at least and at most.
struct InputCount {
    std::size_t least, most;
};
InputCount inputCount(const Node& node) {
    constexpr std::size_t kMostJoined = 256;
    return std::visit(Overloads{[](const InputAttributes&) {
                                    return InputCount{0, 0};
                                },
                                [](const OneOf<AddAttributes, MultiplyAttributes> auto&) {
                                    return InputCount{2, 2};
                                },
                                [](const ConcatAttributes&) {
                                    return InputCount{2, kMostJoined};
                                },
                                [](const auto&) {
                                    return InputCount{1, 1};
                                }},
                      node.attributes);
}

void checkInputCount(const std::string& network, const Node& node) {
    const auto [least, most] = inputCount(node);
    if (node.inputs.size() >= least && node.inputs.size() <= most) return;
    const std::string range =
        least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
    fail(network, node,
         std::string(operationName(node)) + " takes " + range + " input(s), not " + std::to_string(node.inputs.size()));
}

/// What a node's attributes say of it as a layer; nothing where it is none.
std::optional<Layer> layerOf(const Node& node) {
    Layer layer;
    layer.name = node.name;
    const bool isLayer = std::visit(Overloads{[&](const Conv2dAttributes& conv) {
                                                  layer.fixedBits = conv.fixedBits.value_or(0);
                                                  layer.hasBias = conv.hasBias;
                                                  layer.kernelHeight = conv.kernelHeight;
                                                  layer.kernelWidth = conv.kernelWidth;
                                                  layer.groups = conv.groups;
                                                  return true;
                                              },
                                              [&](const LinearAttributes& linear) {
                                                  layer.isLinear = true;
                                                  layer.fixedBits = linear.fixedBits.value_or(0);
                                                  layer.hasBias = linear.hasBias;
                                                  return true;
                                              },
                                              [](const auto&) { return false; }},
                                    node.attributes);
    return isLayer ? std::optional(std::move(layer)) : std::nullopt;
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
        const Node& node = m_nodes[toIndex(n)];
        if (!isName(node.name)) fail(m_name, node, kNameRule);
        if ((n == 0) != (node.as<InputAttributes>() != nullptr))
            fail(m_name, node, "the first node, and no other, is the input");
        checkInputCount(m_name, node);
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
            m_inputs[toIndex(n)].push_back(found->second);
            m_consumers[toIndex(found->second)].push_back(n);
        }
        if (!seen.emplace(node.name, n).second) fail(m_name, node, "two nodes have this name");
    }
    for (std::size_t n = 0; n + 1 < m_nodes.size(); ++n)
        if (m_consumers[n].empty()) fail(m_name, m_nodes[n], "nothing reads it, and only the last node is an output");
}

void Network::inferShapes() {
    for (int n = 0; n < static_cast<int>(m_nodes.size()); ++n) {
        std::vector<Shape> inputs;
        for (const int input : m_inputs[toIndex(n)]) inputs.push_back(m_shapes[toIndex(input)]);
        m_shapes.push_back(inferShape(m_name, m_nodes[toIndex(n)], inputs));
    }
    const Shape& last = m_shapes.back();
    if (last.height != 1 || last.width != 1 || m_nodes.back().as<QuantizeAttributes>())
        fail(m_name, m_nodes.back(), "the last node gives one number a class, so its height and width are 1");
}

void Network::collectLayers() {
    for (int n = 0; n < static_cast<int>(m_nodes.size()); ++n) {
        const Node& node = m_nodes[toIndex(n)];
        auto found = layerOf(node);
        if (!found) continue;
        Layer& layer = *found;
        layer.node = n;
        layer.input = m_shapes[toIndex(m_inputs[toIndex(n)].front())];
        layer.output = m_shapes[toIndex(n)];
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
        const int input = m_inputs[toIndex(layer.node)].front();
        const auto* quantize = m_nodes[toIndex(input)].as<QuantizeAttributes>();
        if (quantize == nullptr)
            fail(m_name, m_nodes[toIndex(layer.node)],
                 "its input '" + m_nodes[toIndex(input)].name + "' is no quantize node");
        if (quantize->layer != layer.name || m_consumers[toIndex(input)].size() != 1)
            fail(m_name, m_nodes[toIndex(input)],
                 "a quantize node serves one layer, which it names and which alone reads it");
        layer.quantizeNode = m_nodes[toIndex(input)].name;
        layer.signedInput = quantize->isSigned;
    }
    for (std::size_t n = 0; n < m_nodes.size(); ++n) {
        if (m_nodes[n].as<QuantizeAttributes>() == nullptr) continue;
        const Node& reader = m_nodes[toIndex(m_consumers[n].front())];
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

const Layer& Network::quantizableLayer(int index) const { return m_layers[toIndex(m_quantizable.at(toIndex(index)))]; }

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
        if (node != nodes.end() && layerOf(*node)) return node->name;
    }
    return {};
}

const char* operationName(const Node& node) {
    return std::visit(
        Overloads{
            [](const InputAttributes&) { return "input"; }, [](const Conv2dAttributes&) { return "conv2d"; },
            [](const LinearAttributes&) { return "linear"; }, [](const NormAttributes&) { return "norm"; },
            [](const ActivationAttributes& a) { return entryOf(a.kind).operation; },
            [](const AddAttributes&) { return "add"; }, [](const MultiplyAttributes&) { return "mul"; },
            [](const ConcatAttributes&) { return "concat"; }, [](const SliceAttributes&) { return "slice"; },
            [](const ChannelShuffleAttributes&) { return "channel_shuffle"; },
            [](const LayerNormAttributes&) { return "layer_norm"; },
            [](const UpsampleAttributes&) { return "upsample"; }, [](const MaxPoolAttributes&) { return "max_pool"; },
            [](const AvgPoolAttributes&) { return "avg_pool"; }, [](const FlattenAttributes&) { return "flatten"; },
            [](const QuantizeAttributes&) { return "quantize"; }},
        node.attributes);
}

std::string toText(const Shape& shape) {
    return std::to_string(shape.height) + "×" + std::to_string(shape.width) + "×" + std::to_string(shape.channels);
}

std::string nodePlace(const std::string& network, const Node& node) {
    return "network '" + network + "', node '" + node.name + "'";
}

std::int64_t checkedMacs(const std::string& network, const Node& node, std::int64_t weights, const Shape& output) {
    constexpr std::int64_t kMaxWeights = std::int64_t{1} << 28, kMaxMacs = std::int64_t{1} << 44;
    const auto fail = [&](std::int64_t found, const char* unit) {
        throw Error(ErrorKind::BadInput, nodePlace(network, node),
                    "is too large: " + std::to_string(found) + " " + unit);
    };
    if (weights > kMaxWeights) fail(weights, "weights");
    const std::int64_t macs = weights * output.height * output.width;  // below 2^28 · 2^28
    if (macs > kMaxMacs) fail(macs, "multiply-accumulates");
    return macs;
}

}  // namespace bitdesk
