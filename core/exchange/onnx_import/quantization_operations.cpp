// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <onnx/onnx_pb.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/operands.h"
#include "core/exchange/onnx_import/unsupported.h"

namespace bitdesk {
namespace {

using Element = onnx::TensorProto;

/// The codes of a type.
struct CodeRange {
    int lowest, highest;
};

CodeRange rangeOfType(int type) {
    switch (type) {
        case Element::UINT8: return {0, 255};
        case Element::INT8: return {-128, 127};
        case Element::UINT16: return {0, 65535};
        case Element::INT16: return {-32768, 32767};
        default: throw Unsupported("codes of this type");
    }
}

int codeType(const Operands& operands) {
    if (operands.given(2)) return operands.constant(2).type();
    return static_cast<int>(operands.integer("output_dtype", Element::UINT8));
}

/// The scale and zero point of a whole tensor.
ActivationGrid codesOf(const Operands& operands) {
    const Constant& scale = operands.constant(1);
    if (scale.size() != 1 || (operands.given(2) && operands.constant(2).size() != 1))
        throw Unsupported("scales for each channel of a map");
    const CodeRange range = rangeOfType(codeType(operands));
    const float zero = operands.given(2) ? operands.constant(2).number(0) : 0;
    const ActivationGrid codes{scale.number(0), static_cast<int>(zero), range.lowest, range.highest};
    if (!(codes.scale > 0) || !std::isfinite(codes.scale)) throw Unsupported("a scale that is not above 0");
    return codes;
}

/// Scale and zero point of each place of a constant.
template <typename Change>
Constant requantized(const Operands& operands, const Change& change) {
    const Constant &constant = operands.constant(0), &scale = operands.constant(1);
    const Dims& dims = constant.dims();
    if (operands.integer("block_size", 0) != 0) throw Unsupported("blocks");
    std::int64_t behind = 1;
    const std::int64_t count = scale.size();
    if (count == 0) throw Unsupported("no scale");
    if (count > 1) {
        const std::size_t axis = axisOf(operands.integer("axis", 1), dims.size());
        if (dims[axis] != count || scale.dims().size() != 1) throw Unsupported("scales that do not fit");
        behind = elementsOf({dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, dims.end()});
    }
    const bool hasZero = operands.given(2);
    if (hasZero && operands.constant(2).size() != count) throw Unsupported("zero points that do not fit");
    std::vector<float> values(toIndex(constant.size()));
    for (std::int64_t i = 0; i < constant.size(); ++i) {
        const std::int64_t at = i / std::max<std::int64_t>(behind, 1) % std::max<std::int64_t>(count, 1);
        const float zero = hasZero ? operands.constant(2).number(at) : 0.0F;
        values[toIndex(i)] = change(constant.number(i), scale.number(at), zero);
    }
    return {dims, std::move(values)};
}

constexpr const char* kScalesKept =
    "The file rounds values between layers. Its scales of the layers' inputs are kept; what it rounds elsewhere is not "
    "rounded here.";

std::vector<Value> runQuantize(const Operands& operands) {
    if (operands.isConstant(0)) {
        const int type = codeType(operands);
        const CodeRange range = rangeOfType(type);
        const auto code = [&](float value, float scale, float zero) {
            return std::clamp(std::nearbyint(value / scale) + zero, static_cast<float>(range.lowest),
                              static_cast<float>(range.highest));
        };
        return {requantized(operands, code).ofType(type)};
    }
    TensorView view = operands.paddedView(0);
    const ActivationGrid codes = codesOf(operands);
    // Tools leave a ReLU out where codes cannot be below 0 anyway.
    if (codes.zeroPoint == codes.lowest && !operands.draft().neverNegative(view.node)) {
        const double highest = double{codes.scale} * (codes.highest - codes.lowest);
        view = operands.add(operands.view(0), relu(highest));
    }
    view.codes = codes;
    operands.tell(kScalesKept);
    return {view};
}

std::vector<Value> runDequantize(const Operands& operands) {
    if (operands.isConstant(0))
        return {requantized(operands, [](float code, float scale, float zero) { return (code - zero) * scale; })};
    const TensorView& view = operands.paddedView(0);
    if (!view.codes || codesOf(operands) != *view.codes) throw Unsupported("codes that no QuantizeLinear made");
    return {view};
}

constexpr std::array kQuantizationOperations{OperationEntry{"QuantizeLinear", runQuantize},
                                             OperationEntry{"DequantizeLinear", runDequantize},
                                             OperationEntry{"com.microsoft.QuantizeLinear", runQuantize},
                                             OperationEntry{"com.microsoft.DequantizeLinear", runDequantize}};

}  // namespace

std::span<const OperationEntry> quantizationOperations() { return kQuantizationOperations; }

}  // namespace bitdesk
