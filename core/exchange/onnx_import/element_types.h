// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <onnx/onnx_pb.h>
#include <string>
#include <vector>

namespace bitdesk {

/// Bytes of one element of an onnx::TensorProto::DataType. Throws Error (BadInput) naming `where` for types that are
/// not read: text, complex numbers, 4- and 8-bit floats.
int elementBytes(int type, const std::string& where);

/// Whether a type's values are read as real numbers (else as whole ones).
bool isReal(int type);

/// The values of a tensor that checkTensors() has seen, whole numbers of up to 16 bits among the real ones.
std::vector<float> realValues(const onnx::TensorProto& tensor, const std::string& where);
/// Those of a type that is not real.
std::vector<std::int64_t> wholeValues(const onnx::TensorProto& tensor, const std::string& where);

/// Values that a tensor has, of which there ought to be as many as elementCount().
std::int64_t valueCount(const onnx::TensorProto& tensor, const std::string& where);

}  // namespace bitdesk
