// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/source_graph.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/exchange/onnx_import/constant.h"
#include "core/exchange/onnx_import/graph_terms.h"

namespace bitdesk {
namespace {

std::string operationOf(const onnx::NodeProto& node) {
    const bool usual = node.domain().empty() || node.domain() == "ai.onnx";
    return usual ? node.op_type() : node.domain() + "." + node.op_type();
}

/// People know a node without a name by what it makes.
std::string nameOf(const onnx::NodeProto& node) {
    if (!node.name().empty()) return node.name();
    return node.output_size() > 0 ? node.output(0) : std::string();
}

bool changesNothing(const SourceNode& node) { return node.op == "Identity" || node.op == "Cast"; }
bool isSoftmax(const SourceNode& node) { return node.op == "Softmax" || node.op == "LogSoftmax"; }

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i)
        text += (i > 0 ? ", " : "") + shownOnnxName(names[i]);
    return names.size() > kMost ? text + ", …" : text;
}

}  // namespace

const onnx::AttributeProto* findAttribute(const onnx::NodeProto* node, const std::string& name) {
    if (node == nullptr) return nullptr;
    const auto found = std::ranges::find(node->attribute(), name, &onnx::AttributeProto::name);
    return found == node->attribute().end() ? nullptr : &*found;
}

SourceGraph::SourceGraph(const onnx::ModelProto& model, std::string where)
    : m_where(std::move(where)), m_opset(opsetOf(model)) {
    const onnx::GraphProto& graph = model.graph();
    for (const auto& tensor : graph.initializer()) m_tensors.emplace(tensor.name(), &tensor);
    std::vector<std::string> inputs;
    for (const auto& input : graph.input()) {
        if (m_tensors.contains(input.name())) continue;
        m_input = &input;
        inputs.push_back(input.name());
    }
    if (inputs.size() != 1)
        throw Error(ErrorKind::BadInput, m_where,
                    inputs.empty() ? "has no input" : "has several inputs, and images are one: " + listed(inputs));
    for (const auto& node : graph.node()) {
        for (const auto& output : node.output()) m_producers.emplace(output, m_nodes.size());
        m_nodes.push_back({.op = operationOf(node),
                           .name = nameOf(node),
                           .inputs = {node.input().begin(), node.input().end()},
                           .outputs = {node.output().begin(), node.output().end()},
                           .proto = &node});
    }
    for (const auto& output : graph.output()) m_outputs.push_back(output.name());
}

const SourceNode* SourceGraph::producer(const std::string& value) const {
    const auto found = m_producers.find(value);
    return value.empty() || found == m_producers.end() ? nullptr : &m_nodes[found->second];
}

std::optional<float> SourceGraph::scalar(const std::string& value) const {
    const onnx::TensorProto* tensor = nullptr;
    if (const auto found = m_tensors.find(value); found != m_tensors.end()) tensor = found->second;
    const SourceNode* node = producer(value);
    if (node != nullptr && node->op == "Constant")
        if (const auto* attribute = findAttribute(node->proto, "value"); attribute != nullptr && attribute->has_t())
            tensor = &attribute->t();
    if (node != nullptr && node->op == "Constant")
        if (const auto* attribute = findAttribute(node->proto, "value_float")) return attribute->f();
    if (tensor == nullptr || tensor->data_type() == onnx::TensorProto::STRING || tensor->dims_size() > 1 ||
        elementCount(*tensor, tensorPlace(*tensor, m_where)) != 1)
        return std::nullopt;
    return Constant::of(*tensor, tensorPlace(*tensor, m_where)).number(0);
}

std::string SourceGraph::endOf(const std::string& until) const {
    if (!until.empty()) {
        const auto node = std::ranges::find(m_nodes, until, &SourceNode::name);
        if (node != m_nodes.end() && !node->outputs.empty()) return node->outputs.front();
        if (m_producers.contains(until)) return until;
        throw Error(ErrorKind::BadInput, m_where, "has no node '" + shownOnnxName(until) + "'",
                    settingName("until") + " takes the name of a node, or of what one makes, as Netron shows it");
    }
    if (m_outputs.empty()) throw Error(ErrorKind::BadInput, m_where, "has no output");
    if (m_outputs.size() > 1)
        throw Error(ErrorKind::BadInput, m_where,
                    "has " + std::to_string(m_outputs.size()) + " outputs: " + listed(m_outputs),
                    "Name the one that has the classes: " + settingName("until"));
    return m_outputs.front();
}

std::vector<std::string> SourceGraph::leaveOutSoftmax() {
    std::vector<std::string> leftOut;
    std::string value = m_output;
    for (const SourceNode* node = producer(value); node != nullptr; node = producer(value)) {
        if (!isSoftmax(*node) && !changesNothing(*node)) break;
        if (node->inputs.empty()) break;
        value = node->inputs.front();
        if (!isSoftmax(*node)) continue;
        leftOut.push_back(node->op);
        m_output = value;
    }
    return leftOut;
}

std::vector<std::string> SourceGraph::endAt(const std::string& until) {
    m_output = endOf(until);
    return until.empty() ? leaveOutSoftmax() : std::vector<std::string>();
}

std::vector<std::size_t> SourceGraph::needed() const {
    std::set<std::size_t> found;
    std::vector<std::string> left{m_output};
    while (!left.empty()) {
        const auto maker = m_producers.find(left.back());
        left.pop_back();
        if (maker == m_producers.end() || !found.insert(maker->second).second) continue;
        for (const std::string& input : m_nodes[maker->second].inputs)
            if (!input.empty()) left.push_back(input);
    }
    return {found.begin(), found.end()};
}

}  // namespace bitdesk
