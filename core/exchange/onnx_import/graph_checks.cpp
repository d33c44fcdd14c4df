// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/graph_checks.h"

#include <onnx/checker.h>
#include <set>

#include "core/base/error.h"
#include "core/exchange/onnx_import/element_types.h"
#include "core/exchange/onnx_import/graph_terms.h"

namespace bitdesk {
namespace {

constexpr int kOldestOpset = 9, kNewestOpset = 24;
constexpr int kMostNodes = 100'000;
constexpr std::int64_t kMostElementsInAll = std::int64_t{1} << 30;

[[noreturn]] void refuse(const std::string& where, const std::string& reason, const std::string& hint = {}) {
    throw Error(ErrorKind::BadInput, where, reason, hint);
}

void checkVersions(const onnx::ModelProto& model, const std::string& where) {
    const int opset = opsetOf(model);
    if (opset < kOldestOpset || opset > kNewestOpset)
        refuse(where,
               opset == 0 ? "does not say which version of ONNX's operations it means"
                          : "means version " + std::to_string(opset) + " of ONNX's operations; " +
                                std::to_string(kOldestOpset) + " to " + std::to_string(kNewestOpset) + " are read",
               "Export it again with opset_version=18");
}

/// The names of a graph, each made once.
class Names {
public:
    explicit Names(const std::string& where) : m_where(where) {}

    void make(const std::string& name, const std::string& by) {
        if (!m_names.insert(name).second)
            refuse(m_where, by + " makes the value '" + shownOnnxName(name) + "', which is there already");
    }
    bool has(const std::string& name) const { return m_names.contains(name); }

private:
    const std::string& m_where;
    std::set<std::string> m_names;
};

std::string nodeText(const onnx::NodeProto& node) {
    return "node '" + shownOnnxName(node.name()) + "' (" + shownOnnxName(node.op_type()) + ")";
}

void checkNode(const onnx::NodeProto& node, Names& names, const std::set<std::string>& later,
               const std::string& where) {
    for (const std::string& input : node.input())
        if (!input.empty() && !names.has(input))
            refuse(where, nodeText(node) + " reads the value '" + shownOnnxName(input) + "', which " +
                              (later.contains(input) ? "a later node makes, or itself: the graph has a cycle or is out "
                                                       "of order"
                                                     : "nothing makes"));
    for (const std::string& output : node.output())
        if (!output.empty()) names.make(output, nodeText(node));
}

void checkTensor(const onnx::TensorProto& tensor, const std::string& file, std::int64_t& total) {
    const std::string where = tensorPlace(tensor, file);
    const std::int64_t elements = elementCount(tensor, where);
    if (tensor.has_segment()) refuse(where, "is a part of a tensor");
    if (tensor.data_type() == onnx::TensorProto::STRING) return;  // of an attribute that is not looked at
    const std::int64_t values = valueCount(tensor, where);
    if (values != elements)
        refuse(where, "has " + std::to_string(std::max<std::int64_t>(values, 0)) + " values, its shape calls for " +
                          std::to_string(elements));
    total += elements;
    if (total > kMostElementsInAll) refuse(file, "its tensors have more than 2^30 elements");
}

}  // namespace

void checkGraph(const onnx::ModelProto& model, const std::string& where) {
    checkVersions(model, where);
    const onnx::GraphProto& graph = model.graph();
    if (graph.node_size() > kMostNodes)
        refuse(where, "has " + std::to_string(graph.node_size()) + " nodes; 100000 are allowed");
    if (graph.sparse_initializer_size() > 0) refuse(where, "has sparse tensors, which are not read");
    Names names(where);
    std::set<std::string> inputs, later;
    for (const auto& input : graph.input()) {
        names.make(input.name(), "the graph's input");
        inputs.insert(input.name());
    }
    std::set<std::string> initializers;
    for (const auto& tensor : graph.initializer()) {
        if (!initializers.insert(tensor.name()).second) refuse(tensorPlace(tensor, where), "is there twice");
        if (!inputs.contains(tensor.name())) names.make(tensor.name(), "a tensor");  // before IR 4 it was an input, too
    }
    for (const auto& node : graph.node()) later.insert(node.output().begin(), node.output().end());
    for (const auto& node : graph.node()) checkNode(node, names, later, where);
    for (const auto& output : graph.output())
        if (!names.has(output.name())) refuse(where, "nothing makes its output '" + shownOnnxName(output.name()) + "'");
}

void checkTensors(const onnx::ModelProto& model, const std::string& where) {
    std::int64_t total = 0;
    for (const auto& tensor : model.graph().initializer()) checkTensor(tensor, where, total);
    for (const auto& node : model.graph().node())
        for (const auto& attribute : node.attribute())
            if (attribute.has_t()) checkTensor(attribute.t(), where, total);
}

void checkWithLibrary(const onnx::ModelProto& model, const std::string& where) {
    constexpr int kNewestVersion = 8, kKnownOpset = 17;  // of the library in Debian 12
    if (model.ir_version() > kNewestVersion || opsetOf(model) > kKnownOpset) return;
    for (const auto& import : model.opset_import())
        if (!import.domain().empty() && import.domain() != "ai.onnx")
            return;  // operations of others are told elsewhere
    for (const auto& input : model.graph().input())
        if (!input.type().tensor_type().has_shape()) return;  // which the user may say instead
    try {
        onnx::checker::check_model(model);
    } catch (const std::exception& error) {
        const std::string text = error.what();
        refuse(where, "is no valid ONNX: " + printable(text.substr(0, text.find('\n')).substr(0, 300)));
    }
}

}  // namespace bitdesk
