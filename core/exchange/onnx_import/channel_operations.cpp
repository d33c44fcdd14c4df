// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

constexpr std::size_t kLeastMapRank = 3;

/// A part of the axis of the channels as a view of its own; the channels are brought in order where need be.
TensorView sliced(const Operands& operands, const TensorView& given, std::size_t axis, std::int64_t first,
                  std::int64_t count) {
    if (first == 0 && count == extentOf(given.axes[axis])) return given;
    TensorView view = given;
    const auto isOutermost = [&] {
        const TensorAxis& parts = view.axes[axis];
        return !parts.empty() && parts.front().role == MapSide::Channel &&
               parts.front().extent * parts.front().stride == operands.shape(view).channels;
    };
    if (!isOutermost() && view.axes.size() >= kLeastMapRank && axis == 1) view = asMap(operands, view).view;
    const std::int64_t inner = isOutermost() ? extentOf(view.axes[axis]) / view.axes[axis].front().extent : 0;
    if (inner == 0 || count < 1 || first % inner != 0 || count % inner != 0)
        throw Unsupported("a part of an axis that is not that of the channels");
    const Atom outer = view.axes[axis].front();
    const SliceAttributes slice{static_cast<int>(first / inner * outer.stride),
                                static_cast<int>(count / inner * outer.stride)};
    TensorView result = operands.add(view, slice);
    TensorAxis& parts = result.axes[axis];
    parts.front().extent = count / inner;
    if (parts.front().extent == 1) parts.erase(parts.begin());
    return result;
}

/// Along one axis: positions first, first + step, ….
struct Range {
    std::int64_t first = 0, count = 0, step = 1;
};

Range rangeOf(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t extent) {
    constexpr std::int64_t kFar = std::int64_t{1} << 40;  // "to the end" is often the largest number there is
    if (step == 0 || std::abs(std::clamp(step, -kFar, kFar)) == kFar) throw Unsupported("a step of this size");
    const bool forward = step > 0;
    const auto bounded = [&](std::int64_t at) {
        const std::int64_t near = std::clamp(at, -kFar, kFar);
        return std::clamp<std::int64_t>(near < 0 ? near + extent : near, forward ? 0 : -1,
                                        forward ? extent : extent - 1);
    };
    const std::int64_t from = bounded(start), span = forward ? bounded(end) - from : from - bounded(end);
    return {from, std::max<std::int64_t>((span + std::abs(step) - 1) / std::abs(step), 0), step};
}

Value cut(const Operands& operands, const Value& value, std::size_t axis, const Range& range) {
    if (const auto* constant = std::get_if<Constant>(&value)) {
        std::vector<std::int64_t> positions;
        for (std::int64_t i = 0; i < range.count; ++i) positions.push_back(range.first + i * range.step);
        Dims dims = constant->dims();
        const auto places = slicedPlaces(dims, axis, positions);
        dims[axis] = range.count;
        return constant->picked(dims, places);
    }
    if (range.step != 1 && range.count > 1) throw Unsupported("steps");
    return sliced(operands, std::get<TensorView>(value), axis, range.first, range.count);
}

Value valueOf(const Operands& operands) {
    if (operands.isConstant(0)) return operands.constant(0);
    return operands.view(0);
}

std::vector<Value> runSlice(const Operands& operands) {
    const Dims dims = operands.dims(0);
    const auto starts = operands.list("starts", 1), ends = operands.list("ends", 2);
    auto axes = operands.list("axes", 3), steps = operands.list("steps", 4);
    if (!starts || !ends || starts->size() != ends->size()) throw Unsupported("no range");
    if (!axes) {
        axes.emplace(starts->size());
        std::iota(axes->begin(), axes->end(), 0);
    }
    if (!steps) steps.emplace(starts->size(), 1);
    if (axes->size() != starts->size() || steps->size() != starts->size()) throw Unsupported("a range that is none");
    Value value = valueOf(operands);
    std::set<std::size_t> done;
    for (std::size_t i = 0; i < starts->size(); ++i) {
        const std::size_t axis = axisOf((*axes)[i], dims.size());
        if (!done.insert(axis).second) throw Unsupported("an axis twice");
        value = cut(operands, value, axis, rangeOf((*starts)[i], (*ends)[i], (*steps)[i], dims[axis]));
    }
    return {value};
}

