// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/constant_arithmetic.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

constexpr double kEndless = 1e30;  // beyond what activations reach: no bound

std::vector<Value> activate(const Operands& operands, const ActivationAttributes& activation) {
    return {operands.add(operands.view(0), activation)};
}

template <ActivationKind kind>
std::vector<Value> runPlain(const Operands& operands) {
    return activate(operands, {kind});
}

std::vector<Value> runRelu(const Operands& operands) { return activate(operands, relu()); }

/// min(max(x, lowest), highest).
TensorView addClip(const Operands& operands, const TensorView& view, float lowest, float highest) {
    if (!(lowest <= highest)) throw Unsupported("a minimum above the maximum");
    if (double{lowest} <= -kEndless && double{highest} >= kEndless) return view;
    if (lowest == 0) {
        const double maximum = double{highest} >= kEndless ? std::numeric_limits<double>::infinity() : double{highest};
        return operands.add(view, relu(maximum));
    }
    return operands.add(view, ActivationAttributes{ActivationKind::Clip, std::max(double{lowest}, -kEndless),
                                                   std::min(double{highest}, kEndless)});
}

std::vector<Value> runClip(const Operands& operands) {
    if (operands.allConstant()) {
        Constant value = operands.constant(0);
        if (operands.given(1)) value = combined("Max", value, operands.constant(1));
        return {operands.given(2) ? combined("Min", value, operands.constant(2)) : value};
    }
    const float infinity = std::numeric_limits<float>::infinity();
    const float lowest = operands.number("min", 1).value_or(-infinity);
    return {addClip(operands, operands.view(0), lowest, operands.number("max", 2).value_or(infinity))};
}

/// Of a map and a number, or of constants.
template <bool isMinimum>
std::vector<Value> runBound(const Operands& operands) {
    if (operands.count() != 2) throw Unsupported("another number of inputs than 2");
    if (operands.allConstant())
        return {combined(isMinimum ? "Min" : "Max", operands.constant(0), operands.constant(1))};
    const std::size_t bound = operands.isConstant(0) ? 0 : 1;
    const Constant& constant = operands.constant(bound);
    if (constant.size() != 1) throw Unsupported("several bounds");
    const float number = constant.number(0), infinity = std::numeric_limits<float>::infinity();
    return {addClip(operands, operands.view(1 - bound), isMinimum ? -infinity : number, isMinimum ? number : infinity)};
}

std::vector<Value> runLeakyRelu(const Operands& operands) {
    return activate(operands, {ActivationKind::LeakyRelu, double{operands.real("alpha", 0.01F)}});
}

/// max(x, 0) − slope · max(−x, 0), where channels have slopes of their own.
std::vector<Value> runPRelu(const Operands& operands) {
    const TensorView& view = operands.view(0);
    const auto slopes = perChannel(view, operands.shape(view), operands.constant(1));
    if (!slopes) throw Unsupported("slopes that are not one a channel");
    if (std::ranges::all_of(*slopes, [&](float slope) { return slope == slopes->front(); }))
        return activate(operands, {ActivationKind::LeakyRelu, double{slopes->front()}});
    const std::vector<float> zeros(slopes->size(), 0.0F), minusOnes(slopes->size(), -1.0F);
    std::vector<float> negated = *slopes;
    for (float& slope : negated) slope = -slope;
    const TensorView negative = operands.add(operands.addAffine(view, minusOnes, zeros), relu());
    const TensorView positive = operands.add(view, relu()), scaled = operands.addAffine(negative, negated, zeros);
    const int sum = operands.draft().add(
        {.name = operands.name(), .attributes = AddAttributes{}, .inputs = {positive.node, scaled.node}});
    return {TensorView{.node = sum, .axes = view.axes}};
}

std::vector<Value> runHardSigmoid(const Operands& operands) {
    return activate(operands, {ActivationKind::HardSigmoid, double{operands.real("alpha", 0.2F)},
                               double{operands.real("beta", 0.5F)}});
}

/// min(max(x + 3, 0), 6) / 6.
std::vector<Value> runHardSigmoid3(const Operands& operands) {
    return activate(operands, {ActivationKind::HardSigmoid, 1.0 / 6, 0.5});
}

std::vector<Value> runGelu(const Operands& operands) {
    const std::string way = operands.text("approximate", "none");
    if (way != "none" && way != "tanh") throw Unsupported("approximate '" + way + "'");
    return activate(operands, {way == "tanh" ? ActivationKind::GeluTanh : ActivationKind::Gelu});
}

std::vector<Value> runSwish(const Operands& operands) {
    if (operands.real("alpha", 1) != 1) throw Unsupported("alpha");
    return activate(operands, {ActivationKind::Silu});
}

constexpr std::array kActivationOperations{OperationEntry{"Relu", runRelu},
                                           OperationEntry{"Clip", runClip},
                                           OperationEntry{"Min", runBound<true>},
                                           OperationEntry{"Max", runBound<false>},
                                           OperationEntry{"LeakyRelu", runLeakyRelu},
                                           OperationEntry{"PRelu", runPRelu},
                                           OperationEntry{"HardSigmoid", runHardSigmoid},
                                           OperationEntry{"HardSigmoid3", runHardSigmoid3},
                                           OperationEntry{"HardSwish", runPlain<ActivationKind::HardSwish>},
                                           OperationEntry{"Sigmoid", runPlain<ActivationKind::Sigmoid>},
                                           OperationEntry{"Tanh", runPlain<ActivationKind::Tanh>},
                                           OperationEntry{"Silu", runPlain<ActivationKind::Silu>},
                                           OperationEntry{"Swish", runSwish},
                                           OperationEntry{"Gelu", runGelu},
                                           OperationEntry{"GeluTanh", runPlain<ActivationKind::GeluTanh>}};

}  // namespace

std::span<const OperationEntry> activationOperations() { return kActivationOperations; }

}  // namespace bitdesk
