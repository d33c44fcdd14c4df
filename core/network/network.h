// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/network/graph.h"

namespace bitdesk {

/// A convolution or linear layer of a network, with what a mix, a cost or a table needs of it.
struct Layer {
    std::string name;
    int node = 0;  ///< index into Network::nodes()
    bool isLinear = false;
    int fixedBits = 0;          ///< 0: quantizable
    int quantizableIndex = -1;  ///< index into a bit configuration, −1 for fixed layers
    Shape input, output;
    int kernelHeight = 1, kernelWidth = 1;
    int groups = 1;
    bool hasBias = false;
    std::string quantizeNode;  ///< the node that writes its input codes
    bool signedInput = false;
    std::int64_t macs = 0;         ///< multiply-accumulates an image
    std::int64_t weightCount = 0;  ///< N·KH·KW·C/groups

    bool quantizable() const { return fixedBits == 0; }
    int inputChannelsPerGroup() const { return input.channels / groups; }
};

/// A checked, immutable graph: topological order, known names, shapes inferred. Value type, cheap to read from any
/// thread.
class Network {
public:
    /// Checks everything: unique names, inputs that come earlier (so: acyclic), one input node and it first, one
    /// output (the last node, flat), shapes, positive strides, each conv/linear fed by its own quantize node, each
    /// quantize consumed only by its layer, norms over known layers, sizes below limits (4096 nodes, 2^28 elements a
    /// tensor). Throws Error (BadInput) naming the node.
    Network(std::string name, std::vector<Node> nodes);

    const std::string& name() const { return m_name; }
    const std::vector<Node>& nodes() const { return m_nodes; }
    const Shape& shape(int node) const { return m_shapes[static_cast<std::size_t>(node)]; }
    /// Indices of a node's inputs.
    const std::vector<int>& inputs(int node) const { return m_inputs[static_cast<std::size_t>(node)]; }
    /// Indices of the nodes that read it.
    const std::vector<int>& consumers(int node) const { return m_consumers[static_cast<std::size_t>(node)]; }

    /// All convolutions and linear layers, in graph order.
    const std::vector<Layer>& layers() const { return m_layers; }
    /// Indices into layers(), in graph order: the entries of a bit configuration.
    const std::vector<int>& quantizable() const { return m_quantizable; }
    const Layer& quantizableLayer(int index) const;

    const Shape& inputShape() const { return m_shapes.front(); }
    int classes() const { return m_shapes.back().channels; }

    /// −1 where there is no such node.
    int findNode(std::string_view name) const;
    /// nullptr where there is no such layer.
    const Layer* findLayer(std::string_view name) const;

private:
    void connect();
    void inferShapes();
    void collectLayers();
    void checkQuantizers();
    void checkNorms() const;

    std::string m_name;
    std::vector<Node> m_nodes;
    std::vector<Shape> m_shapes;
    std::vector<std::vector<int>> m_inputs;
    std::vector<std::vector<int>> m_consumers;
    std::vector<Layer> m_layers;
    std::vector<int> m_quantizable;
};

/// The graph as the JSON of a model file's `bitdesk.network`, and back. `where` names the source in errors.
std::string networkToJson(const Network& network);
/// The same for people: a node a line, ends with a line break. What networkFromJson reads.
std::string networkTemplate(const Network& network);
Network networkFromJson(std::string_view json, const std::string& where);

/// The default transition of a norm (DESIGN: method): B = `to` is the layer whose output reaches the norm; A = the
/// layer met walking back from B's input, through the first (residual) input of every add, never the shortcut.
/// Returns the name of A, empty when the walk ends at the input. `nodes` must be topologically ordered.
std::string transitionSource(const std::vector<Node>& nodes, std::string_view to);

}  // namespace bitdesk
