// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/exchange/export_format.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk::test {

/// A file of a graph, read back.
class ExportedGraph {
public:
    explicit ExportedGraph(const ExportedMix& mix) : notes(mix.notes) {
        if (!proto.ParseFromString(mix.bytes)) ADD_FAILURE() << "no ONNX file";
    }

    const onnx::NodeProto* node(const std::string& name) const {
        for (const auto& node : proto.graph().node())
            if (node.name() == name) return &node;
        return nullptr;
    }

    const onnx::TensorProto* tensor(const std::string& name) const {
        for (const auto& tensor : proto.graph().initializer())
            if (tensor.name() == name) return &tensor;
        return nullptr;
    }

    template <typename T>
    std::vector<T> values(const std::string& name) const {
        const auto* found = tensor(name);
        if (found == nullptr) {
            ADD_FAILURE() << "no tensor " << name;
            return {};
        }
        std::vector<T> values(found->raw_data().size() / sizeof(T));
        std::memcpy(values.data(), found->raw_data().data(), values.size() * sizeof(T));
        return values;
    }

    std::string fact(const std::string& key) const {
        for (const auto& entry : proto.metadata_props())
            if (entry.key() == key) return entry.value();
        return {};
    }

    int count(const std::string& op) const {
        return static_cast<int>(
            std::ranges::count_if(proto.graph().node(), [&](const auto& node) { return node.op_type() == op; }));
    }

    onnx::ModelProto proto;
    std::vector<std::string> notes;
};

inline ExportedGraph exported(const MetaModel& model, const BitConfiguration& bits, const char* format = "onnx") {
    return ExportedGraph(exportFormatOf("", format).write({.model = model, .bits = bits}));
}

}  // namespace bitdesk::test
