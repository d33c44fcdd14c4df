// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <string>

#include "core/base/what_is.h"

namespace bitdesk {

/// What to type so that files of such a kind, in place of pictures, become what is read; empty: nobody knows.
std::string howToRead(FileKind kind);

/// Throws Error (BadInput) about a folder of which nothing is read: `reason`, and what its files are. `hint` is told
/// where these say nothing of what to do.
[[noreturn]] void failUnread(const std::filesystem::path& folder, const std::string& reason, const std::string& hint);

}  // namespace bitdesk
