// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/data/data_format.h"
#include "core/data/data_set.h"

namespace bitdesk {

/// One part of a folder of images: the files of its class folders.
struct ImageFolderIndex {
    struct Entry {
        std::string path;  ///< of `root`, sorted by class, then by bytes
        int label = 0;
    };
    std::filesystem::path root;
    std::filesystem::path inside;         ///< `root`, from the data set's folder on; empty: it is that folder
    std::vector<std::string> classNames;  ///< of all parts, in NFC, sorted by bytes
    std::vector<Entry> entries;
    std::vector<BadFile> bad;        ///< what stands there as an image and cannot be opened: a link that leads nowhere
    std::vector<std::string> notes;  ///< what was passed over or joined, a sentence each
};

/// Whether a folder holds folders or images; must not throw.
bool isImageFolder(const std::filesystem::path& folder);

/// The parts that layoutOf() finds; where there are no folders of parts, the folder is one part, a test part.
std::vector<SourcePart> imageFolderParts(const std::filesystem::path& folder);

/// Walks the class folders; of files, those without a picture's ending are looked into. Links to files and to class
/// folders are followed, others to folders refused, so that nothing goes in a circle. Throws Error (BadInput) naming
/// what is wrong: a structure that layoutOf() refuses, a folder's name that is no UTF-8 or has control characters, too
/// many classes or files.
ImageFolderIndex indexImageFolder(const std::filesystem::path& folder, SourcePart part);

/// One picture, or all pictures of a folder and the folders in it, as one class. Throws as indexImageFolder() does.
ImageFolderIndex indexPictures(const std::filesystem::path& path);

}  // namespace bitdesk
