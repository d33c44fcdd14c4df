// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <optional>
#include <string>
#include <vector>

#include "core/exchange/onnx_import/view.h"

namespace bitdesk {

/// The images that a graph takes.
struct ImageInput {
    Shape shape;
    std::vector<TensorAxis> axes;  ///< of the tensor, in the map of the network's input node
    bool bytes = false;            ///< whole numbers 0 … 255
};

/// What a graph's input is: [N, C, H, W], [N, H, W, C] where only the last extent counts channels, [N, C, W], or
/// [N, features] of an image in PyTorch's order. An open batch is 1. `given` fills in, or must agree with, what the
/// file says. Throws Error (BadInput) naming `where` with what to type where a size stays open.
ImageInput imageInput(const onnx::ValueInfoProto& input, const std::optional<Shape>& given, const std::string& where);

}  // namespace bitdesk
