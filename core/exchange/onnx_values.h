// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

#include "core/exchange/onnx_graph.h"
#include "core/network/network.h"

namespace bitdesk {

// The operations of a network that have no codes, as nodes of ONNX's opset 13. The node that gives the value has
// `name`, those before it `name` with an ending. Maps are [N, C, H, W].

GraphValue exportActivation(OnnxGraph& graph, const Activation& activation, const GraphValue& value,
                            const std::string& name);

/// Throws Error (BadInput) for an adaptive pool whose windows differ in size, which ONNX has no operation for.
GraphValue exportPool(OnnxGraph& graph, const PoolAttributes& pool, bool average, const GraphValue& map,
                      const std::string& name);

GraphValue exportProduct(OnnxGraph& graph, const GraphValue& a, const GraphValue& b, const Shape& shape,
                         const std::string& name);
GraphValue exportConcat(OnnxGraph& graph, const std::vector<GraphValue>& maps, const Shape& shape,
                        const std::string& name);
/// Output channel c is channel channels[c] of the map.
GraphValue exportSelection(OnnxGraph& graph, const std::vector<int>& channels, const GraphValue& map,
                           const std::string& name);
GraphValue exportLayerNorm(OnnxGraph& graph, double epsilon, const GraphValue& map, const std::string& name);
GraphValue exportUpsample(OnnxGraph& graph, const UpsampleAttributes& scale, const GraphValue& map,
                          const std::string& name);

/// Kernel, strides and dilations of the last node, and its pads. Whoever reads a graph without the operations'
/// definitions, as FINN's and qonnx's tools do, knows no defaults: every attribute that decides a result is written.
void setWindow(OnnxGraph& graph, const WindowAttributes& window);

}  // namespace bitdesk
