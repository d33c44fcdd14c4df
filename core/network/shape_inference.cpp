// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/shape_inference.h"

#include "core/base/error.h"
#include "core/network/activations.h"

namespace bitdesk {
namespace {

constexpr int kMaxExtent = 1 << 20;
constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;

/// The rules of one node; `fail` names it.
class Inference {
public:
    Inference(const std::string& network, const Node& node, std::span<const Shape> inputs)
        : m_network(network), m_node(node), m_inputs(inputs) {}

    Shape operator()(const InputAttributes& a) const { return a.shape; }
    Shape operator()(const ActivationAttributes& a) const {
        const ActivationParameter* p = entryOf(a.kind).parameter;
        if (p != nullptr && a.parameter != p->fallback && !(a.parameter >= p->lowest && a.parameter <= p->highest))
            fail(std::string(p->key) + " lies between " + p->range);
        return m_inputs[0];
    }
    Shape operator()(const QuantizeAttributes&) const { return m_inputs[0]; }

    Shape operator()(const Conv2dAttributes& a) const {
        checkWidth(a.fixedBits);
        checkChannels(a.outChannels);
        if (a.groups < 1 || m_inputs[0].channels % a.groups != 0 || a.outChannels % a.groups != 0)
            fail("groups must divide input and output channels");
        return {windows(m_inputs[0].height, a.kernelHeight, a.strideHeight, a.paddingHeight),
                windows(m_inputs[0].width, a.kernelWidth, a.strideWidth, a.paddingWidth), a.outChannels};
    }

    Shape operator()(const LinearAttributes& a) const {
        checkWidth(a.fixedBits);
        checkChannels(a.outFeatures);
        if (m_inputs[0].height != 1 || m_inputs[0].width != 1)
            fail("a linear layer reads a flat input: flatten it first");
        return {1, 1, a.outFeatures};
    }

    Shape operator()(const NormAttributes& a) const {
        if (!(a.epsilon >= 1e-12) || !(a.epsilon < 1)) fail("epsilon lies between 1e-12 and 1");
        return m_inputs[0];
    }

    Shape operator()(const AddAttributes&) const {
        if (!(m_inputs[0] == m_inputs[1])) fail("its two inputs have different shapes");
        return m_inputs[0];
    }

    Shape operator()(const MaxPoolAttributes& a) const { return pool(a); }
    Shape operator()(const AvgPoolAttributes& a) const { return pool(a); }

    Shape operator()(const FlattenAttributes&) const {
        const std::int64_t elements = m_inputs[0].elements();
        if (elements > kMaxExtent) fail("a flat tensor of this size is too large");
        return {1, 1, static_cast<int>(elements)};
    }

    void check(const Shape& shape) const {
        for (const int extent : {shape.height, shape.width, shape.channels})
            if (extent < 1 || extent > kMaxExtent) fail("a shape's extents lie between 1 and 1048576");
        if (shape.elements() > kMaxElements) fail("its output is larger than 2^28 elements");
    }

    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorKind::BadInput, nodePlace(m_network, m_node), reason);
    }

private:
    Shape pool(const PoolAttributes& a) const {
        if (a.global) return {1, 1, m_inputs[0].channels};
        if (2 * a.paddingHeight > a.kernelHeight || 2 * a.paddingWidth > a.kernelWidth)
            fail("padding is at most half of a pooling window");
        return {windows(m_inputs[0].height, a.kernelHeight, a.strideHeight, a.paddingHeight),
                windows(m_inputs[0].width, a.kernelWidth, a.strideWidth, a.paddingWidth), m_inputs[0].channels};
    }

    int windows(int size, int kernel, int stride, int padding) const {
        constexpr int kMaxKernel = 256;  // so that out · height · width · in stays below 2^63
        if (kernel < 1 || kernel > kMaxKernel || stride < 1 || stride > kMaxKernel)
            fail("kernel and stride lie between 1 and 256");
        if (padding < 0 || padding > kernel) fail("padding lies between 0 and the size of the kernel");
        if (size + 2 * padding < kernel)
            fail("its window of " + std::to_string(kernel) + " does not fit into " + std::to_string(size) +
                 " with padding " + std::to_string(padding));
        return (size + 2 * padding - kernel) / stride + 1;
    }

    void checkChannels(int channels) const {
        if (channels < 1 || channels > kMaxExtent) fail("output channels lie between 1 and 1048576");
    }
    void checkWidth(const std::optional<int>& bits) const {
        if (bits && (*bits < 2 || *bits > 8)) fail("fixed bits lie between 2 and 8");
    }

    const std::string& m_network;
    const Node& m_node;
    std::span<const Shape> m_inputs;
};

}  // namespace

Shape inferShape(const std::string& network, const Node& node, std::span<const Shape> inputs) {
    const Inference inference(network, node, inputs);
    const Shape shape = std::visit(inference, node.attributes);
    inference.check(shape);
    return shape;
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
