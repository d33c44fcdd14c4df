// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_exporter.h"

#include <onnx/checker.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/build_info.h"
#include "core/base/error.h"
#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/base/utf8.h"
#include "core/exchange/onnx_values.h"
#include "core/execute/plan/constants.h"
#include "core/model/meta_model.h"
#include "core/network/cost.h"

namespace bitdesk {
namespace {

/// Writes the steps of a plan one after another: what Epilogue's contract says, in ONNX's operations.
class GraphExporter {
public:
    GraphExporter(const MetaModel& model, const ExecutionPlan& plan, const QuantizationStyle& style)
        : m_model(model), m_plan(plan), m_style(style), m_graph(style.fixedBatch), m_values(plan.buffers.size()) {}

    OnnxGraph run() {
        for (const Step& step : m_plan.steps) exportStep(step);
        const GraphValue& result = m_values[toIndex(m_plan.output)];
        m_graph.setOutput(flattened(result, std::string(OnnxGraph::kOutput) + ".flatten"));
        return std::move(m_graph);
    }

private:
    const Node& node(int n) const { return m_model.network.nodes()[toIndex(n)]; }

    void exportStep(const Step& step) {
        GraphValue value = raw(step);
        int last = step.as<Pointwise>() ? -1 : step.node;
        // The epilogue's operations are nodes of the network, each the only reader of the one before it.
        const auto name = [&] {
            last = last < 0 ? step.node : m_model.network.consumers(last).front();
            return node(last).name;
        };
        if (step.norm >= 0) value = normalized(value, step.norm, name());
        if (step.epilogue.residual >= 0) {
            const std::string add = name();
            const GraphValue other = read(step.epilogue.residual, value.shape, add);
            const GraphValue mine = other.flat && !value.flat ? flattened(value, add + ".flatten") : value;
            const GraphValue theirs = mine.flat ? flattened(other, add + ".flatten") : other;
            value = m_graph.add("Add", add, {mine.tensor, theirs.tensor}, mine.shape, mine.flat);
        }
        const Activation& activation = step.epilogue.activation;
        if (activation.kind != ActivationKind::Identity) value = exportActivation(m_graph, activation, value, name());
        if (step.epilogue.floatOutput >= 0) m_values[toIndex(step.epilogue.floatOutput)] = value;
        for (const CodeOutput& output : step.epilogue.codeOutputs)
            m_values[toIndex(output.buffer)] = m_style.activation(m_graph, value, activationCodes(output));
    }

    ActivationCodes activationCodes(const CodeOutput& output) const {
        const Layer& layer = m_model.network.layers()[toIndex(output.layer)];
        return {.name = layer.quantizeNode,
                .scale = actScale(m_model, output.layer, m_plan.bits),
                .bits = inputBits(layer, m_plan.bits),
                .isSigned = layer.signedInput,
                .lowest = output.lowest,
                .highest = output.highest};
    }

    /// A buffer's value in the shape that its reader takes it for: a flatten in between is no step of the plan.
    GraphValue read(int buffer, const Shape& wanted, const std::string& reader) {
        const GraphValue& value = m_values[toIndex(buffer)];
        return value.shape == wanted ? value : flattened(value, reader + ".flatten");
    }

    /// [N, C·H·W] in the network's order, which is (h·W + w)·C + c.
    GraphValue flattened(const GraphValue& value, const std::string& name) {
        if (value.flat) return value;
        std::string tensor = value.tensor;
        const Shape& shape = value.shape;
        if (shape.channels > 1 && shape.height * shape.width > 1) {
            tensor = m_graph.add("Transpose", name + ".channels_last", {tensor}).name();
            setAttribute(m_graph.last(), "perm", std::vector<std::int64_t>{0, 2, 3, 1});
            m_graph.declare(tensor, {kBatch, shape.height, shape.width, shape.channels});
        }
        const Shape flat{1, 1, static_cast<int>(shape.elements())};
        GraphValue result = m_graph.add("Flatten", name, {tensor}, flat, true);
        setAttribute(m_graph.last(), "axis", std::int64_t{1});
        return result;
    }

    GraphValue asMap(const GraphValue& value, const std::string& name) {
        if (!value.flat) return value;
        // Not Unsqueeze, which OpenCV's classic engine knows with one axis alone.
        const std::vector<std::int64_t> shape{0, -1, 1, 1};
        const std::string constant = m_graph.constant(name + ".shape", {4}, shape);
        return m_graph.add("Reshape", name, {value.tensor, constant}, value.shape, false);
    }

