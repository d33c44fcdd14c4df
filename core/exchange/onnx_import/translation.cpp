// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/translation.h"

#include <algorithm>

#include "core/base/setting_name.h"
#include "core/base/to_index.h"
#include "core/exchange/onnx_import/graph_terms.h"
#include "core/exchange/onnx_import/unsupported.h"
#include "core/model/safetensors.h"

namespace bitdesk {
namespace {

constexpr std::size_t kShownNodes = 3, kShownOperations = 12;

std::string asText(const UnsupportedOperation& operation) {
    std::string text = operation.op + " (" + std::to_string(operation.count) + ": ";
    for (std::size_t i = 0; i < std::min(kShownNodes, operation.nodes.size()); ++i)
        text += (i > 0 ? ", " : "") + operation.nodes[i];
    if (operation.nodes.size() > kShownNodes) text += ", …";
    return text + (operation.reason.empty() ? ")" : "; " + operation.reason + ")");
}

std::string asText(const std::vector<UnsupportedOperation>& operations) {
    std::string text = std::to_string(operations.size()) +
                       (operations.size() == 1 ? " operation is not supported: " : " operations are not supported: ");
    for (std::size_t i = 0; i < std::min(kShownOperations, operations.size()); ++i)
        text += (i > 0 ? ", " : "") + asText(operations[i]);
    return operations.size() > kShownOperations ? text + ", …" : text;
}

}  // namespace

UnsupportedGraph::UnsupportedGraph(const std::string& where, std::vector<UnsupportedOperation> operations, bool cut)
    : Error(ErrorKind::BadInput, where, asText(operations),
            cut ? std::string() : settingName("until") + " NODE imports what comes before"),
      m_operations(std::move(operations)) {}

Translation::Translation(const SourceGraph& graph, const ImageInput& input, const std::string& networkName)
    : m_graph(graph), m_draft(networkName, input.shape) {
    m_values.emplace(graph.input().name(), TensorView{.node = 0, .axes = input.axes});
}

void Translation::record(const SourceNode& node, const std::string& reason) {
    const auto same = [&](const UnsupportedOperation& other) { return other.op == node.op && other.reason == reason; };
    auto found = std::ranges::find_if(m_unsupported, same);
    if (found == m_unsupported.end())
        found = m_unsupported.insert(found, {.op = shownOnnxName(node.op), .reason = reason, .count = 0, .nodes = {}});
    ++found->count;
    found->nodes.push_back(shownOnnxName(node.name));
}

/// Tensors of the file are read when they are needed first.
const Value* Translation::find(const std::string& name) {
    const auto known = m_values.find(name);
    if (known != m_values.end()) return &known->second;
    const auto tensor = m_graph.tensors().find(name);
    if (tensor == m_graph.tensors().end()) return &m_values[name];
    const std::string where = tensorPlace(*tensor->second, m_graph.where());
    return &m_values.emplace(name, Constant::of(*tensor->second, where)).first->second;
}

void Translation::translate(const SourceNode& node) {
    std::vector<const Value*> inputs;
    bool known = true;
    for (const std::string& input : node.inputs) {
        inputs.push_back(input.empty() ? nullptr : find(input));
        known = known && (inputs.back() == nullptr || inputs.back()->index() != 0);
    }
    const OperationEntry* operation = findOperation(node.op);
    if (operation == nullptr) record(node, "");
    std::vector<Value> made;
    if (operation != nullptr && known) try {
            made = operation->run(Operands(node, inputs, m_graph.opset(), m_draft, m_notes));
        } catch (const Unsupported& refusal) {
            record(node, refusal.what());
        }
    const bool lacksOutput =
        std::ranges::any_of(node.outputs.begin() + std::min(std::ssize(made), std::ssize(node.outputs)),
                            node.outputs.end(), [&](const auto& name) { return m_uses[name] > 0; });
    if (!made.empty() && lacksOutput) record(node, "its further outputs");
    countComputed(made);
    made.resize(std::max(made.size(), node.outputs.size()));
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        if (!node.outputs[i].empty()) m_values[node.outputs[i]] = std::move(made[i]);
}

/// A few bytes of a file must not become gigabytes.
void Translation::countComputed(const std::vector<Value>& made) {
    constexpr std::int64_t kMost = std::int64_t{1} << 28;
    for (const Value& value : made)
        if (const auto* constant = std::get_if<Constant>(&value)) m_computed += constant->size();
    if (m_computed > kMost)
        throw Error(ErrorKind::BadInput, m_graph.where(), "computes constants of more than 2^28 elements");
}

void Translation::count(const std::vector<std::size_t>& needed) {
    for (const std::size_t index : needed)
        for (const std::string& input : m_graph.nodes()[index].inputs) ++m_uses[input];
    ++m_uses[m_graph.output()];
}

/// What nothing reads any more is given up: weights are large.
void Translation::release(const SourceNode& node) {
    for (const std::string& input : node.inputs)
        if (--m_uses[input] == 0) m_values.erase(input);
}

void Translation::run(bool cut) {
    const std::vector<std::size_t> needed = m_graph.needed();
    count(needed);
    for (const std::size_t index : needed) {
        translate(m_graph.nodes()[index]);
        release(m_graph.nodes()[index]);
    }
    if (!m_unsupported.empty()) throw UnsupportedGraph(m_graph.where(), std::move(m_unsupported), cut);
}

int Translation::output() const {
    const std::string where = m_graph.where() + ": output '" + shownOnnxName(m_graph.output()) + "'";
    const auto found = m_values.find(m_graph.output());
    const auto* view = found == m_values.end() ? nullptr : std::get_if<TensorView>(&found->second);
    if (view == nullptr) throw Error(ErrorKind::BadInput, where, "does not depend on the image");
    const Shape& shape = m_draft.shape(view->node);
    const bool flat = shape.height == 1 && shape.width == 1 && !view->padding.any();
    const bool oneAxis = std::ranges::any_of(
        view->axes, [&](const TensorAxis& axis) { return isWhole(axis, MapSide::Channel, shape.channels); });
    if (!flat || !oneAxis)
        throw Error(ErrorKind::BadInput, where, "has the shape " + shapeText(view->dims()) + ", not one number a class",
                    "Name the node that gives the classes: " + settingName("until"));
    return view->node;
}

}  // namespace bitdesk
