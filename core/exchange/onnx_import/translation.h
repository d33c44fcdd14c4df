// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/exchange/onnx_import/image_input.h"
#include "core/exchange/onnx_import/operands.h"

namespace bitdesk {

/// Walks a graph in its order and makes a draft of it, its constants evaluated on the way.
class Translation {
public:
    Translation(const SourceGraph& graph, const ImageInput& input, const std::string& networkName);

    /// Throws UnsupportedGraph with everything that is not supported; `cut`: the user has left a part out already.
    void run(bool cut);
    NetworkDraft& draft() { return m_draft; }
    std::vector<std::string>& notes() { return m_notes; }
    /// The node of the draft that gives one number a class. Throws Error (BadInput) where the output is none.
    int output() const;

private:
    void translate(const SourceNode& node);
    void record(const SourceNode& node, const std::string& reason);
    const Value* find(const std::string& name);
    void countComputed(const std::vector<Value>& made);
    void count(const std::vector<std::size_t>& needed);
    void release(const SourceNode& node);

    const SourceGraph& m_graph;
    NetworkDraft m_draft;
    std::map<std::string, Value> m_values;
    std::map<std::string, int> m_uses;  ///< how often a value is still to be read
    std::int64_t m_computed = 0;        ///< elements of constants
    std::vector<UnsupportedOperation> m_unsupported;
    std::vector<std::string> m_notes;
};

}  // namespace bitdesk
