// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/data/in_memory_data_set.h"

namespace bitdesk {

/// The parts that a source may have itself.
enum class SourcePart { Train, Val, Test };

/// The split that a reader opens: which images of the part it takes, and what it tells of itself.
struct SplitPlan {
    std::string name;
    Split split = Split::Test;
    SourcePart part = SourcePart::Test;
    DataDescription description;
    /// The images of a part of so many that belong to the split, ascending.
    std::function<std::vector<std::int64_t>(std::int64_t)> choose;
};

/// A part, or what is to be cut from one, has too few images, all of which may be sound.
class TooFewImages : public Error {
public:
    using Error::Error;
};

/// The images of a part of so many that belong to the split; `where` names the part. Throws TooFewImages.
std::vector<std::int64_t> chosenImages(const SplitPlan& plan, std::int64_t size, const std::string& where);

/// A way to read labelled images. A new one is a file of this kind and a line in dataFormats().
struct DataFormat {
    const char* name;
    /// Whether the content of `path` (a folder or a file) is of this format; must not throw.
    bool (*detect)(const std::filesystem::path& path);
    /// The parts that are there. Throws Error (BadInput).
    std::vector<SourcePart> (*parts)(const std::filesystem::path& path);
    /// Reads one part whole. Throws Error (BadInput) naming the file. Null where `open` is there instead.
    RawImages (*read)(const std::filesystem::path& path, SourcePart part);
    /// A data set that decodes its images on demand. Throws Error (BadInput) naming the file, and Cancelled.
    std::shared_ptr<const DataSet> (*open)(const std::filesystem::path& path, const SplitPlan& plan,
                                           const DataRequest& request);
};

std::span<const DataFormat* const> dataFormats();

}  // namespace bitdesk
