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
