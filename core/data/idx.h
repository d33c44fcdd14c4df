// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>

#include "core/data/data_format.h"

namespace bitdesk {

/// IDX files of unsigned bytes (LeCun's format of MNIST), plain or gzip: a pair of images and labels for training and
/// one for test, named as MNIST's are. A test pair alone will do for the test split.
const DataFormat& idxFormat();

/// One IDX file: its extents and bytes. `rank` is the number of extents that it must have. Throws Error (BadInput).
struct IdxArray {
    std::vector<std::int64_t> extents;
    std::vector<std::uint8_t> bytes;
};
IdxArray readIdx(const std::filesystem::path& path, int rank);

}  // namespace bitdesk
