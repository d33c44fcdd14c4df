// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace bitdesk {

/// The bytes of a regular file of at most `maxBytes`. Throws Error (BadInput) naming `path`: missing, unreadable, a
/// folder, a pipe or device (never waits for one), too large; (Resource): larger than a memory limit leaves.
std::string readFile(const std::filesystem::path& path, std::uint64_t maxBytes);

}  // namespace bitdesk
