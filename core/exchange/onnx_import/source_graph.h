// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bitdesk {

/// A node of the file, or of several of them that together are one operation.
struct SourceNode {
    std::string op;  ///< "Conv"; of other domains "com.microsoft.Gelu"
    std::string name;
    std::vector<std::string> inputs;  ///< empty: not given
    std::vector<std::string> outputs;
    const onnx::NodeProto* proto = nullptr;  ///< its attributes; nullptr: it has none
    float epsilon = 0;                       ///< of a LayerNormalization that was several nodes
};

/// The part of a file's graph that an output depends on, in its order. What it reads must outlive it.
class SourceGraph {
public:
    SourceGraph(const onnx::ModelProto& model, std::string where);

    const std::string& where() const { return m_where; }
    int opset() const { return m_opset; }
    std::vector<SourceNode>& nodes() { return m_nodes; }
    const std::vector<SourceNode>& nodes() const { return m_nodes; }
    const std::map<std::string, const onnx::TensorProto*>& tensors() const { return m_tensors; }
    /// Of the images: the one input that is no tensor of the file.
    const onnx::ValueInfoProto& input() const { return *m_input; }

    /// The node that makes a value; nullptr for inputs and tensors.
    const SourceNode* producer(const std::string& value) const;
    /// The number that a value of one element, of at most one axis, is, where the file says it.
    std::optional<float> scalar(const std::string& value) const;

    /// Makes a value the output. `until`: a node's name, or a value's; empty: the graph's only output, behind which
    /// softmax is left out. Returns what was left out.
    std::vector<std::string> endAt(const std::string& until);
    const std::string& output() const { return m_output; }

    /// Indices of the nodes that the output depends on.
    std::vector<std::size_t> needed() const;

private:
    std::string endOf(const std::string& until) const;
    std::vector<std::string> leaveOutSoftmax();

    std::string m_where;
    int m_opset = 0;
    std::vector<SourceNode> m_nodes;
    std::map<std::string, std::size_t> m_producers;
    std::map<std::string, const onnx::TensorProto*> m_tensors;
    const onnx::ValueInfoProto* m_input = nullptr;
    std::vector<std::string> m_outputs;
    std::string m_output;
};

/// An attribute of a node; nullptr where it has none of that name.
const onnx::AttributeProto* findAttribute(const onnx::NodeProto* node, const std::string& name);

}  // namespace bitdesk
