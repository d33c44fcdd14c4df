// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/export_format.h"
#include "core/exchange/onnx_exporter.h"

namespace bitdesk {
namespace {

constexpr const char* kDomain = "qonnx.custom_op.general";

/// Quant(x, scale, zeropt, bitwidth) = (round(clip(x / scale + zeropt)) − zeropt) · scale: the bit-width is an input of
/// its own, and a zero point of −½ says that a weight sits half a step above its code.
class QuantStyle final : public QuantizationStyle {
public:
    QuantStyle() {
        domain = kDomain;
        fixedBatch = true;
    }

    GraphValue activation(OnnxGraph& graph, const GraphValue& value, const ActivationCodes& codes) const override {
        const auto scale = graph.scalar(codes.name + ".scale", codes.scale);
        const auto inputs = quantInputs(graph, value.tensor, codes.name, scale, 0, codes.bits);
        GraphValue result = graph.add("Quant", codes.name, inputs, value.shape, value.flat);
        // Signed codes leave out the lowest level.
        describe(graph.last(), codes.isSigned, codes.isSigned);
        return result;
    }

    std::string weight(OnnxGraph& graph, const WeightCodes& weights) const override {
        const auto filter = static_cast<std::size_t>(weights.filterSize());
        std::vector<float> values, scales;
        for (const double scale : weights.scales) scales.push_back(static_cast<float>(scale));
        for (std::size_t i = 0; i < weights.codes.size(); ++i)
            values.push_back(
                static_cast<float>(weights.scales[i / filter] * (weights.codes[i] + weights.offset / 2.0)));
        const auto floats = graph.constant(weights.name, weights.dims, values);
        const auto scale = graph.constant(weights.name + ".scale", weights.filterDims(), scales);
        const float zero = weights.offset != 0 ? -0.5F : 0.0F;
        const auto inputs = quantInputs(graph, floats, weights.name, scale, zero, weights.bits);
        std::string quantized = graph.add("Quant", weights.name + ".quant", inputs).name();
        describe(graph.last(), true, false);
        graph.declare(quantized, weights.dims);
        return quantized;
    }

    std::vector<std::string> notes(bool halfSteps) const override {
        auto notes = roundingNotes("Quant", {});
        notes.emplace_back(
            "Tried: the qonnx 1.0.0 package, which gave the same class on the sample and, but for an image in 25, on "
            "small random networks.");
        if (halfSteps)
            notes.emplace_back(
                "Weights sit half a step above their codes, so their Quant nodes have a zero point of -0.5. "
                "qonnx-convert takes zero points of 0 alone and leaves these nodes as they are; models with the "
                "quantizer 'rounded' are converted whole.");
        return notes;
    }

private:
    static std::vector<std::string> quantInputs(OnnxGraph& graph, const std::string& tensor, const std::string& name,
                                                const std::string& scale, float zero, int bits) {
        return {tensor, scale, graph.scalar(name + ".zero_point", zero),
                graph.scalar(name + ".bits", static_cast<float>(bits))};
    }

    static void describe(onnx::NodeProto& node, bool isSigned, bool narrow) {
        node.set_domain(kDomain);
        setAttribute(node, "signed", std::int64_t{isSigned ? 1 : 0});
        setAttribute(node, "narrow", std::int64_t{narrow ? 1 : 0});
        setAttribute(node, "rounding_mode", std::string("ROUND"));
    }
};

}  // namespace

ExportedMix toQonnx(const ExportInput& input) { return exportGraph(input, QuantStyle()); }

}  // namespace bitdesk
