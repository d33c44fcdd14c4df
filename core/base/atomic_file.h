// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <string_view>

namespace bitdesk {

/// Writes a file whole or not at all: aside in the same folder, synced, then renamed over `path`. A crash or a full
/// disk leaves the old file. Throws Error (Resource) naming `path`.
void writeFileAtomically(const std::filesystem::path& path, std::string_view bytes);

/// Throws Error (Resource) naming `path` when a file could not be written there: folder missing, not writable, or a
/// folder itself. For checks before long work; creates nothing that stays.
void checkWritable(const std::filesystem::path& path);

}  // namespace bitdesk
