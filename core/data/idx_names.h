// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/data/data_format.h"

namespace bitdesk {

/// The files of one set, by what their names say; a path is empty where there is none.
struct IdxFiles {
    struct Pair {
        std::filesystem::path images, labels;
    };
    std::map<SourcePart, Pair> parts;
    std::filesystem::path mapping;    ///< EMNIST's: a line a label, with the codes of its characters
    std::string name;                 ///< what stands before "train" and "test": "emnist-letters"; empty for MNIST
    std::vector<std::string> others;  ///< sets that lie beside it under other names
};

/// The IDX files that lie in a folder, or beside and with a file: `train-images-idx3-ubyte` and the like, with `t10k`
/// or `test`, with dots or lines between the words, in capitals or not, with a name before them or not, plain or .gz.
/// Of several sets the one of the file's name, or the one without a name. Empty parts where there is none. Throws Error
/// (BadInput) where several are there and nothing says which.
IdxFiles findIdxFiles(const std::filesystem::path& path);

}  // namespace bitdesk
