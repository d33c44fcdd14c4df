// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <fstream>
#include <string>
#include <vector>

#include "core/exchange/onnx_graph.h"
#include "core/exchange/onnx_import/onnx_import.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk::test {

/// Builds an ONNX file node by node. The image is "x"; other values are named by numbers.
class OnnxFile {
public:
    explicit OnnxFile(int opset = 17) {
        proto.set_ir_version(8);
        auto& import = *proto.add_opset_import();
        import.set_domain("");
        import.set_version(opset);
        proto.mutable_graph()->set_name("graph");
    }

    /// An extent of 0 is left open.
    std::string input(const std::vector<std::int64_t>& dims, int type = onnx::TensorProto::FLOAT) {
        describe(*proto.mutable_graph()->add_input(), "x", dims, type);
        return "x";
    }
    std::string floats(const std::vector<std::int64_t>& dims, const std::vector<float>& values,
                       const std::string& name = {}) {
        auto& tensor = add(dims, onnx::TensorProto::FLOAT, name);
        for (const float value : values) tensor.add_float_data(value);
        return tensor.name();
    }
    std::string scalar(float value) { return floats({}, {value}); }
    /// 1, 2, 3, …: each element is known by its value.
    std::string counted(const std::vector<std::int64_t>& dims, const std::string& name = {}) {
        std::int64_t size = 1;
        for (const std::int64_t extent : dims) size *= extent;
        std::vector<float> values;
        for (std::int64_t i = 1; i <= size; ++i) values.push_back(static_cast<float>(i));
        return floats(dims, values, name);
    }
    std::string whole(const std::vector<std::int64_t>& values) {
        auto& tensor = add({static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64, {});
        for (const std::int64_t value : values) tensor.add_int64_data(value);
        return tensor.name();
    }
    /// Codes of an 8-bit type.
    std::string codes(const std::vector<std::int64_t>& dims, const std::vector<int>& values, int type) {
        auto& tensor = add(dims, type, {});
        for (const int value : values) tensor.add_int32_data(value);
        return tensor.name();
    }

    onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs, int outputs = 1) {
        auto& node = *proto.mutable_graph()->add_node();
        node.set_op_type(op);
        node.set_name("node" + std::to_string(proto.graph().node_size()));
        for (const std::string& name : inputs) node.add_input(name);
        for (int i = 0; i < outputs; ++i) node.add_output(next());
        m_last = node.output(0);
        return node;
    }
    /// A node without attributes: what it makes.
    std::string value(const std::string& op, const std::vector<std::string>& inputs) {
        return node(op, inputs).output(0);
    }
    /// The output of the node that was added last.
    const std::string& last() const { return m_last; }

    /// A 1×1 convolution with weights 1, 2, 3, …; [N, C, H, W].
    std::string conv(const std::string& from, std::int64_t in, std::int64_t out) {
        return value("Conv", {from, counted({out, in, 1, 1})});
    }
    /// Global average, flattened, and a matrix: one number a class.
    std::string classifier(const std::string& from, std::int64_t channels, std::int64_t classes) {
        const std::string flat = value("Flatten", {value("GlobalAveragePool", {from})});
        auto& gemm = node("Gemm", {flat, counted({classes, channels}), counted({classes})});
        setAttribute(gemm, "transB", std::int64_t{1});
        return last();
    }

    /// Writes the file, whose output is the value that was made last, and imports it.
    OnnxImport import(const OnnxOptions& options = {}) {
        finish(m_last);
        return importOnnx(write(), options);
    }
    void finish(const std::string& output) {
        if (proto.graph().output_size() == 0) describe(*proto.mutable_graph()->add_output(), output, {0, 0}, 1);
    }
    std::filesystem::path write() {
        std::ofstream(path(), std::ios::binary) << proto.SerializeAsString();
        return path();
    }
    std::filesystem::path path() const { return m_folder / "net.onnx"; }

    onnx::ModelProto proto;

private:
    std::string next() { return std::to_string(++m_values); }
    onnx::TensorProto& add(const std::vector<std::int64_t>& dims, int type, const std::string& name) {
        auto& tensor = *proto.mutable_graph()->add_initializer();
        tensor.set_name(name.empty() ? next() : name);
        tensor.set_data_type(type);
        for (const std::int64_t extent : dims) tensor.add_dims(extent);
        return tensor;
    }
    static void describe(onnx::ValueInfoProto& info, const std::string& name, const std::vector<std::int64_t>& dims,
                         int type) {
        info.set_name(name);
        auto& tensor = *info.mutable_type()->mutable_tensor_type();
        tensor.set_elem_type(type);
        for (const std::int64_t extent : dims) {
            auto& dim = *tensor.mutable_shape()->add_dim();
            if (extent > 0) dim.set_dim_value(extent);
            else dim.set_dim_param("N" + std::to_string(tensor.shape().dim_size()));
        }
    }

    TemporaryFolder m_folder;
    std::string m_last;
    int m_values = 0;
};

/// The operations of a network in their order, without its quantize nodes: "input conv2d norm relu".
inline std::string operations(const Network& network) {
    std::string text;
    for (const Node& node : network.nodes())
        if (node.as<QuantizeAttributes>() == nullptr)
            text += (text.empty() ? "" : " ") + std::string(operationName(node));
    return text;
}

/// The first node of a kind.
template <typename T>
const T& first(const Network& network) {
    for (const Node& node : network.nodes())
        if (const T* found = node.as<T>()) return *found;
    throw std::runtime_error("no such node");
}

}  // namespace bitdesk::test