    /// The step's value before its epilogue.
    GraphValue raw(const Step& step) {
        const auto input = [&](std::size_t i = 0) { return read(step.inputs[i], step.inputShapes[i], step.name); };
        const auto map = [&](std::size_t i = 0) { return asMap(input(i), step.name + ".map"); };
        return std::visit(
            Overloads{
                [&](const InputAttributes&) { return image(step); },
                [&](const Conv2dAttributes& conv) { return convolution(step, conv, map()); },
                [&](const LinearAttributes&) { return linear(step, flattened(input(), step.name + ".flatten")); },
                [&](const PoolWindows&) { return pool(step, map()); }, [&](const Pointwise&) { return input(); },
                [&](const MultiplyAttributes&) {
                    return exportProduct(m_graph, map(0), map(1), m_model.network.shape(step.node), step.name);
                },
                [&](const ConcatAttributes&) {
                    std::vector<GraphValue> maps;
                    for (std::size_t i = 0; i < step.inputs.size(); ++i) maps.push_back(map(i));
                    return exportConcat(m_graph, maps, m_model.network.shape(step.node), step.name);
                },
                [&](const ChannelSelection& selection) {
                    return exportSelection(m_graph, selection.channels, map(), step.name);
                },
                [&](const LayerNormAttributes& norm) {
                    return exportLayerNorm(m_graph, norm.epsilon, map(), step.name);
                },
                [&](const UpsampleAttributes& scale) { return exportUpsample(m_graph, scale, map(), step.name); }},
            step.operation);
    }

    GraphValue image(const Step& step) {
        const GraphValue pixels = m_graph.addInput(step.outputShape);
        const std::vector<std::int64_t> dims{1, step.outputShape.channels, 1, 1};
        const auto scale = m_graph.constant(step.name + ".scale", dims, step.epilogue.scale);
        const auto offset = m_graph.constant(step.name + ".offset", dims, step.epilogue.offset);
        const auto scaled = m_graph.add("Mul", step.name + ".scaled", {pixels.tensor, scale}, pixels.shape, false);
        return m_graph.add("Add", step.name, {scaled.tensor, offset}, pixels.shape, false);
    }

    std::vector<std::string> layerInputs(const Step& step, const GraphValue& input, WeightCodes weights) {
        weights.name = step.name + ".weight";
        weights.scales = weightScalesAt(m_model, step.layer, step.weightBits);
        weights.offset = m_model.weightQuantizer().offset;
        weights.bits = step.weightBits;
        std::vector<std::string> inputs{input.tensor, m_style.weight(m_graph, weights)};
        const auto& bias = m_model.layers[toIndex(step.layer)].bias;
        if (!bias.empty())
            inputs.push_back(m_graph.constant(step.name + ".bias", {static_cast<std::int64_t>(bias.size())}, bias));
        return inputs;
    }

    GraphValue convolution(const Step& step, const Conv2dAttributes& g, const GraphValue& input) {
        const int channels = step.inputShape.channels / g.groups;
        WeightCodes weights;
        weights.dims = {g.outChannels, channels, g.kernelHeight, g.kernelWidth};
        const auto codes = codesAt(m_model, step.layer, step.weightBits);
        const auto area = toIndex(std::int64_t{g.kernelHeight} * g.kernelWidth);
        for (std::size_t n = 0; n < toIndex(g.outChannels); ++n)
            for (std::size_t c = 0; c < toIndex(channels); ++c)
                for (std::size_t k = 0; k < area; ++k)
                    weights.codes.push_back(codes[(n * area + k) * toIndex(channels) + c]);
        const auto inputs = layerInputs(step, input, std::move(weights));
        GraphValue value = m_graph.add("Conv", step.name, inputs, m_model.network.shape(step.node), false);
        setWindow(m_graph, g);
        setAttribute(m_graph.last(), "dilations", std::vector<std::int64_t>{g.dilationHeight, g.dilationWidth});
        setAttribute(m_graph.last(), "group", std::int64_t{g.groups});
        return value;
    }

    GraphValue linear(const Step& step, const GraphValue& input) {
        WeightCodes weights;
        weights.codes = codesAt(m_model, step.layer, step.weightBits);
        weights.dims = {m_model.network.shape(step.node).channels, input.shape.channels};
        const auto inputs = layerInputs(step, input, std::move(weights));
        GraphValue value = m_graph.add("Gemm", step.name, inputs, m_model.network.shape(step.node), true);
        setAttribute(m_graph.last(), "alpha", 1.0F);
        setAttribute(m_graph.last(), "beta", 1.0F);
        setAttribute(m_graph.last(), "transA", std::int64_t{0});
        setAttribute(m_graph.last(), "transB", std::int64_t{1});
        return value;
    }

    GraphValue pool(const Step& step, const GraphValue& map) {
        if (const auto* maximum = node(step.node).as<MaxPoolAttributes>())
            return exportPool(m_graph, *maximum, false, map, step.name);
        return exportPool(m_graph, *node(step.node).as<AvgPoolAttributes>(), true, map, step.name);
    }

    /// The norm's entry for this mix's transition.
    GraphValue normalized(const GraphValue& value, int normNode, const std::string& name) {
        const auto& norm = *node(normNode).as<NormAttributes>();
        const NormParameters& table = m_model.norms.at(normNode);
        const int from = transitionIndex(m_model, norm.from, m_plan.bits);
        const int to = transitionIndex(m_model, norm.to, m_plan.bits);
        std::vector<std::string> inputs{value.tensor};
        for (const auto& [kind, values] : table.tables())
            inputs.push_back(m_graph.constant(name + "." + kind, {static_cast<std::int64_t>(values->channels())},
                                              values->row(from, to)));
        GraphValue result = m_graph.add("BatchNormalization", name, inputs, value.shape, value.flat);
        setAttribute(m_graph.last(), "epsilon", static_cast<float>(norm.epsilon));
        return result;
    }

