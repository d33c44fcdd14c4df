// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/graph.h"

#include "core/base/overloads.h"
#include "core/network/activations.h"

namespace bitdesk {

const char* operationName(const Node& node) {
    return std::visit(
        Overloads{[](const InputAttributes&) { return "input"; }, [](const Conv2dAttributes&) { return "conv2d"; },
                  [](const LinearAttributes&) { return "linear"; }, [](const NormAttributes&) { return "norm"; },
                  [](const ActivationAttributes& a) { return entryOf(a.kind).operation; },
                  [](const AddAttributes&) { return "add"; }, [](const MaxPoolAttributes&) { return "max_pool"; },
                  [](const AvgPoolAttributes&) { return "avg_pool"; },
                  [](const FlattenAttributes&) { return "flatten"; },
                  [](const QuantizeAttributes&) { return "quantize"; }},
        node.attributes);
}

std::string toText(const Shape& shape) {
    return std::to_string(shape.height) + "×" + std::to_string(shape.width) + "×" + std::to_string(shape.channels);
}

std::string nodePlace(const std::string& network, const Node& node) {
    return "network '" + network + "', node '" + node.name + "'";
}

}  // namespace bitdesk
