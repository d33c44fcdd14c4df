// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>

#include "core/base/to_index.h"
#include "tests/core/exchange/onnx_import/onnx_file_builder.h"

namespace bitdesk {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using test::OnnxFile;

/// Seeded: a failure comes again.
class Damage {
public:
    explicit Damage(unsigned seed) : m_random(seed) {}

    std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(m_random); }

    /// Bytes changed, left out, put in.
    std::string ofBytes(std::string bytes) {
        for (std::size_t i = below(4) + 1; i > 0 && !bytes.empty(); --i) {
            const std::size_t at = below(bytes.size());
            switch (below(4)) {
                case 0: bytes[at] = static_cast<char>(below(256)); break;
                case 1: bytes.erase(at, below(20)); break;
                case 2: bytes.insert(at, below(9) + 1, static_cast<char>(below(256))); break;
                default: bytes.resize(at); break;
            }
        }
        return bytes;
    }

    /// A field somewhere below a message is cleared, doubled, or gets an odd value.
    void ofMessage(Message& message) {
        const Reflection& reflection = *message.GetReflection();
        std::vector<const FieldDescriptor*> fields;
        reflection.ListFields(message, &fields);
        if (fields.empty()) return;
        const FieldDescriptor& field = *fields[below(fields.size())];
        const bool inside = field.type() == FieldDescriptor::TYPE_MESSAGE && below(8) != 0;
        if (inside && field.is_repeated())
            return ofMessage(*reflection.MutableRepeatedMessage(&message, &field, chosen(message, field)));
        if (inside) return ofMessage(*reflection.MutableMessage(&message, &field));
        if (!field.is_repeated()) return change(message, field);
        const int size = reflection.FieldSize(message, &field);
        if (below(3) == 0) reflection.RemoveLast(&message, &field);
        else if (below(2) == 0) reflection.SwapElements(&message, &field, chosen(message, field), size - 1);
        else changeElement(message, field);
    }

private:
    int chosen(const Message& message, const FieldDescriptor& field) {
        return static_cast<int>(below(toIndex(message.GetReflection()->FieldSize(message, &field))));
    }
    std::int64_t oddNumber() {
        constexpr std::array<std::int64_t, 12> kOdd{
            0, 1, -1, 2, 3, 7, 255, 1 << 20, std::int64_t{1} << 31, INT64_MAX, INT64_MIN, 1000003};
        return kOdd.at(below(kOdd.size()));
    }
    float oddReal() {
        constexpr std::array<float, 6> kOdd{0, -1, 1e30F, 1e-30F, __builtin_nanf(""), __builtin_inff()};
        return kOdd.at(below(kOdd.size()));
    }
    std::string oddText() {
        static const std::vector<std::string> kOdd{
            "",        "x",          "1",       "Conv",           "Reshape", "Concat",
            "Gather",  "MatMul",     "MaxPool", "QuantizeLinear", "Mul",     "Add",
            "Softmax", "SAME_UPPER", "axis",    "pads",           "../x",    std::string(300, 'n')};
        return kOdd[below(kOdd.size())];
    }
    void change(Message& message, const FieldDescriptor& field) {
        const Reflection& reflection = *message.GetReflection();
        switch (field.cpp_type()) {
            case FieldDescriptor::CPPTYPE_INT32:
                return reflection.SetInt32(&message, &field, static_cast<int>(oddNumber()));
            case FieldDescriptor::CPPTYPE_INT64: return reflection.SetInt64(&message, &field, oddNumber());
            case FieldDescriptor::CPPTYPE_FLOAT: return reflection.SetFloat(&message, &field, oddReal());
            case FieldDescriptor::CPPTYPE_STRING: return reflection.SetString(&message, &field, oddText());
            default: return reflection.ClearField(&message, &field);
        }
    }
    void changeElement(Message& message, const FieldDescriptor& field) {
        const Reflection& reflection = *message.GetReflection();
        const int at = chosen(message, field);
        switch (field.cpp_type()) {
            case FieldDescriptor::CPPTYPE_INT64: return reflection.SetRepeatedInt64(&message, &field, at, oddNumber());
            case FieldDescriptor::CPPTYPE_FLOAT: return reflection.SetRepeatedFloat(&message, &field, at, oddReal());
            case FieldDescriptor::CPPTYPE_STRING: return reflection.SetRepeatedString(&message, &field, at, oddText());
            case FieldDescriptor::CPPTYPE_MESSAGE: {
                const std::unique_ptr<Message> copy(reflection.GetRepeatedMessage(message, &field, at).New());
                copy->CopyFrom(reflection.GetRepeatedMessage(message, &field, at));
                return reflection.AddMessage(&message, &field)->CopyFrom(*copy);
            }
            default: return reflection.RemoveLast(&message, &field);
        }
    }

    std::mt19937 m_random;
};

