// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_exporter.h"

#include <onnx/checker.h>
#include <onnx/defs/schema.h>
#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/model/meta_model.h"
#include "tests/core/exchange/exported_graph.h"

namespace bitdesk::test {
namespace {

constexpr const char* kGraphFormats[] = {"onnx", "qonnx"};

TEST(OnnxExporter, EveryMixPassesTheChecker) {
    const MetaModel model = tinyModel();
    for (const char* format : kGraphFormats)
        for (const int first : {2, 3, 4})
            for (const int second : {2, 3, 4}) {
                const auto graph = exported(model, {{first, second}}, format);
                EXPECT_NO_THROW(onnx::checker::check_model(graph.proto));
            }
}

TEST(OnnxExporter, AMixThatDoesNotFitIsRefused) {
    const MetaModel model = tinyModel();
    for (const char* format : kGraphFormats) {
        EXPECT_THROW(exported(model, {{4, 5}}, format), Error);
        EXPECT_THROW(exported(model, {{4}}, format), Error);
    }
}

TEST(OnnxExporter, TheFileSaysWhatItIs) {
    const auto graph = exported(tinyModel(), {{2, 3}});
    EXPECT_EQ(graph.fact("bitdesk.bits"), R"({"body":2,"tail":3})");
    EXPECT_EQ(graph.fact("bitdesk.opset"), "13");
    EXPECT_NE(graph.fact("bitdesk.normalization").find("mean"), std::string::npos);
    EXPECT_FALSE(graph.notes.empty());
    for (const std::string& note : graph.notes) EXPECT_NE(graph.fact("bitdesk.rounding").find(note), std::string::npos);
    ASSERT_EQ(graph.proto.opset_import_size(), 1);
    EXPECT_EQ(graph.proto.opset_import(0).version(), kOnnxOpset);
    EXPECT_NE(graph.proto.doc_string().find("0 … 255"), std::string::npos);
}

TEST(OnnxExporter, TheFileSaysWhoWasTriedAndWhatIsNotConverted) {
    const auto says = [](const ExportedGraph& graph, const char* part) {
        return graph.fact("bitdesk.rounding").find(part) != std::string::npos;
    };
    const auto plain = exported(tinyModel(), {{2, 3}});
    for (const char* program : {"onnxruntime 1.", "OpenVINO 20", "INFERENCE_PRECISION_HINT f32", "OpenCV 5."})
        EXPECT_TRUE(says(plain, program)) << program;
    EXPECT_TRUE(says(exported(tinyModel(), {{2, 3}}, "qonnx"), "zero point of -0.5. qonnx-convert"));
    const MetaModel rounded = randomModel(tinyNetwork(), {2, 4}, 1, "rounded");
    EXPECT_FALSE(says(exported(rounded, {{2, 4}}, "qonnx"), "zero point of -0.5"));
}

TEST(OnnxExporter, PixelsGoInAndLogitsComeOut) {
    const auto graph = exported(tinyModel(), {{4, 4}});
    ASSERT_EQ(graph.proto.graph().input_size(), 1);
    const auto& input = graph.proto.graph().input(0);
    EXPECT_EQ(input.name(), "pixels");
    const auto& shape = input.type().tensor_type().shape();
    ASSERT_EQ(shape.dim_size(), 4);
    EXPECT_EQ(shape.dim(0).dim_param(), "N");
    EXPECT_EQ(shape.dim(1).dim_value(), 2);
    ASSERT_EQ(graph.proto.graph().output_size(), 1);
    EXPECT_EQ(graph.proto.graph().output(0).name(), "logits");
    EXPECT_EQ(
        exported(tinyModel(), {{4, 4}}, "qonnx").proto.graph().input(0).type().tensor_type().shape().dim(0).dim_value(),
        1);
}

TEST(OnnxExporter, NodesHaveTheNetworksNames) {
    const auto graph = exported(tinyModel(), {{4, 4}});
    for (const auto& [name, op] : std::vector<std::pair<std::string, std::string>>{{"stem", "Conv"},
                                                                                   {"stem.norm", "BatchNormalization"},
                                                                                   {"stem.relu", "Relu"},
                                                                                   {"body.input", "QuantizeLinear"},
                                                                                   {"add", "Add"},
                                                                                   {"relu", "Relu"},
                                                                                   {"pool", "GlobalAveragePool"},
                                                                                   {"classifier", "Gemm"}}) {
        ASSERT_NE(graph.node(name), nullptr) << name;
        EXPECT_EQ(graph.node(name)->op_type(), op) << name;
    }
}

TEST(OnnxExporter, AReluWithAnEndIsAClip) {
    auto nodes = test::tinyNodes();
    test::nodeNamed(nodes, "relu").attributes = relu(6);
    const auto graph = exported(randomModel(Network("tiny", nodes), {2, 4}, 1), {{4, 2}});
    ASSERT_NE(graph.node("relu"), nullptr);
    EXPECT_EQ(graph.node("relu")->op_type(), "Clip");
    EXPECT_EQ(graph.values<float>(graph.node("relu")->input(2)), std::vector<float>{6});
}

TEST(OnnxExporter, HardSwishIsItsOperationsInTheirOrder) {
    auto nodes = test::tinyNodes();
    test::nodeNamed(nodes, "relu").attributes = ActivationAttributes{ActivationKind::HardSwish};
    const auto graph = exported(randomModel(Network("tiny", nodes), {2, 4}, 1), {{4, 2}});
    std::vector<std::string> operations;
    for (const auto& node : graph.proto.graph().node())
        if (node.name().starts_with("relu")) operations.push_back(node.op_type());
    EXPECT_EQ(operations, (std::vector<std::string>{"Add", "Clip", "Mul", "Div"}));
    EXPECT_EQ(graph.values<float>("relu.addend"), std::vector<float>{3});
    EXPECT_EQ(graph.values<float>("relu.divisor"), std::vector<float>{6});
}

TEST(OnnxExporter, TheNormIsTheTransitionsOwn) {
    const MetaModel model = tinyModel();
    const int node = model.network.findNode("tail.norm");
    const NormParameters& table = model.norms.at(node);
    const auto graph = exported(model, {{2, 4}});
    const auto variances = graph.values<float>("tail.norm.var");
    const auto expected = table.var.row(0, 2);
    EXPECT_EQ(variances, std::vector<float>(expected.begin(), expected.end()));
}

/// A linear layer over a map of two channels, which the network counts channels last.
std::vector<Node> mapNodes() {
    LinearAttributes classifier;
    classifier.outFeatures = 2;
    return {{"input", {}, InputAttributes{{2, 3, 2}}},
            {"flatten", {"input"}, FlattenAttributes{}},
            {"classifier.input", {"flatten"}, QuantizeAttributes{"classifier", true}},
            {"classifier", {"classifier.input"}, classifier}};
}

TEST(OnnxExporter, AMapIsFlattenedChannelsLast) {
    const auto graph = exported(randomModel(Network("map", mapNodes()), {4}, 1), {{4}});
    ASSERT_NE(graph.node("classifier.flatten.channels_last"), nullptr);
    const auto& perm = graph.node("classifier.flatten.channels_last")->attribute(0).ints();
    EXPECT_EQ(std::vector<std::int64_t>(perm.begin(), perm.end()), (std::vector<std::int64_t>{0, 2, 3, 1}));
}

/// A layer and both pools, none of them global.
std::vector<Node> windowNodes() {
    Conv2dAttributes conv;
    conv.outChannels = 3;
    conv.kernelHeight = conv.kernelWidth = 2;
    PoolAttributes pool;
    pool.kernelHeight = pool.kernelWidth = 2;
    LinearAttributes classifier;
    classifier.outFeatures = 2;
    return {{"input", {}, InputAttributes{{4, 4, 1}}},
            {"conv.input", {"input"}, QuantizeAttributes{"conv", true}},
            {"conv", {"conv.input"}, conv},
            {"max", {"conv"}, MaxPoolAttributes{pool}},
            {"average", {"max"}, AvgPoolAttributes{pool}},
            {"flatten", {"average"}, FlattenAttributes{}},
            {"classifier.input", {"flatten"}, QuantizeAttributes{"classifier", true}},
            {"classifier", {"classifier.input"}, classifier}};
}

// What a tool does not know the default of, it takes for missing. The onnx library's own list of attributes is the
// measure; left out are those of training, of a layout that no graph here has, and auto_pad, which `pads` replaces.
TEST(OnnxExporter, EveryAttributeThatDecidesAResultIsWritten) {
    const MetaModel model = randomModel(Network("windows", windowNodes()), {2, 4}, 1);
    for (const char* format : kGraphFormats) {
        const auto graph = exported(model, {{2, 4}}, format);
        for (const char* op : {"Conv", "Gemm", "MaxPool", "AveragePool", "Flatten"})
            EXPECT_EQ(graph.count(op), 1) << op;
        for (const auto& node : graph.proto.graph().node()) {
            const auto* schema = onnx::OpSchemaRegistry::Schema(node.op_type(), kOnnxOpset, node.domain());
            if (schema == nullptr) continue;  // Quant is not ONNX's
            for (const auto& [name, attribute] : schema->attributes()) {
                const bool exempt = name == "auto_pad" || name == "momentum" || name == "storage_order" ||
                                    (node.op_type() == "QuantizeLinear" && name == "axis") ||  // its scales are scalars
                                    (node.op_type() == "DequantizeLinear" && name == "axis");
                const bool written =
                    std::ranges::any_of(node.attribute(), [&](const auto& own) { return own.name() == name; });
                EXPECT_TRUE(written || exempt) << node.name() << " (" << node.op_type() << ") lacks " << name;
            }
        }
    }
}

// OpenCV's classic engine divides by the pixels inside the map, whatever count_include_pad says: 9 % of the classes
// were the same with pads in the pool, all with a Pad before it.
TEST(OnnxExporter, AnAverageOverZerosHasThemAsANode) {
    auto nodes = windowNodes();
    auto& pool = std::get<AvgPoolAttributes>(nodeNamed(nodes, "average").attributes);
    pool.pad(1, 0);
    const auto graph = exported(randomModel(Network("windows", nodes), {2, 4}, 1), {{2, 4}});
    ASSERT_NE(graph.node("average.pad"), nullptr);
    EXPECT_EQ(graph.values<std::int64_t>("average.pad.pads"), (std::vector<std::int64_t>{0, 0, 1, 0, 0, 0, 1, 0}));
    EXPECT_EQ(graph.node("average")->input(0), "average.pad");
    for (const auto& attribute : graph.node("average")->attribute()) {
        const bool isPads = attribute.name() == "pads";
        EXPECT_TRUE(!isPads || std::ranges::all_of(attribute.ints(), [](auto pad) { return pad == 0; }));
    }
    EXPECT_EQ(exported(randomModel(Network("windows", windowNodes()), {2, 4}, 1), {{2, 4}}).count("Pad"), 0);
}

TEST(OnnxExporter, AttributesAreThoseOfTheLayer) {
    const auto graph = exported(randomModel(Network("windows", windowNodes()), {2, 4}, 1), {{2, 4}});
    const auto integers = [&](const char* node, const char* name) {
        for (const auto& attribute : graph.node(node)->attribute())
            if (attribute.name() == name)
                return std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end());
        return std::vector<std::int64_t>{};
    };
    EXPECT_EQ(integers("conv", "dilations"), (std::vector<std::int64_t>{1, 1}));
    EXPECT_EQ(integers("conv", "pads"), (std::vector<std::int64_t>{0, 0, 0, 0}));
    EXPECT_EQ(integers("max", "dilations"), (std::vector<std::int64_t>{1, 1}));
    EXPECT_EQ(integers("average", "kernel_shape"), (std::vector<std::int64_t>{2, 2}));
    std::map<std::string, float> gemm;
    for (const auto& attribute : graph.node("classifier")->attribute())
        gemm[attribute.name()] = attribute.type() == onnx::AttributeProto::FLOAT ? attribute.f() : float(attribute.i());
    EXPECT_EQ(gemm, (std::map<std::string, float>{{"alpha", 1}, {"beta", 1}, {"transA", 0}, {"transB", 1}}));
}

TEST(OnnxExporter, ANameThatIsTakenGetsANumber) {
    auto nodes = mapNodes();
    nodeNamed(nodes, "flatten").inputs = {"pixels"};
    nodes.insert(nodes.begin() + 1, Node{"pixels", {"input"}, relu()});
    const auto graph = exported(randomModel(Network("map", nodes), {4}, 1), {{4}});
    EXPECT_NE(graph.node("pixels_1"), nullptr);
    EXPECT_EQ(graph.proto.graph().input(0).name(), "pixels");
}

/// Weights of the file in the model's order.
double weightAt(const std::vector<double>& oihw, const Layer& layer, std::size_t index) {
    const auto channels = static_cast<std::size_t>(layer.inputChannelsPerGroup());
    const auto area = static_cast<std::size_t>(layer.kernelHeight) * static_cast<std::size_t>(layer.kernelWidth);
    const std::size_t n = index / (area * channels), k = index / channels % area, c = index % channels;
    return oihw[(n * channels + c) * area + k];
}

/// What DequantizeLinear, and the half step where there is one, make of a layer's integers.
std::vector<double> decoded(const ExportedGraph& graph, const std::string& name) {
    const auto codes = graph.values<std::int8_t>(name + ".weight");
    const auto scales = graph.values<float>(name + ".weight.scale");
    const bool half = graph.tensor(name + ".weight.half_step") != nullptr;
    const auto halves = half ? graph.values<float>(name + ".weight.half_step") : std::vector<float>(scales.size(), 0);
    std::vector<double> values;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::size_t filter = i / (codes.size() / scales.size());
        values.push_back(double{scales[filter]} * codes[i] + halves[filter]);
    }
    return values;
}

