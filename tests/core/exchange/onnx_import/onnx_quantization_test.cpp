// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "tests/core/exchange/onnx_import/onnx_file_builder.h"

namespace bitdesk {
namespace {

using test::OnnxFile;

/// An image of 4 channels through a convolution, a quantizer for its weights and one for its input.
struct Quantized : OnnxFile {
    Quantized() { input({1, 4, 8, 8}); }
    std::string rounded(const std::string& from, float scale, int zero, int type) {
        const std::string s = scalar(scale), z = codes({}, {zero}, type);
        return value("DequantizeLinear", {value("QuantizeLinear", {from, s, z}), s, z});
    }
    /// Weights 1, 2, 3, 4 a filter times its scale, less 1.
    std::string weights() {
        std::vector<int> numbers(16);
        for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i % 4) + 2;
        auto& node = OnnxFile::node("DequantizeLinear",
                                    {codes({4, 4, 1, 1}, numbers, onnx::TensorProto::INT8), floats({4}, {1, 2, 4, 8}),
                                     codes({4}, {1, 1, 1, 1}, onnx::TensorProto::INT8)});
        setAttribute(node, "axis", std::int64_t{0});
        return node.output(0);
    }
};

TEST(OnnxQuantization, ScalesAreKeptAndWeightsMadeReal) {
    Quantized file;
    const std::string image = file.rounded("x", 0.02F, 128, onnx::TensorProto::UINT8);
    const std::string stem = file.value("Relu", {file.value("Conv", {image, file.weights()})});
    const std::string again = file.rounded(stem, 0.5F, 0, onnx::TensorProto::UINT8);
    file.value("Conv", {again, file.weights()});
    file.classifier(file.last(), 4, 3);
    const OnnxImport import = file.import();
    EXPECT_EQ(test::operations(import.model.network), "input conv2d norm relu conv2d norm avg_pool linear");
    EXPECT_EQ((std::vector<float>(import.model.layers[0].weight.begin() + 8, import.model.layers[0].weight.end())),
              (std::vector<float>{4, 8, 12, 16, 8, 16, 24, 32}));
    ASSERT_EQ(import.activationCodes.size(), 2U);
    EXPECT_EQ(import.activationCodes.at(import.model.network.layers()[0].name), (ActivationGrid{0.02F, 128, 0, 255}));
    EXPECT_EQ(import.activationCodes.at(import.model.network.layers()[1].name), (ActivationGrid{0.5F, 0, 0, 255}));
    EXPECT_FALSE(import.notes.empty());
}

TEST(OnnxQuantization, CodesThatEndAtZeroAreAReluThatAToolLeftOut) {
    Quantized file;
    const std::string stem = file.value("Conv", {"x", file.weights()});
    const std::string again = file.rounded(stem, 0.5F, -128, onnx::TensorProto::INT8);
    file.value("Conv", {again, file.weights()});
    file.classifier(file.last(), 4, 3);
    const OnnxImport import = file.import();
    EXPECT_EQ(test::operations(import.model.network), "input conv2d norm relu conv2d norm avg_pool linear");
    EXPECT_EQ(test::first<ActivationAttributes>(import.model.network), relu(127.5));
    EXPECT_FALSE(import.model.network.layers()[1].signedInput);
}

TEST(OnnxQuantization, WeightsMayBeRoundedInTheGraph) {
    Quantized file;
    const std::string s = file.scalar(0.5F), z = file.codes({}, {0}, onnx::TensorProto::INT8);
    const std::string codes =
        file.value("QuantizeLinear", {file.floats({1, 4, 1, 1}, {0.25F, 0.75F, 100, -0.6F}), s, z});
    file.value("Conv", {"x", file.value("DequantizeLinear", {codes, s, z})});
    file.classifier(file.last(), 1, 3);
    EXPECT_EQ(file.import().model.layers[0].weight, (std::vector<float>{0, 1, 63.5F, -0.5F}));  // half to even
}

}  // namespace
}  // namespace bitdesk
