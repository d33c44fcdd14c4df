// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

std::vector<float> channelTable(const Operands& operands, const TensorView& view, const Constant& constant) {
    auto values = perChannel(view, operands.shape(view), constant);
    if (!values) throw Unsupported("numbers that are not one a channel");
    return std::move(*values);
}

/// A table of a batch norm, which stands along axis 1.
std::vector<float> alongAxis1(const Operands& operands, const TensorView& view, std::size_t input) {
    const Constant& constant = operands.constant(input);
    Dims dims(view.axes.size() - 1, 1);
    dims.front() = constant.size();
    return channelTable(operands, view, constant.withDims(dims));
}

std::vector<Value> runBatchNorm(const Operands& operands) {
    const auto& outputs = operands.node().outputs;
    const bool statistics = std::count(outputs.begin(), outputs.end(), "") + 1 < std::ssize(outputs);
    if (operands.integer("training_mode", 0) != 0 || statistics)
        throw Unsupported("training mode. Export after model.eval()");
    TensorView view = operands.view(0);
    if (view.axes.size() < 2) throw Unsupported("an input of rank 1");
    if (view.axes.size() == 2) view = asRows(operands, view);
    NormAttributes norm;
    norm.epsilon = static_cast<double>(operands.real("epsilon", 1e-5F));
    DraftNode node{.name = operands.name(1), .attributes = norm, .inputs = {view.node}};
    node.norm = {.gamma = alongAxis1(operands, view, 1),
                 .beta = alongAxis1(operands, view, 2),
                 .mean = alongAxis1(operands, view, 3),
                 .var = alongAxis1(operands, view, 4)};
    return {TensorView{.node = operands.draft().add(std::move(node)), .axes = view.axes}};
}

std::vector<Value> runLayerNorm(const Operands& operands) {
    const TensorView& view = operands.view(0);
    const bool several = operands.node().proto == nullptr;  // nodes became one
    const std::size_t rank = view.axes.size();
    if (rank == 0 || axisOf(operands.integer("axis", -1), rank) != rank - 1 ||
        !isOf(view.axes.back(), MapSide::Channel) || extentOf(view.axes.back()) != operands.shape(view).channels)
        throw Unsupported("other axes than the channels");
    LayerNormAttributes norm;
    norm.epsilon = static_cast<double>(several ? operands.node().epsilon : operands.real("epsilon", 1e-5F));
    const TensorView result = operands.add(view, norm);
    if (!operands.given(1)) return {result};
    std::vector<float> gamma = channelTable(operands, result, operands.constant(1));
    std::vector<float> beta(gamma.size(), 0.0F);
    if (operands.given(2)) beta = channelTable(operands, result, operands.constant(2));
    return {operands.addAffine(result, std::move(gamma), std::move(beta), 1)};
}

constexpr std::array kNormOperations{OperationEntry{"BatchNormalization", runBatchNorm},
                                     OperationEntry{"LayerNormalization", runLayerNorm}};

}  // namespace

std::span<const OperationEntry> normOperations() { return kNormOperations; }

}  // namespace bitdesk
