// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <stdexcept>
#include <string>

namespace bitdesk {

/// Thrown where one node of a graph is what Bitdesk has no operation for; they are collected and told together. The
/// reason says what of the operation is not supported: "dilations", or is empty.
class Unsupported : public std::runtime_error {
public:
    explicit Unsupported(const std::string& reason) : std::runtime_error(reason) {}
};

}  // namespace bitdesk
