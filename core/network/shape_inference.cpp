// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/network/activations.h"
#include "core/network/network.h"

namespace bitdesk {
namespace {

constexpr int kMaxExtent = 1 << 20;
constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;

/// One side of a sliding window.
struct Side {
    int span, stride, before, after;
};
Side rowsOf(const WindowAttributes& w) { return {w.spanHeight(), w.strideHeight, w.paddingTop, w.paddingBottom}; }
Side columnsOf(const WindowAttributes& w) { return {w.spanWidth(), w.strideWidth, w.paddingLeft, w.paddingRight}; }

/// Windows of a side of `size` positions.
int windowCount(int size, const Side& side, bool ceilMode) {
    const int room = size + side.before + side.after - side.span;
    if (!ceilMode) return room / side.stride + 1;
    const int most = (room + side.stride - 1) / side.stride + 1;
    // As PyTorch: none begins in the padding behind the map.
    return (most - 1) * side.stride >= size + side.before ? most - 1 : most;
}

std::vector<PoolSpan> slidingSpans(int size, const Side& side, const PoolAttributes& pool) {
    std::vector<PoolSpan> spans;
    const int count = windowCount(size, side, pool.ceilMode);
    for (int i = 0; i < count; ++i) {
        const int first = i * side.stride - side.before, last = first + side.span;
        PoolSpan span{std::max(first, 0), std::min(last, size)};
        span.counted = pool.countPadding ? std::min(last, size + side.after) - first : span.end - span.begin;
        spans.push_back(span);
    }
    return spans;
}

std::vector<PoolSpan> adaptiveSpans(int size, int out) {
    std::vector<PoolSpan> spans;
    for (std::int64_t i = 0; i < out; ++i) {
        PoolSpan span{static_cast<int>(i * size / out), static_cast<int>(((i + 1) * size + out - 1) / out)};
        span.counted = span.end - span.begin;
        spans.push_back(span);
    }
    return spans;
}

/// The rules of one node; `fail` names it.
class Inference {
public:
    Inference(const std::string& network, const Node& node, std::span<const Shape> inputs)
        : m_network(network), m_node(node), m_inputs(inputs) {}

    Shape operator()(const InputAttributes& a) const { return a.shape; }
    Shape operator()(const ActivationAttributes& a) const {
        const auto parameters = entryOf(a.kind).parameters;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const ActivationParameter& p = parameters[i];
            const double value = a.number(i);
            if ((p.required || value != p.fallback) && !(value >= p.lowest && value <= p.highest))
                fail(std::string(p.key) + " lies between " + p.range);
        }
        if (a.kind == ActivationKind::Clip && a.first >= a.second) fail("minimum lies below maximum");
        return m_inputs[0];
    }
    Shape operator()(const QuantizeAttributes&) const { return m_inputs[0]; }

    Shape operator()(const Conv2dAttributes& a) const {
        checkWidth(a.fixedBits);
        checkChannels(a.outChannels);
        if (a.groups < 1 || m_inputs[0].channels % a.groups != 0 || a.outChannels % a.groups != 0)
            fail("groups must divide input and output channels");
        checkWindow(a, m_inputs[0]);
        return {windowCount(m_inputs[0].height, rowsOf(a), false), windowCount(m_inputs[0].width, columnsOf(a), false),
                a.outChannels};
    }

    Shape operator()(const LinearAttributes& a) const {
        checkWidth(a.fixedBits);
        checkChannels(a.outFeatures);
        if (m_inputs[0].height != 1 || m_inputs[0].width != 1)
            fail("a linear layer reads a flat input: flatten it first");
        return {1, 1, a.outFeatures};
    }

    Shape operator()(const NormAttributes& a) const {
        checkEpsilon(a.epsilon);
        return m_inputs[0];
    }
    Shape operator()(const LayerNormAttributes& a) const {
        checkEpsilon(a.epsilon);
        return m_inputs[0];
    }

    Shape operator()(const AddAttributes&) const {
        if (!(m_inputs[0] == m_inputs[1])) fail("its two inputs have different shapes");
        return m_inputs[0];
    }

    Shape operator()(const MultiplyAttributes&) const {
        const auto joined = [&](int a, int b) {
            if (a != b && a != 1 && b != 1)
                fail("its inputs are " + toText(m_inputs[0]) + " and " + toText(m_inputs[1]) +
                     ": extents are equal, or one of them is 1");
            return std::max(a, b);
        };
        return {joined(m_inputs[0].height, m_inputs[1].height), joined(m_inputs[0].width, m_inputs[1].width),
                joined(m_inputs[0].channels, m_inputs[1].channels)};
    }

    Shape operator()(const ConcatAttributes&) const {
        std::int64_t channels = 0;
        for (const Shape& input : m_inputs) {
            if (input.height != m_inputs[0].height || input.width != m_inputs[0].width)
                fail("its inputs have different heights or widths");
            channels += input.channels;
        }
        if (channels > kMaxExtent) fail("it has more than 1048576 channels");
        return {m_inputs[0].height, m_inputs[0].width, static_cast<int>(channels)};
    }

