// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <filesystem>

namespace bitdesk {

/// Reads the data that tensors of a graph keep in other files into them. Throws Error (BadInput) naming file and tensor
/// before anything is read that a tensor's shape does not call for, and for a file that does not lie below the model's
/// folder.
void readExternalData(onnx::ModelProto& model, const std::filesystem::path& path);

}  // namespace bitdesk
