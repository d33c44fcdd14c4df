// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <filesystem>

namespace bitdesk {

/// Reads an ONNX file of at most 2 GiB, with the data that it keeps in files beside it: they lie in its folder or
/// below, and no link leads out of there. Checked is that the file is a graph in static single assignment whose values
/// are there before they are used, that tensors have the data that their shapes call for, that nothing is larger than
/// what an import may hold (2^28 elements a tensor, 100 000 nodes), and, where the onnx library knows the file's
/// version, that it finds nothing wrong. Throws Error (BadInput) naming the file and the part of it.
onnx::ModelProto readOnnxFile(const std::filesystem::path& path);

}  // namespace bitdesk