    Shape operator()(const SliceAttributes& a) const {
        if (a.first < 0 || a.count < 1 || a.first > m_inputs[0].channels - a.count)
            fail("its channels are not among the " + std::to_string(m_inputs[0].channels) + " of its input");
        return {m_inputs[0].height, m_inputs[0].width, a.count};
    }

    Shape operator()(const ChannelShuffleAttributes& a) const {
        if (a.groups < 1 || m_inputs[0].channels % a.groups != 0) fail("groups must divide its channels");
        return m_inputs[0];
    }

    Shape operator()(const UpsampleAttributes& a) const {
        constexpr int kMost = 256;
        if (a.height < 1 || a.width < 1 || a.height > kMost || a.width > kMost) fail("scale lies between 1 and 256");
        return {checkedExtent(std::int64_t{m_inputs[0].height} * a.height),
                checkedExtent(std::int64_t{m_inputs[0].width} * a.width), m_inputs[0].channels};
    }

    Shape operator()(const MaxPoolAttributes& a) const { return pool(a); }
    Shape operator()(const AvgPoolAttributes& a) const { return pool(a); }

    Shape operator()(const FlattenAttributes&) const {
        const std::int64_t elements = m_inputs[0].elements();
        if (elements > kMaxExtent) fail("a flat tensor of this size is too large");
        return {1, 1, static_cast<int>(elements)};
    }

    void check(const Shape& shape) const {
        for (const int extent : {shape.height, shape.width, shape.channels}) checkedExtent(extent);
        if (shape.elements() > kMaxElements) fail("its output is larger than 2^28 elements");
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorKind::BadInput, nodePlace(m_network, m_node), reason);
    }

    Shape pool(const PoolAttributes& a) const {
        const Shape& input = m_inputs[0];
        if (a.global) return {1, 1, input.channels};
        if (a.outHeight > 0) {
            if (a.outWidth < 1 || a.outHeight > input.height || a.outWidth > input.width)
                fail("its output is no larger than its input, " + toText(input));
            return {a.outHeight, a.outWidth, input.channels};
        }
        if (a.dilationHeight != 1 || a.dilationWidth != 1) fail("a pooling window has no dilation");
        checkWindow(a, input);
        if (std::max(a.paddingTop, a.paddingBottom) >= a.kernelHeight ||
            std::max(a.paddingLeft, a.paddingRight) >= a.kernelWidth)
            fail("padding is smaller than a pooling window");
        return {windowCount(input.height, rowsOf(a), a.ceilMode), windowCount(input.width, columnsOf(a), a.ceilMode),
                input.channels};
    }

    void checkWindow(const WindowAttributes& w, const Shape& input) const {
        constexpr int kMost = 256;  // so that out · height · width · in stays below 2^63
        for (const int value :
             {w.kernelHeight, w.kernelWidth, w.strideHeight, w.strideWidth, w.dilationHeight, w.dilationWidth})
            if (value < 1 || value > kMost) fail("kernel, stride and dilation lie between 1 and 256");
        checkSide(input.height, rowsOf(w));
        checkSide(input.width, columnsOf(w));
    }
    void checkSide(int size, const Side& side) const {
        if (side.before < 0 || side.after < 0 || side.before > side.span || side.after > side.span)
            fail("padding lies between 0 and the size of the kernel");
        if (size + side.before + side.after < side.span)
            fail("its window of " + std::to_string(side.span) + " does not fit into " + std::to_string(size) +
                 " with padding " + std::to_string(side.before) + " and " + std::to_string(side.after));
    }

    int checkedExtent(std::int64_t extent) const {
        if (extent < 1 || extent > kMaxExtent) fail("a shape's extents lie between 1 and 1048576");
        return static_cast<int>(extent);
    }
    void checkChannels(int channels) const {
        if (channels < 1 || channels > kMaxExtent) fail("output channels lie between 1 and 1048576");
    }
    void checkWidth(const std::optional<int>& bits) const {
        if (bits && (*bits < 2 || *bits > 8)) fail("fixed bits lie between 2 and 8");
    }
    void checkEpsilon(double epsilon) const {
        if (!(epsilon >= 1e-12) || !(epsilon < 1)) fail("epsilon lies between 1e-12 and 1");
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

std::vector<PoolSpan> poolRows(const PoolAttributes& pool, int size) {
    if (pool.global) return {{0, size, size}};
    return pool.outHeight > 0 ? adaptiveSpans(size, pool.outHeight) : slidingSpans(size, rowsOf(pool), pool);
}

std::vector<PoolSpan> poolColumns(const PoolAttributes& pool, int size) {
    if (pool.global) return {{0, size, size}};
    return pool.outHeight > 0 ? adaptiveSpans(size, pool.outWidth) : slidingSpans(size, columnsOf(pool), pool);
}

}  // namespace bitdesk
