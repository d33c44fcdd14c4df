// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <string>

#include "core/exchange/tensor_file.h"

namespace bitdesk {

struct StateDict {
    TensorFile file;
    bool ofKey = false;  ///< it is the dict of the key that was asked for
};

/// The state dict of a file of torch.save, or of a checkpoint in one: its tensors, copied row by row. Taken is the dict
/// under `key` ("ema.state_dict": a dict in a dict); without one, or where there is none, the dict that is called as a
/// state dict, or is the only one; or the parameters and buffers of a whole model. The others are named in the notes,
/// and what was passed over. Throws Error (BadInput) naming file and tensor: none, or none that goes before the others.
StateDict readStateDict(const std::filesystem::path& path, const std::string& key);

}  // namespace bitdesk
