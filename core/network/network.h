// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/network/activation.h"
#include "core/network/pool_span.h"

namespace bitdesk {

/// One image's activation: height, width, channels (NHWC without N). Every extent is ≥ 1.
struct Shape {
    int height = 1;
    int width = 1;
    int channels = 1;

    std::int64_t elements() const { return std::int64_t{height} * width * channels; }
    bool operator==(const Shape&) const = default;
};
/// "28×28×1".
std::string toText(const Shape& shape);

struct InputAttributes {
    Shape shape;
    bool operator==(const InputAttributes&) const = default;
};

/// The windows that slide over a map. A tap is `dilation` pixels from the next.
struct WindowAttributes {
    int kernelHeight = 1, kernelWidth = 1;
    int strideHeight = 1, strideWidth = 1;
    int paddingTop = 0, paddingLeft = 0, paddingBottom = 0, paddingRight = 0;
    int dilationHeight = 1, dilationWidth = 1;

    /// As many rows above as below, and columns left as right.
    void pad(int height, int width) {
        paddingTop = paddingBottom = height;
        paddingLeft = paddingRight = width;
    }
    bool isPaddedAlike() const { return paddingTop == paddingBottom && paddingLeft == paddingRight; }
    /// Pixels from a window's first to its last.
    int spanHeight() const { return (kernelHeight - 1) * dilationHeight + 1; }
    int spanWidth() const { return (kernelWidth - 1) * dilationWidth + 1; }
    bool operator==(const WindowAttributes&) const = default;
};

/// `fixedBits` set: the layer runs always at that many bits for weights and input (stem, classifier). Unset: it is
/// quantizable, and a bit configuration has an entry for it. `hasBias`: a float bias after the scale. Padding is the
/// activation value 0.
struct Conv2dAttributes : WindowAttributes {
    int outChannels = 0;
    int groups = 1;
    std::optional<int> fixedBits;
    bool hasBias = false;
    bool operator==(const Conv2dAttributes&) const = default;
};

struct LinearAttributes {
    int outFeatures = 0;
    std::optional<int> fixedBits;
    bool hasBias = false;
    bool operator==(const LinearAttributes&) const = default;
    /// What it is besides: a 1×1 convolution of a 1×1 map.
    Conv2dAttributes convolution() const {
        Conv2dAttributes whole;
        whole.outChannels = outFeatures;
        return whole;
    }
};

/// Transitional batch norm. `to` is the layer whose output is normalized, `from` the layer met before it; the
/// entry [bits of from, bits of to] of the stored statistics is used. A fixed layer, or an empty name, has one entry.
struct NormAttributes {
    std::string from;
    std::string to;
    double epsilon = 1e-5;
    bool operator==(const NormAttributes&) const = default;
};

/// An elementwise function (activations.h). `first` and `second` are its numbers, 0 where it has none.
struct ActivationAttributes {
    ActivationKind kind = ActivationKind::Relu;
    double first = 0, second = 0;
    double& number(std::size_t index) { return index == 0 ? first : second; }
    double number(std::size_t index) const { return index == 0 ? first : second; }
    bool operator==(const ActivationAttributes&) const = default;
    Activation inFloat() const { return {kind, static_cast<float>(first), static_cast<float>(second)}; }
};
/// min(max(x, 0), maximum): 6 is ReLU6.
inline ActivationAttributes relu(double maximum = std::numeric_limits<double>::infinity()) {
    return {ActivationKind::Relu, maximum};
}
struct AddAttributes {
    bool operator==(const AddAttributes&) const = default;
};

/// The product, element by element. An extent that is 1 in one input is repeated: [H, W, C] times [1, 1, C] scales
/// channels (squeeze-and-excitation).
struct MultiplyAttributes {
    bool operator==(const MultiplyAttributes&) const = default;
};
/// The channels of two or more maps of one size, one after another.
struct ConcatAttributes {
    bool operator==(const ConcatAttributes&) const = default;
};
/// Channels first … first + count − 1.
struct SliceAttributes {
    int first = 0, count = 1;
    bool operator==(const SliceAttributes&) const = default;
};
/// Channel j·groups + i becomes what channel i·(C/groups) + j was (Zhang et al. 2018, ShuffleNet).
struct ChannelShuffleAttributes {
    int groups = 1;
    bool operator==(const ChannelShuffleAttributes&) const = default;
};
/// Each pixel's channels: (x − their mean) / √(their variance + epsilon). A norm behind it has scale and offset.
struct LayerNormAttributes {
    double epsilon = 1e-6;
    bool operator==(const LayerNormAttributes&) const = default;
};
/// Each pixel becomes `height` × `width` pixels.
struct UpsampleAttributes {
    int height = 1, width = 1;
    bool operator==(const UpsampleAttributes&) const = default;
};

/// `global`: the window is the whole map. `outHeight` above 0: adaptive, as PyTorch has it: row i pools rows
/// ⌊i·H/out⌋ … ⌈(i+1)·H/out⌉ − 1. Else the fields of the window hold; those of the other ways are ignored.
/// Max pooling ignores padding; average pooling divides by the window's size: with `countPadding` by that of its part
/// inside the padded map, else by that inside the map. `ceilMode`: windows may reach beyond the padded map, as long as
/// they begin inside the map or the padding before it.
struct PoolAttributes : WindowAttributes {
    bool global = false;
    int outHeight = 0, outWidth = 0;
    bool ceilMode = false;
    bool countPadding = true;
    bool operator==(const PoolAttributes&) const = default;
};
struct MaxPoolAttributes : PoolAttributes {
    bool operator==(const MaxPoolAttributes&) const = default;
};
struct AvgPoolAttributes : PoolAttributes {
    bool operator==(const AvgPoolAttributes&) const = default;
};
/// Flattens in NHWC order: index = (h·W + w)·C + c.
struct FlattenAttributes {
    bool operator==(const FlattenAttributes&) const = default;
};
/// Rounds to integer codes at the bits of `layer`, its only consumer. `isSigned` false: 0 … 2^b−1; true:
/// −(2^(b−1)−1) … 2^(b−1)−1.
struct QuantizeAttributes {
    std::string layer;
    bool isSigned = false;
    bool operator==(const QuantizeAttributes&) const = default;
};

using Attributes = std::variant<InputAttributes, Conv2dAttributes, LinearAttributes, NormAttributes,
                                ActivationAttributes, AddAttributes, MultiplyAttributes, ConcatAttributes,
                                SliceAttributes, ChannelShuffleAttributes, LayerNormAttributes, UpsampleAttributes,
                                MaxPoolAttributes, AvgPoolAttributes, FlattenAttributes, QuantizeAttributes>;

/// One operation. Inputs are names of earlier nodes; `add` takes (residual branch, shortcut).
struct Node {
    std::string name;
    std::vector<std::string> inputs;
    Attributes attributes;

