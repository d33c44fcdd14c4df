// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>

#include "core/data/data_format.h"

namespace bitdesk {

/// A data set and how it is read.
struct FoundFormat {
    std::filesystem::path path;
    const DataFormat* format;
};

/// The data set that `path` is, or, where it is a folder, the only one that lies some folders below, as in
/// FashionMNIST/raw. Throws Error (BadInput) that says what is there instead and what would be read, or which of
/// several to name.
FoundFormat findFormat(const std::filesystem::path& path);

}  // namespace bitdesk
