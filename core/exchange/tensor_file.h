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
    std::vector<std::string> notes;  ///< what the user must know of how it was read, whole sentences

    const Tensor* find(const std::string& name) const;
};

/// Reads a state dict of PyTorch (both of torch.save's formats; see parsePickle) or a safetensors file, whichever its
/// bytes say, of at most 2 GiB of tensors. A state dict may be the value of "state_dict", "model_state_dict", "model",
/// "net" or "params" in a checkpoint, its only dict of tensors, or what a whole model holds. `key` chooses another: a
/// key of the checkpoint, or what the names of the wanted tensors begin with. "module." and "_orig_mod." before every
/// name are taken off; weights that a file holds in parts are put together (effective_weights.h). Throws Error
/// (BadInput) naming file and tensor.
TensorFile readTensorFile(const std::filesystem::path& path, const std::string& key = {});

/// The numbers of a tensor of any element type but F8. Throws Error (BadInput) naming `where` for those, or where one
/// is not finite.
std::vector<float> toFloats(const Tensor& tensor, const std::string& where);

}  // namespace bitdesk
