// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/network/network.h"

namespace bitdesk {

/// One walk through a network's graph with LibTorch, autograd included. What layers, norms and quantize nodes do is
/// the derived class's; the rest is floatOperation(). Values are [N, C, H, W].
class GraphPass {
public:
    explicit GraphPass(const Network& network);
    virtual ~GraphPass() = default;
    GraphPass(const GraphPass&) = delete;
    GraphPass& operator=(const GraphPass&) = delete;

    /// The value of node `last` where node `first` has `value`. Every way to it leads through `first` (see blocksOf).
    at::Tensor run(const at::Tensor& value, int first, int last);
    /// The output, [N, classes, 1, 1], for normalized images.
    at::Tensor run(const at::Tensor& images);

    const Network& network() const { return m_network; }

protected:
    virtual at::Tensor layer(int layerIndex, const at::Tensor& input) = 0;
    virtual at::Tensor norm(int node, const at::Tensor& input) = 0;
    virtual at::Tensor quantize(int layerIndex, const at::Tensor& input) = 0;

    /// A layer's sum with this weight ([N, C/groups, KH, KW] or [N, C]) and bias ([N] or undefined).
    at::Tensor sum(int layerIndex, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) const;

private:
    at::Tensor valueOf(int node, std::span<const at::Tensor> inputs);

    const Network& m_network;
    std::vector<int> m_lastReader;  // of each node's value
    std::vector<int> m_layerOf;  // by node: index into layers() of a layer, or of the layer that a quantize node feeds
};

/// Part of a network between two nodes that all ways from input to output pass: the value of `first` decides that of
/// `last`. A residual block is one; `layers` are indices into network.layers().
struct GraphBlock {
    int first = 0, last = 0;
    std::vector<int> layers;
};
/// The whole network as blocks, one behind another, each with a layer at least.
std::vector<GraphBlock> blocksOf(const Network& network);

}  // namespace bitdesk
