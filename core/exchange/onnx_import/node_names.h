// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <vector>

namespace bitdesk {

/// A node's name as people know the module that it came from: "/features/features.3/conv/conv.1/Conv" and
/// "node_conv2d_12" with the weight "features.3.conv.1.weight" are "features.3.conv.1". Printable, without spaces, at
/// most 150 characters; not unique. `tensor`: of the node's weights, or empty.
std::string readableName(const std::string& node, const std::string& op, const std::string& tensor);

/// A network's name from a file's.
std::string networkName(const std::string& stem);

}  // namespace bitdesk
