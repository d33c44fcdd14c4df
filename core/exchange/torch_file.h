// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>

#include "core/exchange/tensor_file.h"

namespace bitdesk {

/// A state dict in torch.save's zip format. Throws Error (BadInput) naming file and tensor.
TensorFile readTorchFile(const std::filesystem::path& path);

}  // namespace bitdesk
