// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/data_format.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>

#include "core/base/files.h"
#include "core/base/what_is.h"
#include "core/data/image_header.h"
#include "core/data/unread_files.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReadFiles =
    "Read are IDX files (train-images-idx3-ubyte …), CIFAR (its folder or .tar.gz), .npz and .npy arrays, and image "
    "folders (class folders of PNG and JPEG)";

constexpr int kMostInFolder = 256;  // of a folder that is worth looking into: arrays are few files

/// The entries of a folder, sorted; nothing where there are many.
std::vector<fs::path> entriesOf(const fs::path& folder, bool folders) {
    std::vector<fs::path> entries;
    std::error_code code;
    int count = 0;
    for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator(); it.increment(code)) {
        if (++count > kMostInFolder) return {};
        const bool hidden = it->path().filename().string().starts_with('.');
        if (!hidden && (folders ? it->is_directory(code) : it->is_regular_file(code))) entries.push_back(it->path());
    }
    std::ranges::sort(entries);
    return entries;
}

const DataFormat* arraysIn(const fs::path& path) {
    for (const DataFormat* format : {&idxFormat(), &cifarFormat(), &npzFormat(), &npyFormat()})
        if (format->detect(path)) return format;
    return nullptr;
}

/// Folders of arrays some levels below. A folder that is one is not looked into.
class BelowSearch {
public:
    explicit BelowSearch(const fs::path& root) { look(root, 0); }
    std::vector<FoundFormat> found;

private:
    static constexpr int kDeepest = 3, kMostFolders = 500;
    void look(const fs::path& folder, int depth) {
        for (const fs::path& inner : entriesOf(folder, true)) {
            if (++m_folders > kMostFolders) return;
            if (entriesOf(inner, true).empty() && entriesOf(inner, false).empty()) continue;
            if (const DataFormat* format = arraysIn(inner)) found.push_back({inner, format});
            else if (depth + 1 < kDeepest) look(inner, depth + 1);
        }
    }
    int m_folders = 0;
};

/// Whether a folder in `folder` begins with pictures: then it is a folder of class folders, whatever lies beside them.
bool holdsClassFolders(const fs::path& folder, int deepest = 2) {
    for (const fs::path& inner : entriesOf(folder, true)) {
        int files = 0;
        std::error_code code;
        for (fs::directory_iterator it(inner, code); !code && it != fs::directory_iterator() && files < 8;
             it.increment(code), ++files) {
            std::array<char, 8> begin{};
            if (!it->is_regular_file(code)) continue;
            std::ifstream(it->path(), std::ios::binary).read(begin.data(), begin.size());
            std::array<std::uint8_t, 8> bytes{};
            std::ranges::copy(begin, bytes.begin());
            if (beginsAsImage(bytes)) return true;
        }
        if (deepest > 1 && holdsClassFolders(inner, deepest - 1)) return true;
    }
    return false;
}

FoundFormat onlyOne(const fs::path& path, const std::vector<FoundFormat>& found) {
    if (found.size() == 1) return found.front();
    constexpr std::size_t kMostNamed = 8;
    std::string list;
    for (std::size_t i = 0; i < std::min(found.size(), kMostNamed); ++i)
        list += (list.empty() ? "" : ", ") + found[i].path.lexically_relative(path).string();
    if (found.size() > kMostNamed) list += ", …";
    throw Error(ErrorKind::BadInput, path.string(), "holds " + std::to_string(found.size()) + " data sets: " + list,
                "Name the one that is meant, as " + found.front().path.string());
}

/// Archives of arrays that lie in a folder which holds nothing else to read.
std::vector<FoundFormat> archivesIn(const fs::path& folder) {
    std::vector<FoundFormat> found;
    for (const fs::path& file : entriesOf(folder, false)) {
        const FileKind kind = whatIs(file).kind;
        const DataFormat& format = kind == FileKind::Tar ? cifarFormat() : npzFormat();
        if ((kind == FileKind::Tar || kind == FileKind::Npz) && format.detect(file)) found.push_back({file, &format});
    }
    return found;
}

std::string hintFor(const WhatItIs& what, const fs::path& path) {
    switch (what.kind) {
        case FileKind::WebPage:
        case FileKind::Empty:
        case FileKind::LfsPointer:
        case FileKind::Dicom:
        case FileKind::Video: return howToRead(what.kind);
        case FileKind::Tar: return "Unpack it (tar -xf " + path.string() + ") and name its folder. " + kReadFiles;
        case FileKind::Zip:
        case FileKind::Packed: return std::string("Unpack it and name its folder. ") + kReadFiles;
        case FileKind::Idx:
            return "Name it and its labels as train-images-idx3-ubyte, train-labels-idx1-ubyte (or t10k-…), in one "
                   "folder";
        case FileKind::Npy:
            return "Name it and its labels as x_test.npy and y_test.npy (or x_train.npy, y_train.npy), in one folder";
        case FileKind::Picture: return "Name the folder whose class folders hold the pictures";
        case FileKind::TorchZip:
        case FileKind::Pickle:
        case FileKind::Csv:
        case FileKind::Table:
            return std::string("Save its images and labels: np.savez(FILE, x_test=…, y_test=…). ") + kReadFiles;
        default: return kReadFiles;
    }
}

[[noreturn]] void failUnknown(const fs::path& path) {
    const WhatItIs what = whatIs(path);
    if (what.kind == FileKind::Absent)
        throw Error(ErrorKind::BadInput, path.string(), "is " + what.text, "Check its name and permissions");
    const std::string reason = "holds no data set of a known format: it is " + what.text;
    if (what.kind == FileKind::Folder) failUnread(path, reason, kReadFiles);
    throw Error(ErrorKind::BadInput, path.string(), reason, hintFor(what, path));
}

}  // namespace

FoundFormat findFormat(const fs::path& path) {
    if (!isThere(path))
        throw Error(ErrorKind::BadInput, path.string(), "there is no such file or folder",
                    "Name a data set's file or folder, or fashion-mnist");
    const DataFormat* arrays = arraysIn(path);
    std::error_code code;
    if (!fs::is_directory(path, code)) {
        if (arrays == nullptr) failUnknown(path);
        return {path, arrays};
    }
    // Loose arrays beside class folders are no data set: they were made of it.
    const bool loose = arrays == &npyFormat() && holdsClassFolders(path);
    if (arrays != nullptr && !loose) return {path, arrays};
    const bool images = imageFolderFormat().detect(path);
    if (!images || !holdsClassFolders(path)) {
        if (const auto below = BelowSearch(path).found; !below.empty()) return onlyOne(path, below);
    }
    if (images) return {path, &imageFolderFormat()};
    if (const auto archives = archivesIn(path); !archives.empty()) return onlyOne(path, archives);
    failUnknown(path);
}

}  // namespace bitdesk
