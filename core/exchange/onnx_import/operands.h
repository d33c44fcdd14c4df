// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/exchange/onnx_import/constant.h"
#include "core/exchange/onnx_import/draft.h"
#include "core/exchange/onnx_import/source_graph.h"
#include "core/exchange/onnx_import/view.h"

namespace bitdesk {

/// What a name of the graph stands for. Nothing: a node that is not supported made it.
using Value = std::variant<std::monostate, Constant, TensorView>;

/// A node of the file with the values that it reads. What an operation asks for and does not get throws Unsupported.
class Operands {
public:
    Operands(const SourceNode& node, std::vector<const Value*> inputs, int opset, NetworkDraft& draft,
             std::vector<std::string>& notes)
        : m_node(node), m_inputs(std::move(inputs)), m_opset(opset), m_draft(draft), m_notes(notes) {}

    const SourceNode& node() const { return m_node; }
    int opset() const { return m_opset; }
    NetworkDraft& draft() const { return m_draft; }
    void tell(const std::string& note) const;  ///< once

    std::size_t count() const { return m_inputs.size(); }
    bool given(std::size_t input) const { return input < m_inputs.size() && m_inputs[input] != nullptr; }
    bool isConstant(std::size_t input) const {
        return given(input) && std::holds_alternative<Constant>(*m_inputs[input]);
    }
    bool allConstant() const;
    const Constant& constant(std::size_t input) const;
    /// A map that is not padded.
    const TensorView& view(std::size_t input) const;
    /// One that may be: its reader takes care of the padding.
    const TensorView& paddedView(std::size_t input) const;
    Dims dims(std::size_t input) const;
    Shape shape(const TensorView& view) const { return m_draft.shape(view.node); }

    bool has(const std::string& attribute) const { return findAttribute(m_node.proto, attribute) != nullptr; }
    std::int64_t integer(const std::string& attribute, std::int64_t otherwise) const;
    float real(const std::string& attribute, float otherwise) const;
    std::string text(const std::string& attribute, const std::string& otherwise) const;
    std::vector<std::int64_t> integers(const std::string& attribute) const;
    /// Whole numbers that are an attribute in some versions and an input in others; nothing where they are neither.
    std::optional<std::vector<std::int64_t>> list(const std::string& attribute, std::size_t input) const;
    /// A number, likewise.
    std::optional<float> number(const std::string& attribute, std::size_t input) const;

    /// The name that a network's node gets. `weights`: the input that holds them.
    std::string name(std::size_t weights = SIZE_MAX) const;
    /// Adds an operation that leaves the axes as they are.
    TensorView add(const TensorView& from, const Attributes& attributes) const;
    /// gamma · x + beta, a number a channel. `tensor`: the input that they come from.
    TensorView addAffine(const TensorView& from, std::vector<float> gamma, std::vector<float> beta,
                         std::size_t tensor = SIZE_MAX) const;

private:
    const onnx::AttributeProto* find(const std::string& attribute, int type) const;

    const SourceNode& m_node;
    std::vector<const Value*> m_inputs;
    int m_opset;
    NetworkDraft& m_draft;
    std::vector<std::string>& m_notes;
};

/// What a node makes: a value for each of its outputs that is read, the first first.
using Operation = std::vector<Value> (*)(const Operands& operands);
struct OperationEntry {
    const char* op;
    Operation run;
};

std::span<const OperationEntry> layerOperations();         ///< Conv, Gemm, MatMul
std::span<const OperationEntry> normOperations();          ///< BatchNormalization, LayerNormalization
std::span<const OperationEntry> activationOperations();    ///< of one value, element by element
std::span<const OperationEntry> arithmeticOperations();    ///< Add, Mul, …: of two values, or of constants
std::span<const OperationEntry> poolOperations();          ///< pools, means, Resize
std::span<const OperationEntry> layoutOperations();        ///< Reshape, Transpose, …
std::span<const OperationEntry> channelOperations();       ///< Concat, Split, Slice, Gather, Pad
std::span<const OperationEntry> constantOperations();      ///< of constants alone
std::span<const OperationEntry> quantizationOperations();  ///< QuantizeLinear, DequantizeLinear
/// nullptr where there is none of that name.
const OperationEntry* findOperation(const std::string& op);

/// A view as a batch of maps: axis 1 has the channels in their order, the axes behind it one side each. Adds a shuffle
/// where that brings the channels in order.
struct MapView {
    TensorView view;
    std::vector<MapSide> sides;  ///< of axis 2, and 3
};
MapView asMap(const Operands& operands, const TensorView& view);

/// A view whose last axis is all channels of its map, in some order, so that a matrix may be multiplied to it:
/// flattened where that makes it so.
TensorView asRows(const Operands& operands, const TensorView& view);

/// The window of a node along the sides of a map, without kernel_shape: strides, pads, dilations, auto_pad. The view's
/// own padding is added.
void readWindow(const Operands& operands, const MapView& map, const std::vector<std::int64_t>& kernel,
                WindowAttributes& window);

}  // namespace bitdesk
