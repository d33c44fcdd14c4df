// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/to_index.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/exchange/onnx_import/onnx_file_builder.h"

namespace bitdesk {
namespace {

using test::first;
using test::OnnxFile;
using test::operations;
using Whole = std::vector<std::int64_t>;

const FloatModel::Norm& firstNorm(const OnnxImport& import) { return import.model.norms.begin()->second; }

/// The image through a convolution, a few nodes, and a classifier of 3 classes.
struct Small : OnnxFile {
    explicit Small(int opset = 17, const Whole& image = {1, 2, 8, 8}) : OnnxFile(opset) { input(image); }
    OnnxImport classified(std::int64_t channels) {
        classifier(last(), channels, 3);
        return import();
    }
};

TEST(OnnxImport, AConvolutionKeepsWeightsWindowAndBias) {
    Small file;
    auto& conv = file.node("Conv", {"x", file.counted({4, 1, 3, 2}, "net.stem.weight"), file.counted({4})});
    setAttribute(conv, "group", std::int64_t{2});
    setAttribute(conv, "strides", Whole{2, 1});
    setAttribute(conv, "pads", Whole{1, 0, 2, 1});
    setAttribute(conv, "dilations", Whole{1, 2});
    const OnnxImport import = file.classified(4);
    EXPECT_EQ(operations(import.model.network), "input conv2d norm avg_pool linear");
    const auto& made = first<Conv2dAttributes>(import.model.network);
    EXPECT_EQ(made.groups, 2);
    EXPECT_EQ(made.fixedBits, 8);
    EXPECT_FALSE(made.hasBias);  // the norm behind it has it
    WindowAttributes window{.kernelHeight = 3, .kernelWidth = 2, .strideHeight = 2};
    window.paddingTop = 1;
    window.paddingBottom = 2;
    window.paddingRight = 1;
    window.dilationWidth = 2;
    EXPECT_EQ(static_cast<const WindowAttributes&>(made), window);
    const auto& weight = import.model.layers[0].weight;  // [N, KH, KW, 1]: as ONNX has it, with one channel a group
    for (std::size_t i = 0; i < weight.size(); ++i) EXPECT_EQ(weight[i], static_cast<float>(i + 1));
    EXPECT_EQ(firstNorm(import).beta, (std::vector<float>{1, 2, 3, 4}));
    EXPECT_NE(import.model.network.findLayer("net.stem"), nullptr);
    EXPECT_EQ(import.model.network.nodes()[3].name, "net.stem.norm");
    EXPECT_FALSE(import.normalizationKnown);
}

TEST(OnnxImport, WeightsStandInTheOrderOfTheMap) {
    Small file;
    file.node("Conv", {"x", file.counted({1, 2, 1, 3})});
    const OnnxImport import = file.classified(1);
    // [C, KW] = [[1, 2, 3], [4, 5, 6]] become [KW, C].
    EXPECT_EQ(import.model.layers[0].weight, (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST(OnnxImport, SamePaddingHasItsOddPixelBehindOrBefore) {
    for (const char* way : {"SAME_UPPER", "SAME_LOWER"}) {
        Small file;
        auto& conv = file.node("Conv", {"x", file.counted({4, 2, 3, 3})});
        setAttribute(conv, "strides", Whole{2, 2});
        setAttribute(conv, "auto_pad", std::string(way));
        const OnnxImport import = file.classified(4);
        const auto& made = first<Conv2dAttributes>(import.model.network);
        EXPECT_EQ(made.paddingTop + made.paddingBottom, 1);
        EXPECT_EQ(made.paddingBottom, std::string(way) == "SAME_UPPER" ? 1 : 0);
        EXPECT_EQ(import.model.network.layers()[0].output, (Shape{4, 4, 4}));
    }
}

TEST(OnnxImport, ARowIsAMapOneHigh) {
    Small file(17, {1, 2, 9});
    auto& conv = file.node("Conv", {"x", file.counted({3, 2, 5})});
    setAttribute(conv, "pads", Whole{2, 2});
    const OnnxImport import = file.classified(3);
    const auto& made = first<Conv2dAttributes>(import.model.network);
    EXPECT_EQ(made.kernelHeight, 1);
    EXPECT_EQ(made.kernelWidth, 5);
    EXPECT_EQ(import.model.network.layers()[0].output, (Shape{1, 9, 3}));
}

TEST(OnnxImport, WeightsBehindAFlattenAreReordered) {
    Small file(17, {1, 3, 2, 4});
    file.value("Flatten", {"x"});
    file.node("Gemm", {file.last(), file.counted({24, 1})});
    const OnnxImport import = file.import();
    EXPECT_EQ(operations(import.model.network), "input flatten linear");
    for (int c = 0; c < 3; ++c)
        for (int h = 0; h < 2; ++h)
            for (int w = 0; w < 4; ++w)
                EXPECT_EQ(import.model.layers[0].weight[toIndex((h * 4 + w) * 3 + c)],
                          static_cast<float>((c * 2 + h) * 4 + w + 1));
}

TEST(OnnxImport, GemmScalesAndTransposes) {
    Small file;
    const std::string flat = file.value("Flatten", {file.value("GlobalAveragePool", {"x"})});
    auto& gemm = file.node("Gemm", {flat, file.counted({2, 3}), file.counted({1, 3})});
    setAttribute(gemm, "alpha", 2.0F);
    setAttribute(gemm, "beta", 3.0F);
    const OnnxImport import = file.import();
    const auto& layer = import.model.layers[0];
    EXPECT_EQ(layer.weight, (std::vector<float>{2, 8, 4, 10, 6, 12}));
    ASSERT_EQ(layer.bias.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(layer.bias[i], 3 * static_cast<float>(i + 1));
}

TEST(OnnxImport, AMatrixOnTheLastAxisIsAConvolutionOfOnePixel) {
    Small file;
    auto& there = file.node("Transpose", {"x"});
    setAttribute(there, "perm", Whole{0, 2, 3, 1});
    file.value("Add", {file.value("MatMul", {there.output(0), file.counted({2, 4})}), file.counted({4})});
    auto& back = file.node("Transpose", {file.value("Relu", {file.last()})});
    setAttribute(back, "perm", Whole{0, 3, 1, 2});
    const OnnxImport import = file.classified(4);
    EXPECT_EQ(operations(import.model.network), "input conv2d norm relu avg_pool linear");
    EXPECT_EQ(firstNorm(import).beta, (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(firstNorm(import).gamma, std::vector<float>(4, 1.0F));
    EXPECT_FLOAT_EQ(import.model.layers[0].weight[1], 5);  // of filter 0, channel 1: [2, 4] transposed
}

TEST(OnnxImport, ABatchNormKeepsItsStatisticsAndTakesABias) {
    Small file;
    file.value("Conv", {"x", file.counted({2, 2, 1, 1}, "c.weight"), file.floats({2}, {0.5F, 1})});
    auto& norm =
        file.node("BatchNormalization", {file.last(), file.floats({2}, {2, 3}, "bn.weight"), file.floats({2}, {4, 5}),
                                         file.floats({2}, {6, 7}), file.floats({2}, {8, 9})});
    setAttribute(norm, "epsilon", 0.001F);
    file.value("Relu", {file.last()});
    const OnnxImport import = file.classified(2);
    EXPECT_EQ(operations(import.model.network), "input conv2d norm relu avg_pool linear");
    const auto& attributes = first<NormAttributes>(import.model.network);
    EXPECT_EQ(attributes.to, "c");
    EXPECT_EQ(attributes.from, "");
    EXPECT_FLOAT_EQ(static_cast<float>(attributes.epsilon), 0.001F);
    EXPECT_EQ(firstNorm(import).mean, (std::vector<float>{5.5F, 6}));
    EXPECT_EQ(firstNorm(import).var, (std::vector<float>{8, 9}));
    EXPECT_GE(import.model.network.findNode("bn"), 0);
}

TEST(OnnxImport, NumbersOfChannelsBecomeOneNorm) {
    Small file;
    file.conv("x", 2, 2);
    file.value("Mul", {file.last(), file.floats({1, 2, 1, 1}, {2, 4})});
    file.value("Sub", {file.last(), file.floats({2, 1, 1}, {1, 2})});
    file.value("Div", {file.last(), file.scalar(2)});
    file.value("Relu", {file.last()});
    const OnnxImport import = file.classified(2);
    EXPECT_EQ(operations(import.model.network), "input conv2d norm relu avg_pool linear");
    EXPECT_EQ(firstNorm(import).gamma, (std::vector<float>{1, 2}));
    EXPECT_EQ(firstNorm(import).beta, (std::vector<float>{-0.5F, -1}));
    const double epsilon = first<NormAttributes>(import.model.network).epsilon;
    EXPECT_EQ(std::sqrt(static_cast<double>(firstNorm(import).var[0]) + epsilon), 1);
}

TEST(OnnxImport, TheClassifierTakesWhatIsAddedToIt) {
    Small file;
    file.conv("x", 2, 2);
    const std::string flat = file.value("Flatten", {file.value("GlobalAveragePool", {file.last()})});
    file.value("Add", {file.value("MatMul", {flat, file.counted({2, 3})}), file.counted({3})});
    const OnnxImport import = file.import();
    EXPECT_EQ(operations(import.model.network), "input conv2d norm avg_pool linear");
    EXPECT_EQ(import.model.layers[1].bias, (std::vector<float>{1, 2, 3}));
    EXPECT_EQ(import.model.network.layers()[1].fixedBits, 8);
}

TEST(OnnxImport, InputsOfLayersAreSignedWhereValuesMayBeNegative) {
    Small file;
    const std::string stem = file.conv("x", 2, 2);
    const std::string positive = file.conv(file.value("Relu", {stem}), 2, 2);
    const std::string sum = file.value("Add", {file.value("Relu", {positive}), file.value("Sigmoid", {stem})});
    const std::string tail = file.conv(sum, 2, 2);
    file.conv(file.value("Tanh", {tail}), 2, 2);
    const OnnxImport import = file.classified(2);
    std::vector<bool> isSigned;
    for (const Layer& layer : import.model.network.layers()) isSigned.push_back(layer.signedInput);
    EXPECT_EQ(isSigned, (std::vector<bool>{true, false, false, true, true}));
    EXPECT_EQ(import.model.network.quantizable().size(), 3U);
}

TEST(OnnxImport, TheLongerBranchOfASumComesFirst) {
    Small file;
    const std::string stem = file.value("Relu", {file.conv("x", 2, 2)});
    const std::string branch = file.conv(file.value("Relu", {file.conv(stem, 2, 2)}), 2, 2);
    file.value("Add", {stem, branch});
    const OnnxImport import = file.classified(2);
    const Network& network = import.model.network;
    const auto add = std::ranges::find_if(network.nodes(), [](const Node& n) { return n.as<AddAttributes>(); });
    EXPECT_EQ(network.nodes()[toIndex(network.findNode(add->inputs[0]))].as<NormAttributes>()->to,
              network.layers()[2].name);
}

TEST(OnnxImport, PaddingIsThatOfTheWindowBehindIt) {
    Small file;
    file.node("Pad", {"x", file.whole({0, 0, 1, 2, 0, 0, 3, 0})});
    auto& conv = file.node("Conv", {file.last(), file.counted({2, 2, 3, 3})});
    setAttribute(conv, "pads", Whole{1, 0, 0, 1});
    const OnnxImport import = file.classified(2);
    const auto& made = first<Conv2dAttributes>(import.model.network);
    EXPECT_EQ((std::vector<int>{made.paddingTop, made.paddingLeft, made.paddingBottom, made.paddingRight}),
              (std::vector<int>{2, 2, 3, 1}));
}

TEST(OnnxImport, TransposedImagesAreImages) {
    OnnxFile file;
    file.input({0, 8, 6, 3});
    auto& there = file.node("Transpose", {"x"});
    setAttribute(there, "perm", Whole{0, 3, 1, 2});
    file.conv(file.last(), 3, 2);
    file.classifier(file.last(), 2, 3);
    const OnnxImport import = file.import();
    EXPECT_EQ(import.model.network.inputShape(), (Shape{8, 6, 3}));
    EXPECT_EQ(operations(import.model.network), "input conv2d norm avg_pool linear");
}

TEST(OnnxImport, SizesThatAreOpenAreGiven) {
    OnnxFile file;
    file.input({0, 3, 0, 0});
    file.conv("x", 3, 2);
    file.classifier(file.last(), 2, 3);
    test::expectBadInput({"net.onnx: input 'x'", "leaves its height open", "224,224,3"}, [&] { file.import(); });
    EXPECT_EQ(file.import({.until = {}, .normalization = {}, .input = Shape{5, 7, 3}}).model.network.inputShape(),
              (Shape{5, 7, 3}));
    test::expectBadInput({"has the channels 3, not 1"}, [&] {
        file.import({.until = {}, .normalization = {}, .input = Shape{5, 7, 1}});
    });
}

TEST(OnnxImport, PreprocessingBecomesTheNormalization) {
    Small file;
    file.value("Sub", {file.value("Div", {"x", file.scalar(255)}), file.floats({1, 2, 1, 1}, {0.5F, 0.4F})});
    file.conv(file.value("Div", {file.last(), file.floats({1, 2, 1, 1}, {0.25F, 0.2F})}), 2, 2);
    const OnnxImport import = file.classified(2);
    EXPECT_EQ(operations(import.model.network), "input conv2d norm avg_pool linear");
    EXPECT_TRUE(import.normalizationKnown);
    EXPECT_FLOAT_EQ(import.model.normalization.mean[0], 0.5F);
    EXPECT_FLOAT_EQ(import.model.normalization.mean[1], 0.4F);
    EXPECT_FLOAT_EQ(import.model.normalization.std[0], 0.25F);
    EXPECT_FLOAT_EQ(import.model.normalization.std[1], 0.2F);
    // What the user says comes before what the graph does.
    const auto both =
        file.import({.until = {}, .normalization = Normalization{{0, 0}, {1 / 255.0F, 1 / 255.0F}}, .input = {}});
    EXPECT_FLOAT_EQ(both.model.normalization.mean[0], 0.5F);
    EXPECT_FLOAT_EQ(both.model.normalization.std[1], 0.2F);
}

TEST(OnnxImport, MetadataNameClassesAndNormalization) {
    Small file;
    file.conv("x", 2, 2);
    for (const auto& [key, value] : {std::pair("names", "{0: 'cat', 1: \"dog's\", 2: 'b'}"),
                                     std::pair("mean", "[127.5, 0]"), std::pair("std", "[51, 255]")}) {
        auto& entry = *file.proto.add_metadata_props();
        entry.set_key(key);
        entry.set_value(value);
    }
    const OnnxImport import = file.classified(2);
    EXPECT_EQ(import.model.classNames, (std::vector<std::string>{"cat", "dog's", "b"}));
    EXPECT_TRUE(import.normalizationKnown);
    EXPECT_FLOAT_EQ(import.model.normalization.mean[0], 0.5F);
    EXPECT_FLOAT_EQ(import.model.normalization.std[0], 0.2F);
}

TEST(OnnxImport, SoftmaxAtTheEndIsLeftOut) {
    Small file;
    file.conv("x", 2, 2);
    file.classifier(file.last(), 2, 3);
    file.value("Softmax", {file.last()});
    const OnnxImport import = file.import();
    EXPECT_EQ(operations(import.model.network), "input conv2d norm avg_pool linear");
    ASSERT_EQ(import.notes.size(), 1U);
    EXPECT_NE(import.notes[0].find("Softmax"), std::string::npos);
}

TEST(OnnxImport, ANetworkIsCutAtANode) {
    Small file;
    file.conv("x", 2, 2);
    file.classifier(file.last(), 2, 3);
    const std::string classes = file.last();
    setAttribute(file.node("Einsum", {classes}), "equation", std::string("ij->ji"));
    test::expectBadInput({"1 operation is not supported: Einsum (1: node", "until"}, [&] { file.import(); });
    EXPECT_EQ(file.import({.until = classes, .normalization = {}, .input = {}}).model.network.classes(), 3);
    test::expectBadInput({"has no node 'nose'"},
                         [&] { file.import({.until = "nose", .normalization = {}, .input = {}}); });
    test::expectBadInput({"has the shape [1, 2, 8, 8], not one number a class"},
                         [&] { file.import({.until = "node1", .normalization = {}, .input = {}}); });
}

}  // namespace
}  // namespace bitdesk
