// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/model/safetensors.h"

namespace bitdesk {

/// The tensors of a trained network as its tool wrote them.
struct TensorFile {
    std::string where;               ///< the file's name, for messages
    std::vector<std::string> names;  ///< in the order of the modules where the file keeps it, else by name
    std::map<std::string, Tensor> tensors;

    const Tensor* find(const std::string& name) const;
};

/// Reads a state dict of PyTorch (torch.save's zip format, of at most 2 GiB; see parsePickle) or a safetensors file,
/// whichever its bytes say. A state dict may be the value of "state_dict", "model_state_dict", "model" or "net" in a
/// checkpoint, or its only dict of tensors; "module." and "_orig_mod." before every name are taken off. Throws Error
/// (BadInput) naming file and tensor.
TensorFile readTensorFile(const std::filesystem::path& path);

/// The numbers of a tensor of any element type but F8. Throws Error (BadInput) naming `where` for those, or where one
/// is not finite.
std::vector<float> toFloats(const Tensor& tensor, const std::string& where);

}  // namespace bitdesk
