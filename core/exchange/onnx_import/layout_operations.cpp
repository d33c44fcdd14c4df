// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <onnx/onnx_pb.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/element_types.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

/// The same values in other extents.
Value reshaped(const Operands& operands, const Dims& dims) {
    if (operands.isConstant(0)) return operands.constant(0).withDims(dims);
    TensorView view = operands.view(0);
    auto axes = reshapedAxes(view.axes, dims);
    if (!axes) throw Unsupported("a shape that cuts its axes into unequal parts");
    view.axes = std::move(*axes);
    return view;
}

std::vector<Value> runReshape(const Operands& operands) {
    const auto wanted = operands.list("shape", 1);
    if (!wanted) throw Unsupported("no shape");
    return {reshaped(operands, reshapedDims(operands.dims(0), *wanted, operands.integer("allowzero", 0) != 0))};
}

std::vector<Value> runFlatten(const Operands& operands) {
    const Dims dims = operands.dims(0);
    const std::int64_t given = operands.integer("axis", 1), rank = static_cast<std::int64_t>(dims.size());
    if (given < -rank || given > rank) throw Unsupported("an axis that its input lacks");
    const auto axis = static_cast<std::ptrdiff_t>(given < 0 ? given + rank : given);
    const Dims before(dims.begin(), dims.begin() + axis), behind(dims.begin() + axis, dims.end());
    return {reshaped(operands, {elementsOf(before), elementsOf(behind)})};
}

std::vector<Value> runSqueeze(const Operands& operands) {
    const Dims dims = operands.dims(0);
    const auto wanted = operands.list("axes", 1);
    std::set<std::size_t> axes;
    for (std::size_t d = 0; !wanted && d < dims.size(); ++d)
        if (dims[d] == 1) axes.insert(d);
    if (wanted)
        for (const std::int64_t axis : *wanted) axes.insert(axisOf(axis, dims.size()));
    Dims result;
    for (std::size_t d = 0; d < dims.size(); ++d) {
        if (!axes.contains(d)) result.push_back(dims[d]);
        else if (dims[d] != 1) throw Unsupported("an axis of more than one position");
    }
    return {reshaped(operands, result)};
}

std::vector<Value> runUnsqueeze(const Operands& operands) {
    const Dims dims = operands.dims(0);
    const auto wanted = operands.list("axes", 1);
    if (!wanted) throw Unsupported("no axes");
    std::set<std::size_t> axes;
    for (const std::int64_t axis : *wanted) axes.insert(axisOf(axis, dims.size() + wanted->size()));
    Dims result = dims;
    for (const std::size_t axis : axes) {
        if (axis > result.size()) throw Unsupported("an axis twice");
        result.insert(result.begin() + static_cast<std::ptrdiff_t>(axis), 1);
    }
    return {reshaped(operands, result)};
}

std::vector<Value> runTranspose(const Operands& operands) {
    const std::size_t rank = operands.dims(0).size();
    const std::vector<std::int64_t> permutation = operands.integers("perm");
    std::vector<std::size_t> order;
    for (std::size_t d = 0; permutation.empty() && d < rank; ++d) order.push_back(rank - 1 - d);
    for (const std::int64_t axis : permutation) order.push_back(axisOf(axis, rank));
    if (order.size() != rank || std::set(order.begin(), order.end()).size() != rank)
        throw Unsupported("an order that is none");
    if (operands.isConstant(0)) {
        const Constant& constant = operands.constant(0);
        Dims dims;
        for (const std::size_t axis : order) dims.push_back(constant.dims()[axis]);
        return {constant.picked(dims, transposedPlaces(constant.dims(), order))};
    }
    TensorView view = operands.paddedView(0);
    const std::vector<TensorAxis> before = view.axes;
    for (std::size_t d = 0; d < rank; ++d) view.axes[d] = before[order[d]];
    return {view};
}

