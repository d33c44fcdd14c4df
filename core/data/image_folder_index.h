// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/data/data_format.h"

namespace bitdesk {

/// One part of a folder of images: the files of its class folders.
struct ImageFolderIndex {
    struct Entry {
        std::string path;  ///< of `root`, sorted by class, then by bytes
        int label = 0;
    };
    std::filesystem::path root;
    std::vector<std::string> classNames;  ///< of all parts, sorted by bytes
    std::vector<Entry> entries;
};

/// Whether a folder holds class folders, or parts that do, or images; must not throw.
bool isImageFolder(const std::filesystem::path& folder);

/// The parts: folders named train, val (valid, validation) and test that hold class folders; else the folder is one
/// part, a test part.
std::vector<SourcePart> imageFolderParts(const std::filesystem::path& folder);

/// Walks the class folders; no file is opened. Links to files and to class folders are followed, others to folders
/// refused, so that nothing goes in a circle. Hidden files, Thumbs.db and desktop.ini are passed over. Throws Error
/// (BadInput) naming what is wrong: a class folder without images, a name that is no UTF-8 or has control characters,
/// what is neither file nor folder, too many classes or files.
ImageFolderIndex indexImageFolder(const std::filesystem::path& folder, SourcePart part);

}  // namespace bitdesk