void expectWeights(const MetaModel& model, const BitConfiguration& bits) {
    const auto graph = exported(model, bits), quants = exported(model, bits, "qonnx");
    for (std::size_t i = 0; i < model.network.layers().size(); ++i) {
        const Layer& layer = model.network.layers()[i];
        const int width = layer.quantizable() ? bits[static_cast<std::size_t>(layer.quantizableIndex)] : 8;
        const auto codes = codesAt(model, static_cast<int>(i), width);
        const auto scales = weightScalesAt(model, static_cast<int>(i), width);
        const auto found = decoded(graph, layer.name);
        const auto floats = quants.values<float>(layer.name + ".weight");
        ASSERT_EQ(found.size(), codes.size());
        for (std::size_t w = 0; w < codes.size(); ++w) {
            const double scale = scales[w / (codes.size() / scales.size())];
            const double weight = scale * (codes[w] + model.weightQuantizer().offset / 2.0);
            EXPECT_NEAR(weightAt(found, layer, w), weight, 1e-6 * scale) << layer.name;
            EXPECT_NEAR(weightAt({floats.begin(), floats.end()}, layer, w), weight, 1e-5 * scale) << layer.name;
        }
    }
}

TEST(OnnxExporter, WeightsAreWorthWhatTheModelSays) {
    expectWeights(tinyModel(), {{2, 4}});
    expectWeights(randomModel(tinyNetwork(), {7, 8}, 3), {{7, 8}});
}

