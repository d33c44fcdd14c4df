// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "core/network/network.h"

namespace bitdesk {

/// Where a value of the network stands in the graph: a float tensor [N, C, H, W], or [N, C·H·W] where it is flat.
struct GraphValue {
    std::string tensor;
    Shape shape;
    bool flat = false;

    std::vector<std::int64_t> dims() const;  ///< kBatch first
};

/// Stands for N among a tensor's extents.
inline constexpr std::int64_t kBatch = 0;

/// Builds an onnx::GraphProto node by node. Tensors of the network's own values keep the names of its nodes; a name
/// that is taken gets a number.
class OnnxGraph {
public:
    static constexpr const char* kInput = "pixels";
    static constexpr const char* kOutput = "logits";

    /// `fixedBatch`: N is 1; else it is left open.
    explicit OnnxGraph(bool fixedBatch);

    GraphValue addInput(const Shape& shape);
    /// The value becomes the graph's output.
    void setOutput(const GraphValue& value);

    /// `values`: of float, std::int8_t, std::uint8_t or std::int64_t, in a vector or a span. Returns the tensor's name.
    template <typename Values>
    std::string constant(const std::string& name, const std::vector<std::int64_t>& dims, const Values& values) {
        const std::span elements(values);
        using Element = std::remove_cv_t<typename decltype(elements)::element_type>;
        return constant(name, dims, elementType(Element()), elements.data(), elements.size_bytes());
    }
    std::string scalar(const std::string& name, float value);

    /// A node with one output, which is named as the node is. The reference lives until the next node.
    onnx::NodeProto& add(const std::string& op, const std::string& name, const std::vector<std::string>& inputs);
    /// The same, of a value whose shape is known.
    GraphValue add(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
                   const Shape& shape, bool flat);
    /// States the shape of a node's output.
    void declare(const std::string& tensor, const std::vector<std::int64_t>& dims, int type = onnx::TensorProto::FLOAT);
    /// The node that was added last.
    onnx::NodeProto& last() { return *m_graph.mutable_node(m_graph.node_size() - 1); }

    onnx::GraphProto& proto() { return m_graph; }

private:
    static int elementType(float) { return onnx::TensorProto::FLOAT; }
    static int elementType(std::int8_t) { return onnx::TensorProto::INT8; }
    static int elementType(std::uint8_t) { return onnx::TensorProto::UINT8; }
    static int elementType(std::int64_t) { return onnx::TensorProto::INT64; }
    std::string unique(const std::string& name);
    std::string constant(const std::string& name, const std::vector<std::int64_t>& dims, int type, const void* data,
                         std::size_t bytes);
    void describe(onnx::ValueInfoProto& info, const std::string& tensor, const std::vector<std::int64_t>& dims,
                  int type = onnx::TensorProto::FLOAT) const;

    onnx::GraphProto m_graph;
    std::set<std::string> m_names;
    bool m_fixedBatch;
};

void setAttribute(onnx::NodeProto& node, const std::string& name, std::int64_t value);
void setAttribute(onnx::NodeProto& node, const std::string& name, float value);
void setAttribute(onnx::NodeProto& node, const std::string& name, const std::string& value);
void setAttribute(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values);

}  // namespace bitdesk
