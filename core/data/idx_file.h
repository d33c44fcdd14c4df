// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace bitdesk {

/// One IDX file of unsigned bytes: its extents and bytes.
struct IdxArray {
    std::vector<std::int64_t> extents;
    std::vector<std::uint8_t> bytes;
};

/// Reads a plain file or one that gzip packed. `rank` is the number of extents that it must have. Before a byte of its
/// data is read or unpacked, what its header says is held against the file's size (of a packed one 200 times that, from
/// a megabyte on) and 2 GiB. Throws Error (BadInput).
IdxArray readIdx(const std::filesystem::path& path, int rank);

/// A file of labels: one unsigned byte each, or, as QMNIST has them, rows of 32-bit integers whose first is the label.
/// Throws Error (BadInput).
std::vector<int> readIdxLabels(const std::filesystem::path& path);

}  // namespace bitdesk
