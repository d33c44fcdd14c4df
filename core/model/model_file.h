// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "core/model/meta_model.h"

namespace bitdesk {

/// Reads a `.safetensors` model (docs/model-format.md). The file is untrusted: header size, JSON, offsets, overlaps,
/// shapes, types, finiteness and the graph are checked before use. Throws Error (BadInput) naming file and tensor.
MetaModel readModel(const std::filesystem::path& path);

/// Checks the model, writes beside the target, syncs and renames, so that a crash leaves the old file or the new one.
/// Returns the hash. Throws Error naming the target.
std::string writeModel(const MetaModel& model, const std::filesystem::path& path);

/// The bytes that writeModel writes.
std::string serializeModel(const MetaModel& model);

/// The file that MODEL of the command line is read from: the model, or the network of `random:FILE.json`; empty where
/// it is neither.
std::filesystem::path modelSource(const std::string& spec);

/// MODEL of the command line: a file, or `random:NETWORK` (see openNetwork; usualBits(); weights from `seed`).
MetaModel openModel(const std::string& spec, std::uint64_t seed = 0);

}  // namespace bitdesk