std::vector<std::int64_t> splitSizes(const Operands& operands, std::int64_t extent) {
    if (const auto sizes = operands.list("split", 1)) return *sizes;
    const auto parts = static_cast<std::int64_t>(operands.node().outputs.size());
    const std::int64_t each = (extent + parts - 1) / std::max<std::int64_t>(parts, 1);
    std::vector<std::int64_t> sizes(toIndex(parts), each);
    if (!sizes.empty()) sizes.back() = extent - each * (parts - 1);
    return sizes;
}

std::vector<Value> runSplit(const Operands& operands) {
    const Dims dims = operands.dims(0);
    const std::size_t axis = axisOf(operands.integer("axis", 0), dims.size());
    const std::vector<std::int64_t> sizes = splitSizes(operands, dims[axis]);
    std::vector<Value> parts;
    std::int64_t first = 0;
    for (const std::int64_t size : sizes) {
        if (size < 1 || size > dims[axis] - first) throw Unsupported("parts that do not fit its input");
        parts.push_back(cut(operands, valueOf(operands), axis, {first, size, 1}));
        first += size;
    }
    if (first != dims[axis]) throw Unsupported("parts that do not fit its input");
    return parts;
}

Constant gathered(const Constant& data, const Constant& indices, std::size_t axis) {
    std::vector<std::int64_t> positions = indices.wholeNumbers();
    for (std::int64_t& position : positions)
        position = static_cast<std::int64_t>(axisOf(position, toIndex(data.dims()[axis])));
    Dims dims(data.dims().begin(), data.dims().begin() + static_cast<std::ptrdiff_t>(axis));
    dims.insert(dims.end(), indices.dims().begin(), indices.dims().end());
    dims.insert(dims.end(), data.dims().begin() + static_cast<std::ptrdiff_t>(axis) + 1, data.dims().end());
    return data.picked(dims, slicedPlaces(data.dims(), axis, positions));
}

std::vector<Value> runGather(const Operands& operands) {
    const Dims dims = operands.dims(0);
    const std::size_t axis = axisOf(operands.integer("axis", 0), dims.size());
    const Constant& indices = operands.constant(1);
    if (operands.isConstant(0)) return {gathered(operands.constant(0), indices, axis)};
    std::vector<std::int64_t> positions = indices.wholeNumbers();
    if (positions.empty()) throw Unsupported("no indices");
    for (std::int64_t& position : positions)
        position = static_cast<std::int64_t>(axisOf(position, toIndex(dims[axis])));
    for (std::size_t i = 1; i < positions.size(); ++i)
        if (positions[i] != positions[i - 1] + 1) throw Unsupported("indices that are not neighbours");
    TensorView view = sliced(operands, operands.view(0), axis, positions.front(), std::ssize(positions));
    Dims shape = dims;  // the indices' own shape stands for the axis
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), indices.dims().begin(), indices.dims().end());
    auto axes = reshapedAxes(view.axes, shape);
    if (!axes) throw Unsupported("these indices");
    view.axes = std::move(*axes);
    return {view};
}

Constant joinedConstants(const Operands& operands, std::size_t axis) {
    // Along the first axis values follow each other; other axes are brought there, and back.
    std::vector<std::size_t> order(operands.dims(0).size());
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[0], order[axis]);
    std::vector<float> reals;
    std::vector<std::int64_t> wholes;
    bool real = false;
    Dims dims = operands.dims(0);
    dims[axis] = 0;
    for (std::size_t i = 0; i < operands.count(); ++i) {
        const Constant& part = operands.constant(i);
        Dims others = part.dims();
        if (others.size() != order.size()) throw Unsupported("inputs of different ranks");
        others[axis] = dims[axis];
        if (others != dims) throw Unsupported("inputs whose shapes do not fit");
        real = real || part.isReal();
        dims[axis] += part.dims()[axis];
        for (const std::int64_t place : transposedPlaces(part.dims(), order)) {
            reals.push_back(part.number(place));
            wholes.push_back(part.isReal() ? 0 : part.wholes()[toIndex(place)]);
        }
    }
    Dims turned = dims;
    std::swap(turned[0], turned[axis]);
    const Constant joined = real ? Constant(turned, std::move(reals)) : Constant(turned, std::move(wholes));
    return joined.picked(dims, transposedPlaces(turned, order));
}

