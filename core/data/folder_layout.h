// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/data/data_format.h"
#include "core/data/folder_entries.h"

namespace bitdesk {

/// One part of a folder of images.
struct FolderPart {
    std::filesystem::path root;  ///< that its class folders lie in
    /// Class, its name in NFC, to the folders of that name: more than one where a file system keeps two forms of it.
    std::map<std::string, std::vector<std::string>> classes;
    std::vector<std::string> empty;  ///< names of folders without images
};

/// Where parts and classes of a folder of images lie (docs/data.md has the rules).
struct FolderLayout {
    std::map<SourcePart, FolderPart> parts;
    PassedOver passedOver;           ///< on the way to the parts
    std::vector<std::string> notes;  ///< a sentence each
};

/// Looks at names, and into files without a picture's ending. Throws Error (BadInput) with the structure that was found
/// where it can be read in two ways, or in none.
FolderLayout layoutOf(const std::filesystem::path& folder);

}  // namespace bitdesk
