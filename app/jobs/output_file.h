// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>

namespace bitdesk::jobs {

/// Whether two names are of one file; "-" and the empty one are of none.
bool sameFile(const std::filesystem::path& a, const std::filesystem::path& b);

/// Called before the work that the result of is to be written. Throws Error: Resource when the file could not be
/// written, Usage when it would replace one of the inputs, a file in one that is a folder, or any database.
void checkOutput(const std::filesystem::path& file, std::span<const std::filesystem::path> inputs);

}  // namespace bitdesk::jobs
