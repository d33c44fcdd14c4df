// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

namespace bitdesk {

/// Everything a training needs to go on: named float tensors and a few texts, in one safetensors file written aside and
/// renamed.
struct Checkpoint {
    std::map<std::string, at::Tensor> tensors;
    std::map<std::string, std::string> texts;
};

void writeCheckpoint(const Checkpoint& checkpoint, const std::filesystem::path& path);
/// Throws Error (BadInput) naming the file.
Checkpoint readCheckpoint(const std::filesystem::path& path);

}  // namespace bitdesk