    const MetaModel& m_model;
    const ExecutionPlan& m_plan;
    const QuantizationStyle& m_style;
    OnnxGraph m_graph;
    std::vector<GraphValue> m_values;  // by buffer
};

nlohmann::ordered_json mixJson(const ExportInput& input) {
    return nlohmann::ordered_json::parse(toJson(input.bits, input.model.network));
}

constexpr const char* kInputValues = "float32, pixels as the image has them, 0 … 255; the graph normalizes them";

void describe(onnx::ModelProto& proto, const ExportInput& input, const ExportedMix& mix) {
    const auto dumped = [](const nlohmann::ordered_json& json) {
        return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    };
    const MetaModel& model = input.model;
    const std::string name = validUtf8(printable(model.name));
    proto.set_doc_string(name + " at one mix of bit-widths. Input `pixels`: " + kInputValues + ".");
    const auto set = [&](const char* key, const std::string& value) {
        auto& property = *proto.add_metadata_props();
        property.set_key(key);
        property.set_value(value);
    };
    std::string rounding;
    for (const std::string& note : mix.notes) rounding += (rounding.empty() ? "" : " ") + note;
    set("bitdesk.version", BITDESK_VERSION);
    set("bitdesk.model", name);
    set("bitdesk.model_hash", model.hash);
    set("bitdesk.quantizer", model.quantizer);
    set("bitdesk.bits", dumped(mixJson(input)));
    set("bitdesk.classes", dumped(model.classNames));
    set("bitdesk.normalization",
        dumped({{"mean", model.normalization.mean}, {"std", model.normalization.std}, {"inside_the_graph", true}}));
    set("bitdesk.opset", std::to_string(mix.opset));
    set("bitdesk.rounding", rounding);
}

/// The file's bytes, after the onnx library has found nothing wrong with it.
std::string checkedBytes(const onnx::ModelProto& proto, const std::string& name) {
    constexpr std::size_t kMostBytes = (std::size_t{1} << 31) - 1;
    if (proto.ByteSizeLong() > kMostBytes)
        throw Error(ErrorKind::Resource, name, "is too large for one ONNX file, which holds 2 GiB");
    try {
        onnx::checker::check_model(proto);
    } catch (const std::exception& error) {
        throw Error(ErrorKind::Internal, name, std::string("the onnx library refuses the graph: ") + error.what());
    }
    return proto.SerializeAsString();
}

}  // namespace

std::vector<std::int64_t> WeightCodes::filterDims() const {
    std::vector<std::int64_t> ones(dims.size(), 1);
    ones.front() = dims.front();
    return ones;
}

std::vector<std::string> roundingNotes(const std::string& operation, const std::string& more) {
    std::vector<std::string> notes{
        "Activations: Bitdesk rounds x * (1/scale), both in float32, half to even; " + operation +
            " rounds x / scale, half to even.",
        "Epilogue: Bitdesk adds integer products exactly and applies one float32 multiply and one add a channel, into "
        "which scales, bias and norm are folded in double. ONNX has no operation for that rounding: the graph adds "
        "products of dequantized floats and applies BatchNormalization in float32, in an order that the runtime "
        "chooses."};
    if (!more.empty()) notes.push_back(more);
    notes.emplace_back(
        "So a code at a rounding edge may differ by one, and logits that are equal in Bitdesk may come out a hair "
        "apart: the class of a rare image may differ.");
    return notes;
}

ExportedMix exportGraph(const ExportInput& input, const QuantizationStyle& style) {
    const ExecutionPlan plan = lower(input.model, input.bits);
    OnnxGraph graph = GraphExporter(input.model, plan, style).run();
    const std::string batch = style.fixedBatch ? "1" : "N";
    const Shape& image = input.model.network.inputShape();
    ExportedMix mix;
    mix.opset = kOnnxOpset;
    mix.inputs = {{OnnxGraph::kInput,
                   {batch, std::to_string(image.channels), std::to_string(image.height), std::to_string(image.width)},
                   kInputValues}};
    mix.outputs = {{OnnxGraph::kOutput, {batch, std::to_string(plan.classes)}, "float32, one number a class"}};
    mix.notes = style.notes(input.model.weightQuantizer().offset != 0);
    onnx::ModelProto proto;
    proto.set_ir_version(kOnnxIrVersion);
    proto.set_producer_name("bitdesk");
    proto.set_producer_version(BITDESK_VERSION);
    proto.add_opset_import()->set_version(kOnnxOpset);
    if (!style.domain.empty()) {
        auto& own = *proto.add_opset_import();
        own.set_domain(style.domain);
        own.set_version(1);
    }
    describe(proto, input, mix);
    proto.mutable_graph()->Swap(&graph.proto());
    proto.mutable_graph()->set_name("main_graph");
    mix.bytes = checkedBytes(proto, input.model.name);
    return mix;
}

}  // namespace bitdesk
