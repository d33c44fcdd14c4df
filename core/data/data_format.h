// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
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

/// A way to read labelled images. A new one is a file, a declaration below and a place in
/// findFormat().
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

/// A data set and how it is read.
struct FoundFormat {
    std::filesystem::path path;
    const DataFormat* format;
};

/// The data set that `path` is, or, where it is a folder, the only one that lies some folders below, as in
/// FashionMNIST/raw. Throws Error (BadInput) that says what is there instead and what would be read, or which of
/// several to name.
FoundFormat findFormat(const std::filesystem::path& path);

// The formats, one file each; data_format.cpp looks for them.

/// CIFAR-10 and CIFAR-100 (whose fine labels are read), in the binary version (data_batch_1.bin …, test_batch.bin;
/// train.bin, test.bin) and the Python version (data_batch_1 …, test_batch; train, test), in a folder, or in the
/// .tar.gz that they are handed out in. What a file holds tells which of the two CIFARs it is.
const DataFormat& cifarFormat();

/// IDX files of unsigned bytes (LeCun's format of MNIST), plain or gzip: a pair of images and labels for training and
/// one for test, named as those of MNIST and its relatives are (findIdxFiles). A test pair alone will do for the test
/// split. There are as many classes as the labels of all parts, and EMNIST's mapping, tell of.
const DataFormat& idxFormat();

/// NumPy's .npz with pairs of images (readImages) and labels (readLabels) whose names say which part they are of
/// (pairArrays), or of two arrays that only their shapes tell apart; one pair alone is the test split.
const DataFormat& npzFormat();

/// The same in a folder of .npy files.
const DataFormat& npyFormat();

/// PNG and JPEG files in folders named as their classes, these in train, val and test or not.
const DataFormat& imageFolderFormat();

}  // namespace bitdesk
