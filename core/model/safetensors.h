// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace bitdesk {

/// One tensor of a safetensors file. `data` is little-endian, row-major; its size fits dtype and shape exactly.
struct Tensor {
    std::string dtype;                ///< "I8", "F32", "I64", …
    std::vector<std::int64_t> shape;  ///< extents ≥ 0
    std::vector<std::byte> data;

    static Tensor f32(std::vector<std::int64_t> shape, std::span<const float> values);
    static Tensor i8(std::vector<std::int64_t> shape, std::span<const std::int8_t> values);
};

/// "[64, 3, 7, 7]".
std::string shapeText(const std::vector<std::int64_t>& shape);

struct Safetensors {
    std::map<std::string, std::string> metadata;
    std::map<std::string, Tensor> tensors;
};

/// Parses the safetensors format (8-byte little-endian header length, JSON header, data): header ≤ 100 MB and within
/// the file, no overlaps or holes, known dtypes, sizes that multiply without overflow. Throws Error (BadInput) naming
/// `where` and the tensor.
Safetensors parseSafetensors(std::span<const std::byte> bytes, const std::string& where);
std::string serializeSafetensors(const Safetensors& content);

}  // namespace bitdesk
