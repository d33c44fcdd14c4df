// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <onnx/onnx_pb.h>
#include <algorithm>
#include <array>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/constant_arithmetic.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kMostMade = 1 << 20;  // elements that a few bytes of a file may ask for

std::vector<Value> runConstant(const Operands& operands) {
    const onnx::NodeProto* node = operands.node().proto;
    if (const auto* value = findAttribute(node, "value"); value != nullptr && value->has_t())
        return {Constant::of(value->t(), "tensor")};
    if (const auto* value = findAttribute(node, "value_float")) return {Constant({}, std::vector<float>{value->f()})};
    if (const auto* value = findAttribute(node, "value_int"))
        return {Constant({}, std::vector<std::int64_t>{value->i()})};
    if (const auto* value = findAttribute(node, "value_floats"))
        return {Constant({value->floats_size()}, std::vector<float>(value->floats().begin(), value->floats().end()))};
    if (const auto* value = findAttribute(node, "value_ints"))
        return {Constant({value->ints_size()}, std::vector<std::int64_t>(value->ints().begin(), value->ints().end()))};
    throw Unsupported("a value that is no tensor of numbers");
}

std::vector<Value> runConstantOfShape(const Operands& operands) {
    const Dims dims = operands.constant(0).wholeNumbers();
    const std::int64_t elements = elementsOf(dims);
    if (elements > kMostMade) throw Unsupported("a constant of more than 2^20 elements");
    const auto* value = findAttribute(operands.node().proto, "value");
    Constant one({1}, std::vector<float>{0.0F});
    if (value != nullptr && value->has_t()) one = Constant::of(value->t(), "tensor");
    if (one.size() != 1) throw Unsupported("several values");
    return {one.picked(dims, std::vector<std::int64_t>(toIndex(elements), 0))};
}

std::vector<Value> runRange(const Operands& operands) {
    const auto at = [&](std::size_t input) {
        const std::vector<std::int64_t> numbers = operands.constant(input).wholeNumbers();
        constexpr std::int64_t kFar = std::int64_t{1} << 40;
        if (numbers.size() != 1 || numbers[0] < -kFar || numbers[0] > kFar) throw Unsupported("these bounds");
        return numbers[0];
    };
    const std::int64_t begin = at(0), end = at(1), step = at(2);
    if (step == 0 || (end - begin) / step > kMostMade) throw Unsupported("a constant of more than 2^20 elements");
    std::vector<std::int64_t> values;
    for (std::int64_t value = begin; step > 0 ? value < end : value > end; value += step) values.push_back(value);
    const Dims dims{std::ssize(values)};
    return {Constant(dims, std::move(values))};
}

std::vector<Value> runWhere(const Operands& operands) {
    const Constant &condition = operands.constant(0), &yes = operands.constant(1), &no = operands.constant(2);
    const Dims dims = broadcastDims(broadcastDims(condition.dims(), yes.dims()), no.dims());
    if (elementsOf(dims) > kMostMade) throw Unsupported("a constant of more than 2^20 elements");
    const auto choose = broadcastPlaces(condition.dims(), dims), left = broadcastPlaces(yes.dims(), dims),
               right = broadcastPlaces(no.dims(), dims);
    const bool real = yes.isReal() || no.isReal();
    std::vector<float> reals;
    std::vector<std::int64_t> wholes;
    for (std::size_t i = 0; i < choose.size(); ++i) {
        const bool first = condition.number(choose[i]) != 0;
        const Constant& from = first ? yes : no;
        const std::int64_t place = first ? left[i] : right[i];
        if (real) reals.push_back(from.number(place));
        else wholes.push_back(from.wholes()[toIndex(place)]);
    }
    if (real) return {Constant(dims, std::move(reals))};
    return {Constant(dims, std::move(wholes))};
}

std::vector<Value> runCombined(const Operands& operands) {
    return {combined(operands.node().op, operands.constant(0), operands.constant(1))};
}

std::vector<Value> runChanged(const Operands& operands) { return {changed(operands.node().op, operands.constant(0))}; }

constexpr std::array kConstantOperations{
    OperationEntry{"Constant", runConstant},  OperationEntry{"ConstantOfShape", runConstantOfShape},
    OperationEntry{"Range", runRange},        OperationEntry{"Where", runWhere},
    OperationEntry{"Pow", runCombined},       OperationEntry{"Mod", runCombined},
    OperationEntry{"Equal", runCombined},     OperationEntry{"Less", runCombined},
    OperationEntry{"Greater", runCombined},   OperationEntry{"Abs", runChanged},
    OperationEntry{"Floor", runChanged},      OperationEntry{"Ceil", runChanged},
    OperationEntry{"Sqrt", runChanged},       OperationEntry{"Exp", runChanged},
    OperationEntry{"Reciprocal", runChanged}, OperationEntry{"Not", runChanged}};

}  // namespace

std::span<const OperationEntry> constantOperations() { return kConstantOperations; }

}  // namespace bitdesk
