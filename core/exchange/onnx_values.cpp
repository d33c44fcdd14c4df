// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_values.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/to_index.h"

namespace bitdesk {
namespace {

using Integers = std::vector<std::int64_t>;

/// activated() as nodes of a graph; the first has the name, others get a number.
struct GraphOperations {
    OnnxGraph& graph;
    std::string name;

    GraphValue clip(const GraphValue& v, float lowest, float highest) const {
        if (lowest == 0 && std::isinf(highest)) return one("Relu", v);
        const auto least = graph.scalar(name + ".minimum", lowest), most = graph.scalar(name + ".maximum", highest);
        return graph.add("Clip", name, {v.tensor, least, most}, v.shape, v.flat);
    }
    GraphValue add(const GraphValue& v, float number) const { return with("Add", v, ".addend", number); }
    GraphValue scale(const GraphValue& v, float number) const { return with("Mul", v, ".factor", number); }
    GraphValue divide(const GraphValue& v, float number) const { return with("Div", v, ".divisor", number); }
    GraphValue multiply(const GraphValue& v, const GraphValue& w) const { return two("Mul", v, w); }
    GraphValue sum(const GraphValue& v, const GraphValue& w) const { return two("Add", v, w); }
    GraphValue invert(const GraphValue& v) const { return one("Reciprocal", v); }
    GraphValue exponential(const GraphValue& v) const { return one("Exp", v); }

