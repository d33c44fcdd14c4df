// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/graph.h"

#include <array>

namespace bitdesk {

const char* operationName(const Node& node) {
    // In the order of the variant's alternatives.
    constexpr std::array kNames{"input", "conv2d",   "linear",   "norm",    "relu",
                                "add",   "max_pool", "avg_pool", "flatten", "quantize"};
    static_assert(kNames.size() == std::variant_size_v<Attributes>);
    return kNames[node.attributes.index()];
}

std::string toText(const Shape& shape) {
    return std::to_string(shape.height) + "×" + std::to_string(shape.width) + "×" + std::to_string(shape.channels);
}

std::string nodePlace(const std::string& network, const Node& node) {
    return "network '" + network + "', node '" + node.name + "'";
}

}  // namespace bitdesk
