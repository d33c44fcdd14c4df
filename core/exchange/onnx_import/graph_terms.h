// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <cstdint>
#include <string>

namespace bitdesk {

/// The operations of the default domain that a file means; 0 where it has none.
int opsetOf(const onnx::ModelProto& model);

/// Elements of a tensor by its shape. Throws Error (BadInput) naming `where` for extents below 0 and for more than 2^28
/// elements.
std::int64_t elementCount(const onnx::TensorProto& tensor, const std::string& where);
/// "FILE: tensor 'conv1.weight'".
std::string tensorPlace(const onnx::TensorProto& tensor, const std::string& file);

/// A name of the file, fit for a terminal, and not longer than people read.
std::string shownOnnxName(const std::string& name);

}  // namespace bitdesk