    GraphValue one(const std::string& op, const GraphValue& v) const {
        return graph.add(op, name, {v.tensor}, v.shape, v.flat);
    }
    GraphValue two(const std::string& op, const GraphValue& v, const GraphValue& w) const {
        return graph.add(op, name, {v.tensor, w.tensor}, v.shape, v.flat);
    }
    GraphValue with(const std::string& op, const GraphValue& v, const char* ending, float number) const {
        return graph.add(op, name, {v.tensor, graph.scalar(name + ending, number)}, v.shape, v.flat);
    }
};

/// x · ½ · (1 + erf(x/√2)), as PyTorch's exporters write it, too.
GraphValue exportGelu(const GraphOperations& o, const GraphValue& v) {
    const GraphValue error = o.one("Erf", o.scale(v, std::sqrt(0.5F)));
    return o.multiply(v, o.scale(o.add(error, 1.0F), 0.5F));
}

/// The zeros around a map that an average counts, as a node of their own: OpenCV's classic engine leaves them out of
/// the average, whatever count_include_pad says.
GraphValue padded(OnnxGraph& graph, const WindowAttributes& w, const GraphValue& map, const std::string& name) {
    const auto constant = graph.constant(
        name + ".pads", {8}, Integers{0, 0, w.paddingTop, w.paddingLeft, 0, 0, w.paddingBottom, w.paddingRight});
    const auto zero = graph.scalar(name + ".zero", 0);
    Shape shape = map.shape;
    shape.height += w.paddingTop + w.paddingBottom;
    shape.width += w.paddingLeft + w.paddingRight;
    GraphValue value = graph.add("Pad", name, {map.tensor, constant, zero}, shape, false);
    setAttribute(graph.last(), "mode", std::string("constant"));
    return value;
}

/// A side of an adaptive pool as a sliding window: its size and stride.
struct Sliding {
    int kernel, stride;
};
Sliding slidingOf(const std::vector<PoolSpan>& spans, const std::string& name) {
    const auto size = [](const PoolSpan& span) { return span.end - span.begin; };
    const Sliding side{size(spans.front()), spans.size() > 1 ? spans[1].begin : 1};
    for (std::size_t i = 0; i < spans.size(); ++i)
        if (size(spans[i]) != side.kernel || spans[i].begin != static_cast<int>(i) * side.stride)
            throw Error(ErrorKind::BadInput, "node '" + name + "'",
                        "is an adaptive pool whose windows differ in size: ONNX has no operation for it",
                        "Choose an input whose map at this node is a multiple of the pool's output");
    return side;
}

/// The pool as windows that slide, none of which reaches beyond the padding: what ceil mode adds is padding that no
/// average counts.
PoolAttributes sliding(const PoolAttributes& pool, const Shape& map, const Shape& out, const std::string& name) {
    PoolAttributes window = pool;
    if (pool.outHeight > 0) {
        const Sliding rows = slidingOf(poolRows(pool, map.height), name);
        const Sliding columns = slidingOf(poolColumns(pool, map.width), name);
        window = PoolAttributes();
        window.kernelHeight = rows.kernel;
        window.strideHeight = rows.stride;
        window.kernelWidth = columns.kernel;
        window.strideWidth = columns.stride;
    }
    const int bottom = (out.height - 1) * window.strideHeight + window.kernelHeight - map.height - window.paddingTop;
    const int right = (out.width - 1) * window.strideWidth + window.kernelWidth - map.width - window.paddingLeft;
    window.paddingBottom = std::max(window.paddingBottom, bottom);
    window.paddingRight = std::max(window.paddingRight, right);
    return window;
}

bool hasPadding(const WindowAttributes& w) {
    return w.paddingTop > 0 || w.paddingLeft > 0 || w.paddingBottom > 0 || w.paddingRight > 0;
}

Shape pooledShape(const PoolAttributes& pool, const Shape& map) {
    return {static_cast<int>(poolRows(pool, map.height).size()), static_cast<int>(poolColumns(pool, map.width).size()),
            map.channels};
}

/// The mean over an axis, kept with one entry.
GraphValue channelMean(OnnxGraph& graph, const GraphValue& map, const std::string& name) {
    GraphValue mean = graph.add("ReduceMean", name, {map.tensor}, {map.shape.height, map.shape.width, 1}, false);
    setAttribute(graph.last(), "axes", Integers{1});
    setAttribute(graph.last(), "keepdims", std::int64_t{1});
    return mean;
}

}  // namespace

GraphValue exportActivation(OnnxGraph& graph, const Activation& activation, const GraphValue& value,
                            const std::string& name) {
    const GraphOperations operations{graph, name};
    switch (activation.kind) {
        case ActivationKind::Sigmoid: return operations.one("Sigmoid", value);
        case ActivationKind::Tanh: return operations.one("Tanh", value);
        case ActivationKind::Silu: return operations.multiply(value, operations.one("Sigmoid", value));
        case ActivationKind::Gelu: return exportGelu(operations, value);
        case ActivationKind::LeakyRelu: {
            GraphValue result = operations.one("LeakyRelu", value);
            setAttribute(graph.last(), "alpha", activation.first);
            return result;
        }
        case ActivationKind::HardSigmoid: {
            GraphValue result = operations.one("HardSigmoid", value);
            setAttribute(graph.last(), "alpha", activation.first);
            setAttribute(graph.last(), "beta", activation.second);
            return result;
        }
        default: return activated(activation, value, operations);
    }
}

GraphValue exportPool(OnnxGraph& graph, const PoolAttributes& pool, bool average, const GraphValue& map,
                      const std::string& name) {
    const Shape shape = pooledShape(pool, map.shape);
    if (pool.global)
        return graph.add(average ? "GlobalAveragePool" : "GlobalMaxPool", name, {map.tensor}, shape, false);
    PoolAttributes counted = pool.outHeight > 0 ? PoolAttributes() : pool;
    PoolAttributes window = sliding(pool, map.shape, shape, name);
    GraphValue from = map;
    if (average && pool.countPadding && hasPadding(counted)) {
        from = padded(graph, counted, map, name + ".pad");
        window.paddingTop = window.paddingLeft = 0;
        window.paddingBottom -= counted.paddingBottom;
        window.paddingRight -= counted.paddingRight;
    }
    GraphValue value = graph.add(average ? "AveragePool" : "MaxPool", name, {from.tensor}, shape, false);
    setWindow(graph, window);
    setAttribute(graph.last(), "ceil_mode", std::int64_t{0});
    if (average) setAttribute(graph.last(), "count_include_pad", std::int64_t{hasPadding(window) ? 0 : 1});
    else setAttribute(graph.last(), "dilations", Integers{1, 1});
    return value;
}

GraphValue exportProduct(OnnxGraph& graph, const GraphValue& a, const GraphValue& b, const Shape& shape,
                         const std::string& name) {
    return graph.add("Mul", name, {a.tensor, b.tensor}, shape, false);
}

GraphValue exportConcat(OnnxGraph& graph, const std::vector<GraphValue>& maps, const Shape& shape,
                        const std::string& name) {
    std::vector<std::string> inputs;
    inputs.reserve(maps.size());
    for (const GraphValue& map : maps) inputs.push_back(map.tensor);
    GraphValue value = graph.add("Concat", name, inputs, shape, false);
    setAttribute(graph.last(), "axis", std::int64_t{1});
    return value;
}

GraphValue exportSelection(OnnxGraph& graph, const std::vector<int>& channels, const GraphValue& map,
                           const std::string& name) {
    Shape shape = map.shape;
    shape.channels = static_cast<int>(channels.size());
    const bool isSlice =
        std::ranges::adjacent_find(channels, [](int a, int b) { return b != a + 1; }) == channels.end();
    if (isSlice) {
        const auto begin = graph.constant(name + ".begin", {1}, Integers{channels.front()});
        const auto end = graph.constant(name + ".end", {1}, Integers{channels.back() + 1});
        const auto axes = graph.constant(name + ".axes", {1}, Integers{1});
        return graph.add("Slice", name, {map.tensor, begin, end, axes}, shape, false);
    }
    const auto indices = graph.constant(name + ".channels", {static_cast<std::int64_t>(channels.size())},
                                        Integers(channels.begin(), channels.end()));
    GraphValue value = graph.add("Gather", name, {map.tensor, indices}, shape, false);
    setAttribute(graph.last(), "axis", std::int64_t{1});
    return value;
}

GraphValue exportLayerNorm(OnnxGraph& graph, double epsilon, const GraphValue& map, const std::string& name) {
    const GraphValue mean = channelMean(graph, map, name + ".mean");
    const GraphValue distance = graph.add("Sub", name + ".distance", {map.tensor, mean.tensor}, map.shape, false);
    const GraphValue square = graph.add("Mul", name + ".square", {distance.tensor, distance.tensor}, map.shape, false);
    const GraphValue variance = channelMean(graph, square, name + ".variance");
    const GraphValue safe =
        graph.add("Add", name + ".safe",
                  {variance.tensor, graph.scalar(name + ".epsilon", static_cast<float>(epsilon))}, mean.shape, false);
    const GraphValue deviation = graph.add("Sqrt", name + ".deviation", {safe.tensor}, mean.shape, false);
    return graph.add("Div", name, {distance.tensor, deviation.tensor}, map.shape, false);
}

GraphValue exportUpsample(OnnxGraph& graph, const UpsampleAttributes& scale, const GraphValue& map,
                          const std::string& name) {
    const std::vector<float> scales{1, 1, static_cast<float>(scale.height), static_cast<float>(scale.width)};
    const Shape shape{map.shape.height * scale.height, map.shape.width * scale.width, map.shape.channels};
    const auto constant = graph.constant(name + ".scales", {4}, scales);
    GraphValue value = graph.add("Resize", name, {map.tensor, "", constant}, shape, false);
    setAttribute(graph.last(), "mode", std::string("nearest"));
    setAttribute(graph.last(), "coordinate_transformation_mode", std::string("asymmetric"));
    setAttribute(graph.last(), "nearest_mode", std::string("floor"));
    return value;
}

void setWindow(OnnxGraph& graph, const WindowAttributes& w) {
    setAttribute(graph.last(), "kernel_shape", Integers{w.kernelHeight, w.kernelWidth});
    setAttribute(graph.last(), "strides", Integers{w.strideHeight, w.strideWidth});
    setAttribute(graph.last(), "pads", Integers{w.paddingTop, w.paddingLeft, w.paddingBottom, w.paddingRight});
}

}  // namespace bitdesk