using Whole = std::vector<std::int64_t>;

/// Sums, shuffles, shapes that are computed.
void addBranches(OnnxFile& file) {
    file.input({1, 4, 8, 8});
    const std::string stem = file.value("Relu", {file.conv("x", 4, 4)});
    auto& shape = file.node("Concat", {file.whole({1, 2}), file.whole({-1, 8, 8})});
    setAttribute(shape, "axis", std::int64_t{0});
    auto& turned = file.node("Transpose", {file.value("Reshape", {stem, shape.output(0)})});
    setAttribute(turned, "perm", Whole{0, 2, 1, 3, 4});
    file.value("Reshape", {file.last(), file.whole({0, -1, 8, 8})});
    auto& split = file.node("Split", {file.last(), file.whole({1, 3})}, 2);
    setAttribute(split, "axis", std::int64_t{1});
    const std::string left = split.output(0), right = split.output(1);
    auto& joined = file.node("Concat", {right, left});
    setAttribute(joined, "axis", std::int64_t{1});
    file.classifier(file.value("Add", {joined.output(0), stem}), 4, 3);
}

/// Pools, padding, gates, norms.
void addWindows(OnnxFile& file) {
    file.input({0, 3, 8, 8});
    file.node("Pad", {"x", file.whole({0, 0, 1, 1, 0, 0, 1, 1})});
    auto& conv = file.node("Conv", {file.last(), file.counted({4, 3, 3, 3}), file.counted({4})});
    setAttribute(conv, "strides", Whole{1, 1});
    file.value("BatchNormalization",
               {file.last(), file.counted({4}), file.counted({4}), file.counted({4}), file.counted({4})});
    const std::string x = file.value("Clip", {file.last(), file.scalar(0), file.scalar(6)});
    auto& pool = file.node("MaxPool", {x});
    setAttribute(pool, "kernel_shape", Whole{2, 2});
    setAttribute(pool, "strides", Whole{2, 2});
    const std::string gate =
        file.value("Sigmoid", {file.conv(file.value("GlobalAveragePool", {pool.output(0)}), 4, 4)});
    file.classifier(file.value("Mul", {pool.output(0), gate}), 4, 3);
}

/// Channels last, a flatten, quantizers.
void addLayouts(OnnxFile& file) {
    file.input({1, 6, 6, 3});
    auto& there = file.node("Transpose", {"x"});
    setAttribute(there, "perm", Whole{0, 3, 1, 2});
    const std::string s = file.scalar(0.1F), z = file.codes({}, {0}, onnx::TensorProto::UINT8);
    file.value("DequantizeLinear", {file.value("QuantizeLinear", {file.conv(there.output(0), 3, 2), s, z}), s, z});
    auto& back = file.node("Transpose", {file.last()});
    setAttribute(back, "perm", Whole{0, 2, 3, 1});
    file.node("LayerNormalization", {back.output(0), file.counted({2}), file.counted({2})});
    const std::string rows =
        file.value("Add", {file.value("MatMul", {file.last(), file.counted({2, 4})}), file.counted({4})});
    file.node("Gemm", {file.value("Flatten", {rows}), file.counted({144, 3}), file.counted({3})});
}

std::vector<onnx::ModelProto> wholeFiles() {
    std::vector<onnx::ModelProto> files;
    for (void (*add)(OnnxFile&) : {addBranches, addWindows, addLayouts}) {
        OnnxFile file;
        add(file);
        (void)file.import();  // the whole file is read
        files.push_back(file.proto);
    }
    return files;
}

/// How many damaged files: BITDESK_FUZZ_ROUNDS, or a few hundred.
unsigned rounds() {
    const char* wanted = std::getenv("BITDESK_FUZZ_ROUNDS");
    return wanted == nullptr ? 300 : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
}

TEST(OnnxFuzz, ADamagedFileIsReadOrRefused) {
    const std::vector<onnx::ModelProto> files = wholeFiles();
    const OnnxFile scratch;
    unsigned refused = 0;
    for (unsigned round = 0; round < rounds(); ++round) {
        SCOPED_TRACE(round);
        Damage damage(round);
        onnx::ModelProto model = files[round % files.size()];
        for (std::size_t i = damage.below(3); i > 0; --i) damage.ofMessage(model);
        std::string bytes = model.SerializeAsString();
        if (round % 4 == 0) bytes = damage.ofBytes(bytes);
        std::ofstream(scratch.path(), std::ios::binary) << bytes;
        try {
            (void)importOnnx(scratch.path(), {});
        } catch (const Error& error) {
            ++refused;
            EXPECT_EQ(error.kind(), ErrorKind::BadInput) << error.what();
        }
    }
    EXPECT_GT(refused, rounds() / 10);
    EXPECT_LT(refused, rounds());
}

}  // namespace
}  // namespace bitdesk
