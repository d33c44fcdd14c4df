// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "core/base/files.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/exchange/onnx_import/onnx_file_builder.h"

namespace bitdesk {
namespace {

using test::expectBadInput;
using test::OnnxFile;

/// A network that is whole, to be broken.
struct Whole : OnnxFile {
    explicit Whole(int opset = 17) : OnnxFile(opset) {
        input({1, 3, 8, 8});
        stem = conv("x", 3, 4);
        classifier(stem, 4, 3);
    }
    void refused(std::initializer_list<std::string> parts, const OnnxOptions& options = {}) {
        SCOPED_TRACE(*parts.begin());
        expectBadInput(parts, [&] { import(options); });
    }
    onnx::GraphProto& graph() { return *proto.mutable_graph(); }
    onnx::TensorProto& tensor(int index) { return *graph().mutable_initializer(index); }

    std::string stem;
};

TEST(OnnxRefusal, WhatIsNotSupportedIsToldAtOnce) {
    Whole file;
    const std::string classes = file.last();
    auto& other = file.node("Attention", {classes});
    other.set_domain("com.microsoft");
    auto& import = *file.proto.add_opset_import();
    import.set_domain("com.microsoft");
    import.set_version(1);
    file.value("Softmax", {file.value("Det", {file.value("Det", {file.value("Relu", {other.output(0)})})})});
    file.value("Relu", {file.last()});
    try {
        file.import();
        FAIL();
    } catch (const UnsupportedGraph& error) {
        ASSERT_EQ(error.operations().size(), 3U);
        EXPECT_EQ(error.operations()[0].op, "com.microsoft.Attention");
        EXPECT_EQ(error.operations()[1].op, "Det");
        EXPECT_EQ(error.operations()[1].count, 2);
        EXPECT_EQ(error.operations()[1].nodes.size(), 2U);
        EXPECT_EQ(error.operations()[2].op, "Softmax");  // not at the end
    }
}

TEST(OnnxRefusal, ACycle) {
    Whole file;
    file.graph().mutable_node(0)->set_input(0, file.graph().node(1).output(0));
    file.refused({"net.onnx: node 'node1' (Conv) reads the value", "cycle or is out of order"});
}

TEST(OnnxRefusal, ValuesThatNothingMakesOrTwoNodesMake) {
    Whole file;
    file.graph().mutable_node(1)->set_input(0, "nowhere");
    file.refused({"reads the value 'nowhere', which nothing makes"});
    Whole twice;
    twice.graph().mutable_node(1)->set_output(0, twice.stem);
    twice.refused({"which is there already"});
    Whole lost;
    lost.finish("gone");
    lost.refused({"nothing makes its output 'gone'"});
}

TEST(OnnxRefusal, TensorsThatAreNotAsLargeAsTheySay) {
    Whole file;
    file.tensor(0).add_float_data(1);
    file.refused({"net.onnx: tensor '1'", "has 13 values, its shape calls for 12"});
    Whole giant;
    giant.tensor(0).set_dims(0, std::int64_t{1} << 40);
    giant.refused({"tensor '1'", "more than 2^28 elements"});
    Whole negative;
    negative.tensor(0).set_dims(0, -4);
    negative.refused({"an extent below 0"});
    Whole odd;
    odd.tensor(0).set_data_type(onnx::TensorProto::COMPLEX64);
    odd.refused({"element type 14"});
    Whole infinite;
    infinite.tensor(0).set_float_data(0, std::numeric_limits<float>::infinity());
    infinite.refused({"the weight of", "NaN or infinity"});
}

TEST(OnnxRefusal, ShapesThatNobodyKnows) {
    Whole file;
    file.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
    file.refused({"input 'x'", "has no shape", "Say the images' height, width and channels"});
    EXPECT_EQ(file.import({.until = {}, .normalization = {}, .input = Shape{8, 8, 3}}).model.network.classes(), 3);
    Whole second;
    second.graph().add_input()->set_name("mask");
    second.refused({"has several inputs, and images are one: x, mask"});
}

TEST(OnnxRefusal, VersionsOfTomorrowAndOfLongAgo) {
    for (const int opset : {8, 25}) {
        Whole file(opset);
        file.refused({"means version " + std::to_string(opset), "9 to 24", "opset_version=18"});
    }
}

TEST(OnnxRefusal, SubgraphsAndTrainingMode) {
    Whole file(20);
    auto& branch = file.node("If", {file.last()});
    auto& attribute = *branch.add_attribute();
    attribute.set_name("then_branch");
    attribute.set_type(onnx::AttributeProto::GRAPH);
    attribute.mutable_g()->set_name("deep");
    file.refused({"If (1: "});
    Whole training(20);
    auto& norm = training.node("BatchNormalization", {training.stem, training.counted({4}), training.counted({4}),
                                                      training.counted({4}), training.counted({4})});
    setAttribute(norm, "training_mode", std::int64_t{1});
    training.classifier(training.last(), 4, 3);
    training.refused({"BatchNormalization (1", "model.eval()"});
}

TEST(OnnxRefusal, ANormWhoseEpsilonIsNoneOfBitdesks) {
    Whole file;
    auto& norm = file.node("BatchNormalization",
                           {file.stem, file.counted({4}), file.counted({4}), file.counted({4}), file.counted({4})});
    setAttribute(norm, "epsilon", 2.0F);
    file.classifier(file.last(), 4, 3);
    file.refused({"BatchNormalization (1", "epsilon lies between"});
}

TEST(OnnxRefusal, FilesThatAreNone) {
    OnnxFile file;
    for (const std::string& bytes : {std::string(), std::string("<html>"), std::string(100, '\xff')}) {
        writeFileAtomically(file.path(), bytes);
        expectBadInput({"net.onnx"}, [&] { importOnnx(file.path(), {}); });
    }
    Whole whole;
    whole.finish(whole.last());
    const std::string bytes = whole.proto.SerializeAsString();
    writeFileAtomically(whole.path(), bytes.substr(0, bytes.size() / 2));
    expectBadInput({"net.onnx"}, [&] { importOnnx(whole.path(), {}); });
}

TEST(OnnxRefusal, AFileOfEmptyNodesFillsNoMemory) {
    OnnxFile file;
    std::string graph;
    for (int i = 0; i < 4'000'000; ++i) graph += std::string("\x0a\x00", 2);
    std::string model = "\x3a", length;
    for (std::size_t left = graph.size(); left > 0; left >>= 7)
        length += static_cast<char>((left & 127U) | (left >= 128 ? 128U : 0U));
    writeFileAtomically(file.path(), model + length + graph);
    expectBadInput({"is no ONNX file, or a damaged one"}, [&] { importOnnx(file.path(), {}); });
}

/// The weights of the convolution in another file.
struct External : Whole {
    External() {
        const std::filesystem::path folder = path().parent_path();
        std::string bytes(16, '\0');
        for (const float value : tensor(0).float_data()) bytes.append(reinterpret_cast<const char*>(&value), 4);
        writeFileAtomically(folder / "weights.bin", bytes);
        tensor(0).clear_float_data();
        tensor(0).set_data_location(onnx::TensorProto::EXTERNAL);
        place("weights.bin", "16", "48");
    }
    void place(const std::string& file, const std::string& offset, const std::string& length) {
        tensor(0).clear_external_data();
        for (const auto& [key, value] :
             {std::pair("location", file), std::pair("offset", offset), std::pair("length", length)}) {
            auto& entry = *tensor(0).add_external_data();
            entry.set_key(key);
            entry.set_value(value);
        }
    }
};

TEST(OnnxExternalData, LieBesideTheFile) {
    External file;
    EXPECT_EQ(file.import().model.layers[0].weight[1], 2);
    file.place("weights.bin", "16", "44");
    file.refused({"tensor '1'", "has 44 bytes of data, its shape calls for 48"});
    file.place("weights.bin", "17", "48");
    file.refused({"beyond the end of 'weights.bin'"});
    file.place("weights.bin", "-1", "48");
    file.refused({"no number"});
    file.place("gone.bin", "0", "48");
    file.refused({"'gone.bin', which is not there", "one folder"});
}

TEST(OnnxExternalData, AndNowhereElse) {
    External file;
    const std::filesystem::path folder = file.path().parent_path();
    test::TemporaryFolder elsewhere;
    writeFileAtomically(elsewhere / "w.bin", std::string(64, '\0'));
    for (const std::string& name : {(elsewhere / "w.bin").string(), std::string("../w.bin"),
                                    std::string("a/../../w.bin"), std::string("weights.bin\0/", 13)}) {
        file.place(name, "0", "48");
        file.refused({"which is not below the file's own folder"});
    }
    std::filesystem::create_symlink(elsewhere / "w.bin", folder / "link.bin");
    file.place("link.bin", "0", "48");
    file.refused({"a link that leaves the file's own folder"});
    std::filesystem::create_symlink(folder / "weights.bin", folder / "inside.bin");
    file.place("inside.bin", "16", "48");
    EXPECT_EQ(file.import().model.layers[0].weight[1], 2);
    file.place(".", "0", "48");
    file.refused({"no file"});
}

}  // namespace
}  // namespace bitdesk
