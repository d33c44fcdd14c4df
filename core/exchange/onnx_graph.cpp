// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_graph.h"

#include <bit>

namespace bitdesk {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

OnnxGraph::OnnxGraph(bool fixedBatch) : m_names{kInput, kOutput}, m_fixedBatch(fixedBatch) {}

std::string OnnxGraph::unique(const std::string& name) {
    std::string free = name;
    for (int i = 1; !m_names.insert(free).second; ++i) free = name + "_" + std::to_string(i);
    return free;
}

std::vector<std::int64_t> GraphValue::dims() const {
    if (flat) return {kBatch, shape.elements()};
    return {kBatch, shape.channels, shape.height, shape.width};
}

void OnnxGraph::describe(onnx::ValueInfoProto& info, const std::string& tensor, const std::vector<std::int64_t>& dims,
                         int type) const {
    info.set_name(tensor);
    auto& described = *info.mutable_type()->mutable_tensor_type();
    described.set_elem_type(type);
    for (const std::int64_t extent : dims) {
        auto& dim = *described.mutable_shape()->add_dim();
        if (extent != kBatch) dim.set_dim_value(extent);
        else if (m_fixedBatch) dim.set_dim_value(1);
        else dim.set_dim_param("N");
    }
}

void OnnxGraph::declare(const std::string& tensor, const std::vector<std::int64_t>& dims, int type) {
    describe(*m_graph.add_value_info(), tensor, dims, type);
}

GraphValue OnnxGraph::addInput(const Shape& shape) {
    GraphValue value{kInput, shape, false};
    describe(*m_graph.add_input(), value.tensor, value.dims());
    return value;
}

void OnnxGraph::setOutput(const GraphValue& value) {
    const auto renamed = [&](std::string* name) {
        if (*name == value.tensor) *name = kOutput;
    };
    for (auto& node : *m_graph.mutable_node()) {
        for (auto& name : *node.mutable_input()) renamed(&name);
        for (auto& name : *node.mutable_output()) renamed(&name);
    }
    auto& infos = *m_graph.mutable_value_info();
    for (int i = 0; i < infos.size(); ++i)
        if (infos.Get(i).name() == value.tensor) infos.DeleteSubrange(i--, 1);
    describe(*m_graph.add_output(), kOutput, value.dims());
}

std::string OnnxGraph::constant(const std::string& name, const std::vector<std::int64_t>& dims, int type,
                                const void* data, std::size_t bytes) {
    auto& tensor = *m_graph.add_initializer();
    tensor.set_name(unique(name));
    tensor.set_data_type(type);
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(data, bytes);
    return tensor.name();
}

std::string OnnxGraph::scalar(const std::string& name, float value) {
    return constant(name, {}, std::span<const float>(&value, 1));
}

onnx::NodeProto& OnnxGraph::add(const std::string& op, const std::string& name,
                                const std::vector<std::string>& inputs) {
    auto& node = *m_graph.add_node();
    node.set_op_type(op);
    node.set_name(unique(name));
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(node.name());
    return node;
}

GraphValue OnnxGraph::add(const std::string& op, const std::string& name, const std::vector<std::string>& inputs,
                          const Shape& shape, bool flat) {
    GraphValue value{add(op, name, inputs).name(), shape, flat};
    declare(value.tensor, value.dims());
    return value;
}

namespace {

onnx::AttributeProto& attribute(onnx::NodeProto& node, const std::string& name,
                                onnx::AttributeProto::AttributeType type) {
    auto& added = *node.add_attribute();
    added.set_name(name);
    added.set_type(type);
    return added;
}

}  // namespace

void setAttribute(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
    attribute(node, name, onnx::AttributeProto::INT).set_i(value);
}

void setAttribute(onnx::NodeProto& node, const std::string& name, float value) {
    attribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
}

void setAttribute(onnx::NodeProto& node, const std::string& name, const std::string& value) {
    attribute(node, name, onnx::AttributeProto::STRING).set_s(value);
}

void setAttribute(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
    auto& added = attribute(node, name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) added.add_ints(value);
}

}  // namespace bitdesk
