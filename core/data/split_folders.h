// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data/folder_names.h"

namespace bitdesk {

/// A folder that is named as a split and holds pictures.
struct SplitFolder {
    std::filesystem::path path;
    SplitName::Kind kind = SplitName::Kind::Train;
    bool classFolders = false;  ///< it holds folders of pictures; else pictures alone
};

/// What the folders of pictures in a folder are.
struct SplitFolders {
    std::vector<SplitFolder> splits;            ///< empty: no splits lie here
    std::vector<std::filesystem::path> copies;  ///< folders that hold splits again
};

/// The splits among `folders`, the folders of pictures that lie in `root`. Throws Error (BadInput) where splits and
/// classes lie side by side, or pictures lie in folders of splits without class folders.
SplitFolders splitFolders(const std::filesystem::path& root, const std::vector<std::filesystem::path>& folders);

/// The folder, `folder` or one of pictures below it, that holds folders of two different splits; nothing where there is
/// none.
std::optional<std::filesystem::path> partsBelow(const std::filesystem::path& folder, int depth = 0);

}  // namespace bitdesk
