// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <string>

namespace bitdesk {

/// Versions, counts, names: each value is made once, and before it is read. Throws Error (BadInput) naming `where`.
void checkGraph(const onnx::ModelProto& model, const std::string& where);

/// Every tensor has the data that its shape calls for, once those of other files are read. Throws Error (BadInput).
void checkTensors(const onnx::ModelProto& model, const std::string& where);

/// What onnx::checker says of a file of a version that it knows. Throws Error (BadInput).
void checkWithLibrary(const onnx::ModelProto& model, const std::string& where);

}  // namespace bitdesk
