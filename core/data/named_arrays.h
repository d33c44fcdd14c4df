// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/archives.h"
#include "core/data/data_format.h"
#include "core/data/npy.h"

namespace bitdesk {

/// The arrays of one part; `labels` is empty where none is found.
struct ArrayPair {
    std::string images, labels;
};

/// Which arrays are images and labels of which part, by their names alone: x_train and y_train, trainX, train_images
/// and train_labels, images and labels, data and target, kmnist-test-imgs, …, in capitals or not; a pair that names no
/// part is the test part where no other is. Throws Error (BadInput) naming `where` if several fit equally well.
/// `set`: of several sets ("kmnist", or "" for names that say no more) the one that is meant.
std::map<SourcePart, ArrayPair> pairArrays(const std::vector<std::string>& names, const std::string& where,
                                           const std::optional<std::string>& set = {});

/// What stands in an array's name besides part and kind ("kmnist"); empty also where it names neither.
std::string arraySet(const std::string& name);
/// Whether a name says that this is an array of images or of labels.
bool namesArray(const std::string& name);

/// Whether a name says that this is a list of the classes' names: class_names, label_names, targetNames, …
bool namesClasses(const std::string& name);

/// A name for the labels of an array of images: "y_train" for "x_train".
std::string labelsNameFor(const std::string& images);

/// An array with the bytes that it lies in.
struct StoredArray {
    std::vector<std::byte> entry;  ///< of an archive
    std::string file;              ///< or a file's
    NpyArray array;
};

/// NumPy's arrays by name: the entries of an .npz, or the .npy files of a folder (and its .npz files of a single
/// array), which are called as their files.
class ArrayStore {
public:
    /// Throws Error (BadInput) naming the file.
    explicit ArrayStore(const std::filesystem::path& path);

    std::vector<std::string> names() const;
    bool has(const std::string& name) const;
    /// What is meant of several sets of files: that of the file that was named.
    const std::optional<std::string>& set() const { return m_set; }
    /// Throws Error (BadInput) naming file and array.
    StoredArray read(const std::string& name) const;
    /// "FILE, array NAME"
    std::string where(const std::string& name) const;
    /// The line of Python that saves an array as what `expression` makes of it ("{}" stands for its name).
    std::string saveLine(const std::string& name, const std::string& expression) const;

private:
    std::filesystem::path m_path;
    std::optional<std::string> m_set;
    std::optional<ZipArchive> m_archive;
    std::map<std::string, std::filesystem::path> m_files;
};

/// Whether a folder has .npy files, or .npz files of one array, whose names say that they are images and labels, or a
/// file is one of these; must not throw.
bool isArrayFolder(const std::filesystem::path& path);

}  // namespace bitdesk
