// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace bitdesk::jobs {

/// A model, data set or database as a command line finds it from any folder; a name that is no file's
/// ("random:resnet14", "fashion-mnist", what is not there) stays.
std::string absoluteName(const std::string& name);

/// Whether two names are of one file; "-" and the empty one are of none.
bool sameFile(const std::filesystem::path& a, const std::filesystem::path& b);

/// Called before the work that the result of is to be written. Throws Error: Resource when the file could not be
/// written, Usage when it would replace one of the inputs, a file in one that is a folder, or any database.
void checkOutput(const std::filesystem::path& file, std::span<const std::filesystem::path> inputs);

/// The same of a file that must not be there yet, unless `overwrite`: throws Error (BadInput) where it is.
void checkNewFile(const std::filesystem::path& file, bool overwrite, std::span<const std::filesystem::path> inputs);
/// checkNewFile, then writes it, aside and renamed.
void writeNewFile(const std::filesystem::path& file, std::string_view content, bool overwrite);

}  // namespace bitdesk::jobs
