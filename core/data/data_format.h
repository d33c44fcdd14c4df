// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <span>

#include "core/data/in_memory_data_set.h"

namespace bitdesk {

/// Which of the two parts a source has itself; `val` is cut from training images.
enum class SourcePart { Train, Test };

/// A way to read labelled images. A new one is a file of this kind and a line in dataFormats().
struct DataFormat {
    const char* name;
    /// Whether `path` (a folder or a file) looks like this format; must not throw.
    bool (*detect)(const std::filesystem::path& path);
    /// Reads one part. Throws Error (BadInput) naming the file.
    RawImages (*read)(const std::filesystem::path& path, SourcePart part);
};

std::span<const DataFormat* const> dataFormats();

}  // namespace bitdesk
