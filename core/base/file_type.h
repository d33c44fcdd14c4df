// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace bitdesk {

/// What lies under a name, links followed; not_found where nothing does. Throws Error (BadInput) naming the path and
/// the reason where the system does not tell: a folder that may not be entered, a loop of links, too long a name.
std::filesystem::file_type typeOf(const std::filesystem::path& path);

/// Whether anything lies there; throws as typeOf() does.
bool isThere(const std::filesystem::path& path);

/// "is a folder", "is a pipe", …; empty for a regular file and for what is not there.
std::string otherThanAFile(std::filesystem::file_type type);

/// The name from the root on, without dots; as it was given where the present folder is gone.
std::filesystem::path fullName(const std::filesystem::path& path);

}  // namespace bitdesk