    template <typename T>
    const T* as() const {
        return std::get_if<T>(&attributes);
    }
    bool operator==(const Node&) const = default;
};

/// The name of a node's operation as the JSON has it: "conv2d", "norm", …
const char* operationName(const Node& node);

/// "network 'tiny', node 'body'": where an error about a node is.
std::string nodePlace(const std::string& network, const Node& node);

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

/// Output shape of a node, by the rules of PyTorch: ⌊(size + padding − span)/stride⌋ + 1, a pool's in ceil mode
/// rounded up. Checks its attributes against its inputs; throws Error (BadInput) naming network and node.
Shape inferShape(const std::string& network, const Node& node, std::span<const Shape> inputs);

/// Where the windows of a pool lie: of all rows, or of all columns, of its output. `size`: rows, or columns, of its
/// input. Each has a position inside the map.
std::vector<PoolSpan> poolRows(const PoolAttributes& pool, int size);
std::vector<PoolSpan> poolColumns(const PoolAttributes& pool, int size);

/// Multiply-accumulates of a layer. Refuses what no machine of today runs (2^28 weights, 2^44 MACs), so that products
/// and sums over the layers, times their bits, stay below 2^63.
std::int64_t checkedMacs(const std::string& network, const Node& node, std::int64_t weights, const Shape& output);

}  // namespace bitdesk