TEST(OnnxQdq, OddIntegersUpToSevenBitsAndAHalfStepAbove) {
    const auto graph = exported(randomModel(tinyNetwork(), {7, 8}, 3), {{7, 8}});
    EXPECT_EQ(graph.tensor("body.weight.half_step"), nullptr);
    for (const std::int8_t code : graph.values<std::int8_t>("body.weight")) EXPECT_NE(code % 2, 0);
    EXPECT_NE(graph.tensor("tail.weight.half_step"), nullptr);
}

TEST(OnnxQdq, FewerThanEightBitsAreClipped) {
    const MetaModel model = tinyModel();
    const auto graph = exported(model, {{3, 4}});
    const float scale = model.layers[1].actScale[1];
    EXPECT_EQ(graph.values<float>("body.input.scale"), std::vector<float>{scale});
    EXPECT_EQ(graph.values<float>("body.input.lowest"), std::vector<float>{0.0F});
    EXPECT_EQ(graph.values<float>("body.input.highest"), std::vector<float>{7 * scale});
    EXPECT_EQ(graph.values<float>("stem.input.lowest"), std::vector<float>{-127 * model.layers[0].actScale[0]});
    EXPECT_EQ(graph.node("classifier.input.clip"), nullptr) << "uint8 saturates by itself";
    EXPECT_EQ(graph.tensor("stem.input.zero_point")->data_type(), onnx::TensorProto::INT8);
    EXPECT_EQ(graph.tensor("body.input.zero_point")->data_type(), onnx::TensorProto::UINT8);
    EXPECT_EQ(graph.count("QuantizeLinear"), 4);
}

TEST(QonnxQuant, EveryTensorStatesItsBits) {
    const auto graph = exported(tinyModel(), {{2, 3}}, "qonnx");
    EXPECT_EQ(graph.count("Quant"), 8);
    for (const auto& [name, bits] : std::vector<std::pair<std::string, float>>{
             {"stem", 8.0F}, {"body", 2.0F}, {"tail", 3.0F}, {"classifier", 8.0F}}) {
        EXPECT_EQ(graph.values<float>(name + ".input.bits"), std::vector<float>{bits});
        EXPECT_EQ(graph.values<float>(name + ".weight.bits"), std::vector<float>{bits});
        EXPECT_EQ(graph.tensor(name + ".weight.bits")->dims_size(), 0) << "a scalar";
        EXPECT_EQ(graph.node(name + ".weight.quant")->domain(), "qonnx.custom_op.general");
    }
}

}  // namespace
}  // namespace bitdesk::test
