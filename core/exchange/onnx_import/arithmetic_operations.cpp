// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/constant_arithmetic.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

/// Axes of one position before all others.
TensorView withRank(TensorView view, std::size_t rank) {
    if (rank > view.axes.size()) view.axes.insert(view.axes.begin(), rank - view.axes.size(), TensorAxis{});
    return view;
}

/// A constant beside a map, one number a channel.
std::vector<float> besideMap(const Operands& operands, const TensorView& view, const Constant& constant) {
    auto values = perChannel(view, operands.shape(view), constant);
    if (!values) throw Unsupported("a constant that differs between pixels, or enlarges the map");
    return std::move(*values);
}

int addNode(const Operands& operands, const Attributes& attributes, const TensorView& a, const TensorView& b) {
    return operands.draft().add({.name = operands.name(), .attributes = attributes, .inputs = {a.node, b.node}});
}

/// A map of one pixel, repeated to the size of another.
TensorView repeated(const Operands& operands, const TensorView& small, const TensorView& large) {
    const Shape &from = operands.shape(small), &to = operands.shape(large);
    const bool fits = from.height == 1 && from.width == 1 && from.channels == to.channels;
    for (std::size_t d = 0; fits && d < large.axes.size(); ++d) {
        const bool ofSides = std::ranges::all_of(large.axes[d], [](const Atom& atom) {
            return atom.role == MapSide::Height || atom.role == MapSide::Width;
        });
        if (small.axes[d] != (ofSides ? TensorAxis{} : large.axes[d])) throw Unsupported("inputs of different shapes");
    }
    if (!fits) throw Unsupported("inputs of different shapes");
    TensorView result = operands.add(small, UpsampleAttributes{to.height, to.width});
    result.axes = large.axes;
    return result;
}

/// Both with the same values at the same places.
void align(const Operands& operands, TensorView& a, TensorView& b) {
    const std::size_t rank = std::max(a.axes.size(), b.axes.size());
    a = withRank(a, rank);
    b = withRank(b, rank);
    if (a.axes == b.axes && operands.shape(a) == operands.shape(b)) return;
    if (a.dims() != b.dims()) {
        if (operands.shape(a).elements() < operands.shape(b).elements()) a = repeated(operands, a, b);
        else b = repeated(operands, b, a);
        return;
    }
    constexpr std::size_t kMapRank = 3;
    const auto ordered = [&](const TensorView& view) {
        return rank >= kMapRank ? asMap(operands, view).view : asRows(operands, view);
    };
    a = ordered(a);
    b = ordered(b);
    if (a.axes != b.axes || operands.shape(a) != operands.shape(b))
        throw Unsupported("inputs whose axes were reshaped in different ways");
}

TensorView sum(const Operands& operands, TensorView a, TensorView b) {
    align(operands, a, b);
    return {.node = addNode(operands, AddAttributes{}, a, b), .axes = a.axes};
}

TensorView scaled(const Operands& operands, const TensorView& view, float factor, float addend = 0) {
    const auto channels = toIndex(operands.shape(view).channels);
    return operands.addAffine(view, std::vector<float>(channels, factor), std::vector<float>(channels, addend));
}

/// gamma · x + beta, of a map and a constant: which input is which, and what to do with the constant's numbers.
template <typename Tables>
TensorView affine(const Operands& operands, const Tables& tables) {
    const std::size_t number = operands.isConstant(0) ? 0 : 1;
    const Constant& constant = operands.constant(number);
    const TensorView view = withRank(operands.view(1 - number), constant.dims().size());
    const std::vector<float> values = besideMap(operands, view, constant);
    std::vector<float> gamma(values.size(), 1.0F), beta(values.size(), 0.0F);
    for (std::size_t c = 0; c < values.size(); ++c) tables(values[c], number == 0, gamma[c], beta[c]);
    return operands.addAffine(view, std::move(gamma), std::move(beta), number);
}

bool hasConstant(const Operands& operands) { return operands.isConstant(0) || operands.isConstant(1); }

std::vector<Value> runAdd(const Operands& operands) {
    if (operands.allConstant()) return {combined("Add", operands.constant(0), operands.constant(1))};
    if (hasConstant(operands)) return {affine(operands, [](float c, bool, float&, float& beta) { beta = c; })};
    return {sum(operands, operands.view(0), operands.view(1))};
}

std::vector<Value> runSub(const Operands& operands) {
    if (operands.allConstant()) return {combined("Sub", operands.constant(0), operands.constant(1))};
    const auto tables = [](float c, bool constantFirst, float& gamma, float& beta) {
        gamma = constantFirst ? -1.0F : 1.0F;
        beta = constantFirst ? c : -c;
    };
    if (hasConstant(operands)) return {affine(operands, tables)};
    return {sum(operands, operands.view(0), scaled(operands, operands.view(1), -1))};
}

/// Extents of 1 are repeated, as in ONNX.
TensorView product(const Operands& operands, TensorView a, TensorView b) {
    const std::size_t rank = std::max(a.axes.size(), b.axes.size());
    a = withRank(a, rank);
    b = withRank(b, rank);
    TensorView result = a;
    for (std::size_t d = 0; d < rank; ++d) {
        if (a.axes[d].empty()) result.axes[d] = b.axes[d];
        else if (!b.axes[d].empty() && a.axes[d] != b.axes[d])
            throw Unsupported("inputs whose axes were reshaped in different ways");
    }
    result.node = addNode(operands, MultiplyAttributes{}, a, b);
    std::int64_t elements = 1;
    for (const TensorAxis& axis : result.axes)
        if (!isOf(axis, MapSide::Batch)) elements *= extentOf(axis);
    if (elements != operands.shape(result).elements()) throw Unsupported("an outer product");
    result.codes.reset();
    return result;
}

std::vector<Value> runMul(const Operands& operands) {
    if (operands.allConstant()) return {combined("Mul", operands.constant(0), operands.constant(1))};
    if (hasConstant(operands)) return {affine(operands, [](float c, bool, float& gamma, float&) { gamma = c; })};
    return {product(operands, operands.view(0), operands.view(1))};
}

std::vector<Value> runDiv(const Operands& operands) {
    if (operands.allConstant()) return {combined("Div", operands.constant(0), operands.constant(1))};
    if (!operands.isConstant(1)) throw Unsupported("a divisor that depends on the image");
    return {affine(operands, [](float c, bool, float& gamma, float&) { gamma = 1 / c; })};
}

std::vector<Value> runSum(const Operands& operands) {
    if (operands.count() == 0) throw Unsupported("no inputs");
    TensorView total = operands.view(0);
    for (std::size_t i = 1; i < operands.count(); ++i) total = sum(operands, total, operands.view(i));
    return {total};
}

std::vector<Value> runNeg(const Operands& operands) {
    if (operands.isConstant(0)) return {changed("Neg", operands.constant(0))};
    return {scaled(operands, operands.view(0), -1)};
}

constexpr std::array kArithmeticOperations{OperationEntry{"Add", runAdd}, OperationEntry{"Sub", runSub},
                                           OperationEntry{"Mul", runMul}, OperationEntry{"Div", runDiv},
                                           OperationEntry{"Sum", runSum}, OperationEntry{"Neg", runNeg}};

}  // namespace

std::span<const OperationEntry> arithmeticOperations() { return kArithmeticOperations; }

}  // namespace bitdesk