std::vector<Value> runIdentity(const Operands& operands) {
    if (operands.isConstant(0)) return {operands.constant(0)};
    return {operands.paddedView(0)};
}

std::vector<Value> runDropout(const Operands& operands) {
    if (operands.number("training_mode", 2).value_or(0) != 0)
        throw Unsupported("training mode. Export after model.eval()");
    return runIdentity(operands);
}

Constant castConstant(const Constant& constant, int type) {
    const bool toBoolean = type == onnx::TensorProto::BOOL;
    if (isReal(type) || (elementBytes(type, "a cast") <= 2 && !toBoolean)) {
        if (!isReal(type) && constant.isReal()) (void)constant.wholeNumbers();
        return Constant(constant.dims(), constant.realNumbers()).ofType(type);
    }
    std::vector<std::int64_t> values;
    for (std::int64_t i = 0; i < constant.size(); ++i) {
        if (std::isnan(constant.number(i))) throw Unsupported("NaN to a whole number");
        const std::int64_t whole = constant.isReal()
                                       ? static_cast<std::int64_t>(std::clamp(constant.number(i), -1e18F, 1e18F))
                                       : constant.wholes()[toIndex(i)];
        values.push_back(toBoolean ? (constant.number(i) != 0 ? 1 : 0) : whole);
    }
    return {constant.dims(), std::move(values)};
}

std::vector<Value> runCast(const Operands& operands) {
    const auto type = static_cast<int>(operands.integer("to", onnx::TensorProto::FLOAT));
    if (operands.isConstant(0)) return {castConstant(operands.constant(0), type)};
    if (!isReal(type)) throw Unsupported("to whole numbers");
    if (type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::DOUBLE)
        operands.tell("The file computes with 16-bit floats in parts; Bitdesk does with 32-bit ones.");
    return {operands.paddedView(0)};
}

/// A map that is not enlarged, or a constant.
std::vector<Value> runExpand(const Operands& operands) {
    constexpr std::int64_t kMostExpanded = 1 << 20;
    const Dims dims = broadcastDims(operands.dims(0), operands.constant(1).wholeNumbers());
    if (operands.isConstant(0)) {
        const Constant& constant = operands.constant(0);
        if (elementsOf(dims) > kMostExpanded) throw Unsupported("a constant of more than 2^20 elements");
        return {constant.picked(dims, broadcastPlaces(constant.dims(), dims))};
    }
    if (elementsOf(dims) != elementsOf(operands.dims(0))) throw Unsupported("a map that is repeated");
    return {reshaped(operands, dims)};
}

std::vector<Value> runShape(const Operands& operands) {
    const Dims dims = operands.dims(0);
    const auto rank = static_cast<std::int64_t>(dims.size());
    const auto bounded = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
    const std::int64_t begin = bounded(operands.integer("start", 0)), end = bounded(operands.integer("end", rank));
    const Dims part = begin < end ? Dims(dims.begin() + begin, dims.begin() + end) : Dims();
    return {Constant({static_cast<std::int64_t>(part.size())}, part)};
}

std::vector<Value> runSize(const Operands& operands) {
    return {Constant(Dims{}, std::vector<std::int64_t>{elementsOf(operands.dims(0))})};
}

constexpr std::array kLayoutOperations{OperationEntry{"Reshape", runReshape},
                                       OperationEntry{"Flatten", runFlatten},
                                       OperationEntry{"Squeeze", runSqueeze},
                                       OperationEntry{"Unsqueeze", runUnsqueeze},
                                       OperationEntry{"Transpose", runTranspose},
                                       OperationEntry{"Identity", runIdentity},
                                       OperationEntry{"Dropout", runDropout},
                                       OperationEntry{"Cast", runCast},
                                       OperationEntry{"Expand", runExpand},
                                       OperationEntry{"Shape", runShape},
                                       OperationEntry{"Size", runSize}};

}  // namespace

std::span<const OperationEntry> layoutOperations() { return kLayoutOperations; }

}  // namespace bitdesk
