// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

/// [N, C/groups, k…] → [N, KH, KW, C/groups].
std::vector<float> convolutionWeights(const Constant& weight, const std::vector<MapSide>& sides,
                                      const Conv2dAttributes& conv) {
    const std::int64_t channels = weight.dims()[1], taps = std::int64_t{conv.kernelHeight} * conv.kernelWidth;
    std::vector<float> result(toIndex(weight.size()));
    std::size_t next = 0;
    for (std::int64_t filter = 0; filter < conv.outChannels; ++filter)
        for (int row = 0; row < conv.kernelHeight; ++row)
            for (int column = 0; column < conv.kernelWidth; ++column) {
                std::int64_t tap = 0;
                for (const MapSide side : sides)
                    tap = side == MapSide::Height ? tap * conv.kernelHeight + row : tap * conv.kernelWidth + column;
                for (std::int64_t channel = 0; channel < channels; ++channel)
                    result[next++] = weight.number((filter * channels + channel) * taps + tap);
            }
    return result;
}

int outputsOf(std::int64_t count) {
    constexpr std::int64_t kMost = 1 << 20;
    if (count < 1 || count > kMost) throw Unsupported(std::to_string(count) + " output channels");
    return static_cast<int>(count);
}

std::vector<Value> runConv(const Operands& operands) {
    const MapView map = asMap(operands, operands.paddedView(0));
    const Constant& weight = operands.constant(1);
    if (map.view.padding.lowest) throw Unsupported("padding that is not 0");
    if (weight.dims().size() != map.view.axes.size()) throw Unsupported("weights of another rank than its input");
    Conv2dAttributes conv;
    conv.outChannels = outputsOf(weight.dims()[0]);
    conv.groups = outputsOf(operands.integer("group", 1));
    const Shape& shape = operands.shape(map.view);
    if (weight.dims()[1] * conv.groups != shape.channels) throw Unsupported("weights for another number of channels");
    const std::vector<std::int64_t> kernel(weight.dims().begin() + 2, weight.dims().end());
    readWindow(operands, map, kernel, conv);
    DraftNode node{.name = operands.name(1), .attributes = {}, .inputs = {map.view.node}};
    node.codes = map.view.codes;
    node.layer.weight = convolutionWeights(weight, map.sides, conv);
    conv.hasBias = operands.given(2);
    if (conv.hasBias) node.layer.bias = operands.constant(2).realNumbers();
    if (conv.hasBias && node.layer.bias.size() != toIndex(conv.outChannels))
        throw Unsupported("a bias of another number of channels");
    node.attributes = conv;
    TensorView result{.node = operands.draft().add(std::move(node)), .axes = map.view.axes};
    const Shape& made = operands.shape(result);
    result.axes[1] = wholeAxis(MapSide::Channel, made.channels);
    for (std::size_t i = 0; i < map.sides.size(); ++i)
        result.axes[i + 2] = wholeAxis(map.sides[i], map.sides[i] == MapSide::Height ? made.height : made.width);
    return {result};
}

/// The rows of a matrix, [outputs, features], on all channels of a map; `bias` may be empty.
TensorView addRows(const Operands& operands, const TensorView& given, const Constant& matrix, bool transposed,
                   float factor, std::vector<float> bias) {
    TensorView view = asRows(operands, given);
    const Shape shape = operands.shape(view);
    const std::int64_t features = shape.channels;
    const std::int64_t outputs = outputsOf(matrix.dims()[transposed ? 0 : 1]);
    if (matrix.dims()[transposed ? 1 : 0] != features) throw Unsupported("a matrix for another number of features");
    DraftNode node{.name = operands.name(1), .attributes = {}, .inputs = {view.node}};
    node.codes = view.codes;
    node.layer.weight.resize(toIndex(outputs * features));
    const std::vector<std::int64_t> order = channelOrder(view.axes.back());
    for (std::int64_t n = 0; n < outputs; ++n)
        for (std::int64_t i = 0; i < features; ++i)
            node.layer.weight[toIndex(n * features + order[toIndex(i)])] =
                factor * matrix.number(transposed ? n * features + i : i * outputs + n);
    LinearAttributes linear;
    linear.outFeatures = static_cast<int>(outputs);
    linear.hasBias = !bias.empty();
    node.layer.bias = std::move(bias);
    node.attributes = linear;
    if (shape.height * shape.width > 1) {
        Conv2dAttributes conv = linear.convolution();
        conv.hasBias = linear.hasBias;
        node.attributes = conv;
    }
    TensorView result{.node = operands.draft().add(std::move(node)), .axes = view.axes};
    result.axes.back() = wholeAxis(MapSide::Channel, outputs);
    return result;
}

std::vector<Value> runGemm(const Operands& operands) {
    const TensorView& view = operands.view(0);
    const Constant& matrix = operands.constant(1);
    if (view.axes.size() != 2 || matrix.dims().size() != 2) throw Unsupported("inputs that are no matrices");
    if (operands.integer("transA", 0) != 0) throw Unsupported("transA");
    const bool transposed = operands.integer("transB", 0) != 0;
    std::vector<float> bias;
    if (operands.given(2)) {
        const Constant& added = operands.constant(2);
        const std::int64_t outputs = matrix.dims()[transposed ? 0 : 1];
        const Dims& dims = added.dims();
        const bool alongRows = !dims.empty() && dims.back() == added.size() && added.size() == outputs;
        if (added.size() != 1 && !alongRows) throw Unsupported("a bias of another number of outputs");
        bias.assign(toIndex(outputs), added.number(0));
        if (alongRows) bias = added.realNumbers();
        for (float& value : bias) value *= operands.real("beta", 1);
    }
    return {addRows(operands, view, matrix, transposed, operands.real("alpha", 1), std::move(bias))};
}

std::vector<Value> runMatMul(const Operands& operands) {
    const TensorView& view = operands.view(0);
    const Constant& matrix = operands.constant(1);
    if (view.axes.size() < 2 || matrix.dims().size() < 2 || matrix.dims().size() > view.axes.size())
        throw Unsupported("inputs of these ranks");
    const Dims ends(matrix.dims().end() - 2, matrix.dims().end());
    if (elementsOf(ends) != matrix.size()) throw Unsupported("several matrices at once");
    return {addRows(operands, view, matrix.withDims(ends), false, 1, {})};
}

constexpr std::array kLayerOperations{OperationEntry{"Conv", runConv}, OperationEntry{"Gemm", runGemm},
                                      OperationEntry{"MatMul", runMatMul}};

}  // namespace

std::span<const OperationEntry> layerOperations() { return kLayerOperations; }

}  // namespace bitdesk
