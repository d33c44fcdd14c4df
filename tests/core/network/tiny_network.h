// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

#include "core/network/network.h"

namespace bitdesk::test {

inline Conv2dAttributes conv(int channels, int kernel, int stride, int padding) {
    Conv2dAttributes a;
    a.outChannels = channels;
    a.kernelHeight = a.kernelWidth = kernel;
    a.strideHeight = a.strideWidth = stride;
    a.pad(padding, padding);
    return a;
}

/// The smallest graph that has everything a model file can hold: a signed 8-bit stem, a quantizable layer whose norm
/// comes after a fixed one, one whose norm comes after a quantizable one, a skip, and an 8-bit classifier with a bias.
inline std::vector<Node> tinyNodes() {
    Conv2dAttributes stem = conv(3, 3, 1, 1);
    stem.fixedBits = 8;
    LinearAttributes classifier;
    classifier.outFeatures = 3;
    classifier.fixedBits = 8;
    classifier.hasBias = true;
    AvgPoolAttributes pool;
    pool.global = true;
    return {{"input", {}, InputAttributes{{4, 4, 2}}},
            {"stem.input", {"input"}, QuantizeAttributes{"stem", true}},
            {"stem", {"stem.input"}, stem},
            {"stem.norm", {"stem"}, NormAttributes{"", "stem", 1e-5}},
            {"stem.relu", {"stem.norm"}, relu()},
            {"body.input", {"stem.relu"}, QuantizeAttributes{"body", false}},
            {"body", {"body.input"}, conv(3, 3, 1, 1)},
            {"body.norm", {"body"}, NormAttributes{"stem", "body", 1e-5}},
            {"add", {"body.norm", "stem.relu"}, AddAttributes{}},
            {"relu", {"add"}, relu()},
            {"tail.input", {"relu"}, QuantizeAttributes{"tail", false}},
            {"tail", {"tail.input"}, conv(4, 1, 2, 0)},
            {"tail.norm", {"tail"}, NormAttributes{"body", "tail", 1e-5}},
            {"pool", {"tail.norm"}, pool},
            {"flatten", {"pool"}, FlattenAttributes{}},
            {"classifier.input", {"flatten"}, QuantizeAttributes{"classifier", false}},
            {"classifier", {"classifier.input"}, classifier}};
}

inline Network tinyNetwork() { return {"tiny", tinyNodes()}; }

inline Node& nodeNamed(std::vector<Node>& nodes, const std::string& name) {
    for (Node& node : nodes)
        if (node.name == name) return node;
    throw std::runtime_error("no node " + name);
}

}  // namespace bitdesk::test