std::vector<Value> runConcat(const Operands& operands) {
    if (operands.count() == 0) throw Unsupported("no inputs");
    const std::size_t rank = operands.dims(0).size(), axis = axisOf(operands.integer("axis", 0), rank);
    if (operands.allConstant()) return {joinedConstants(operands, axis)};
    std::vector<int> inputs;
    std::vector<TensorAxis> axes;
    int channels = 0;
    for (std::size_t i = 0; i < operands.count(); ++i) {
        TensorView view = operands.view(i);
        const auto inOrder = [&] { return isWhole(view.axes[axis], MapSide::Channel, operands.shape(view).channels); };
        if (view.axes.size() != rank || axis == 0) throw Unsupported("this axis");
        if (!inOrder()) view = rank >= kLeastMapRank ? asMap(operands, view).view : asRows(operands, view);
        if (!inOrder()) throw Unsupported("an axis that is not that of the channels");
        channels += operands.shape(view).channels;
        inputs.push_back(view.node);
        view.axes[axis].clear();
        if (i > 0 && view.axes != axes) throw Unsupported("inputs whose axes were reshaped in different ways");
        axes = view.axes;
    }
    if (inputs.size() == 1) return {operands.view(0)};
    TensorView result{.node = operands.draft().add(
                          {.name = operands.name(), .attributes = ConcatAttributes{}, .inputs = std::move(inputs)}),
                      .axes = std::move(axes)};
    result.axes[axis] = wholeAxis(MapSide::Channel, channels);
    return {result};
}

void padSide(const TensorAxis& axis, const Shape& shape, std::int64_t before, std::int64_t after, MapPadding& padding) {
    constexpr std::int64_t kMost = 1 << 20;
    if (before == 0 && after == 0) return;
    if (before < 0 || after < 0 || before > kMost || after > kMost) throw Unsupported("padding below 0");
    const bool rows = isWhole(axis, MapSide::Height, shape.height);
    if (axis.empty() || (!rows && !isWhole(axis, MapSide::Width, shape.width)))
        throw Unsupported("padding of something else than height and width");
    (rows ? padding.top : padding.left) += static_cast<int>(before);
    (rows ? padding.bottom : padding.right) += static_cast<int>(after);
}

std::vector<Value> runPad(const Operands& operands) {
    TensorView view = operands.paddedView(0);
    const std::string mode = operands.text("mode", "constant");
    const auto pads = operands.list("pads", 1);
    auto axes = operands.given(3) ? operands.list("axes", 3) : std::nullopt;
    if (!axes) {
        axes.emplace(view.axes.size());
        std::iota(axes->begin(), axes->end(), 0);
    }
    if (!pads || pads->size() != 2 * axes->size()) throw Unsupported("padding of another number of axes");
    if (std::ranges::all_of(*pads, [](std::int64_t pad) { return pad == 0; })) return {view};
    if (mode != "constant") throw Unsupported("mode '" + mode + "'");
    constexpr float kLowest = -3e38F;
    const float number = operands.number("value", 2).value_or(0);
    if (number != 0 && !(number <= kLowest)) throw Unsupported("padding that is not 0");
    if (view.padding.any() && view.padding.lowest != (number != 0)) throw Unsupported("padding of two kinds");
    view.padding.lowest = number != 0;
    for (std::size_t i = 0; i < axes->size(); ++i)
        padSide(view.axes[axisOf((*axes)[i], view.axes.size())], operands.shape(view), (*pads)[i],
                (*pads)[i + axes->size()], view.padding);
    return {view};
}

constexpr std::array kChannelOperations{OperationEntry{"Slice", runSlice}, OperationEntry{"Split", runSplit},
                                        OperationEntry{"Gather", runGather}, OperationEntry{"Concat", runConcat},
                                        OperationEntry{"Pad", runPad}};

}  // namespace

std::span<const OperationEntry> channelOperations() { return kChannelOperations; }

}  // namespace bitdesk
