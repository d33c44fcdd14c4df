// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <limits>

#include "core/exchange/export_format.h"
#include "core/exchange/onnx_exporter.h"

namespace bitdesk {
namespace {

/// QuantizeLinear saturates at the ends of int8 and uint8 alone: fewer bits need a Clip before it.
class QdqStyle final : public QuantizationStyle {
public:
    GraphValue activation(OnnxGraph& graph, const GraphValue& value, const ActivationCodes& codes) const override {
        std::string tensor = value.tensor;
        const bool wholeType = !codes.isSigned && codes.highest == std::numeric_limits<std::uint8_t>::max();
        if (!wholeType) {
            const auto lowest = graph.scalar(codes.name + ".lowest", codes.scale * static_cast<float>(codes.lowest));
            const auto highest = graph.scalar(codes.name + ".highest", codes.scale * static_cast<float>(codes.highest));
            tensor = graph.add("Clip", codes.name + ".clip", {tensor, lowest, highest}, value.shape, value.flat).tensor;
        }
        const auto scale = graph.scalar(codes.name + ".scale", codes.scale);
        const auto zero = zeroPoint(graph, codes);
        const std::string quantized = graph.add("QuantizeLinear", codes.name, {tensor, scale, zero}).name();
        graph.declare(quantized, value.dims(), codes.isSigned ? onnx::TensorProto::INT8 : onnx::TensorProto::UINT8);
        return graph.add("DequantizeLinear", codes.name + ".dequantize", {quantized, scale, zero}, value.shape,
                         value.flat);
    }

    std::string weight(OnnxGraph& graph, const WeightCodes& weights) const override {
        // With half a step of offset the odd integer 2·code + 1, of half the scale, is the weight: up to 7 bits in
        // int8.
        const bool halfStep = weights.offset != 0;
        const bool odd = halfStep && weights.bits < 8;
        std::vector<std::int8_t> codes = weights.codes;
        if (odd)
            std::ranges::transform(codes, codes.begin(), [](int c) { return static_cast<std::int8_t>(2 * c + 1); });
        std::vector<float> scales, halves;
        for (const double scale : weights.scales) {
            scales.push_back(static_cast<float>(odd ? scale / 2 : scale));
            halves.push_back(static_cast<float>(scale / 2));
        }
        const std::int64_t filters = weights.dims.front();
        const std::vector<std::int8_t> zeros(scales.size(), 0);
        const auto integers = graph.constant(weights.name, weights.dims, codes);
        const auto scale = graph.constant(weights.name + ".scale", {filters}, scales);
        const auto zero = graph.constant(weights.name + ".zero_point", {filters}, zeros);
        std::string real = graph.add("DequantizeLinear", weights.name + ".dequantize", {integers, scale, zero}).name();
        setAttribute(graph.last(), "axis", std::int64_t{0});
        graph.declare(real, weights.dims);
        if (!halfStep || odd) return real;
        const auto half = graph.constant(weights.name + ".half_step", weights.filterDims(), halves);
        std::string shifted = graph.add("Add", weights.name + ".add_half_step", {real, half}).name();
        graph.declare(shifted, weights.dims);
        return shifted;
    }

    std::vector<std::string> notes(bool /*halfSteps*/) const override {
        auto notes = roundingNotes("QuantizeLinear",
                                   "A runtime may fuse QuantizeLinear and DequantizeLinear with their neighbours and "
                                   "requantize in a way of its own.");
        notes.emplace_back(
            "Tried, images of the same class on the sample | on small random networks, whose classes lie close: "
            "onnxruntime 1.32.0 99.99 % or more | 99.99 %; OpenVINO 2026.4.1 with INFERENCE_PRECISION_HINT f32 "
            "99.98 % | 99.99 %, without it, on a CPU that computes in bfloat16, 97.6 % | 84.5 %; OpenCV 5.0.0 "
            "99.94 % | 99.88 %, whose new engine refuses some networks with a max pool. Hold another program against "
            "bitdesk predict on your own images first.");
        return notes;
    }

private:
    static std::string zeroPoint(OnnxGraph& graph, const ActivationCodes& codes) {
        const std::string name = codes.name + ".zero_point";
        constexpr std::int8_t kSigned = 0;
        constexpr std::uint8_t kUnsigned = 0;
        if (codes.isSigned) return graph.constant(name, {}, std::span<const std::int8_t>(&kSigned, 1));
        return graph.constant(name, {}, std::span<const std::uint8_t>(&kUnsigned, 1));
    }
};

}  // namespace

ExportedMix toOnnx(const ExportInput& input) { return exportGraph(input, QdqStyle()); }

}  // namespace bitdesk
