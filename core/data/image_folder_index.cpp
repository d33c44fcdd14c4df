// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_folder_index.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/data/image_header.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostClasses = 65535;
constexpr std::size_t kMostFiles = 5'000'000;

[[noreturn]] void fail(const fs::path& path, const std::string& reason, const std::string& hint = {}) {
    throw Error(ErrorKind::BadInput, validUtf8(path.string()), reason, hint);
}

bool passedOver(const std::string& name) {
    return name.starts_with('.') || name == "Thumbs.db" || name == "desktop.ini";
}

void checkName(const fs::path& path) {
    const std::string name = path.filename().string();
    if (validUtf8(name) != name) fail(path, "has a name that is no UTF-8", "Rename it");
    if (printable(name) != name) fail(path, "has a control character in its name", "Rename it");
}

/// The entries of a folder, sorted by bytes, without what is passed over.
std::vector<fs::directory_entry> listed(const fs::path& folder) {
    std::error_code code;
    std::vector<fs::directory_entry> entries;
    fs::directory_iterator it(folder, code);
    for (; !code && it != fs::directory_iterator(); it.increment(code)) {
        if (!passedOver(it->path().filename().string())) entries.push_back(*it);
        if (entries.size() > kMostFiles) fail(folder, "has more than 5 million files");
    }
    if (code) fail(folder, "cannot be read: " + code.message());
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path().native(); });
    return entries;
}

std::vector<fs::path> foldersIn(const fs::path& folder) {
    std::vector<fs::path> folders;
    std::error_code code;
    for (const auto& entry : listed(folder))
        if (entry.is_directory(code)) folders.push_back(entry.path());
    return folders;
}

using Parts = std::map<SourcePart, fs::path>;

Parts partsOf(const fs::path& folder) {
    static constexpr std::array kNames{std::pair{"train", SourcePart::Train}, std::pair{"val", SourcePart::Val},
                                       std::pair{"valid", SourcePart::Val}, std::pair{"validation", SourcePart::Val},
                                       std::pair{"test", SourcePart::Test}};
    Parts parts;
    std::error_code code;
    for (const auto& [name, part] : kNames) {
        const fs::path path = folder / name;
        // A class may be called "train": then it holds images, no folders.
        if (!fs::is_directory(path, code) || foldersIn(path).empty()) continue;
        if (!parts.emplace(part, path).second)
            fail(path, "is a second folder of validation images", "Keep one of val, valid and validation");
    }
    if (parts.empty()) parts[SourcePart::Test] = folder;
    return parts;
}

bool holdsImages(const fs::path& folder) {
    for (const auto& entry : listed(folder)) {
        std::error_code code;
        std::array<char, 8> begin{};
        if (!entry.is_regular_file(code)) continue;
        std::ifstream(entry.path(), std::ios::binary).read(begin.data(), begin.size());
        std::array<std::uint8_t, 8> bytes{};
        std::ranges::copy(begin, bytes.begin());
        return beginsAsImage(bytes);
    }
    return false;
}

/// Adds the files of a class folder and of the folders in it.
void addFiles(const fs::path& folder, const std::string& relative, int label, ImageFolderIndex& index) {
    for (const auto& entry : listed(folder)) {
        checkName(entry.path());
        const std::string path = relative + "/" + entry.path().filename().string();
        std::error_code code;
        if (entry.is_directory(code)) {
            if (entry.is_symlink(code)) fail(entry.path(), "is a link to a folder, inside a class folder");
            addFiles(entry.path(), path, label, index);
        } else if (entry.is_regular_file(code)) {
            index.entries.push_back({path, label});
        } else {
            fail(entry.path(),
                 entry.is_symlink(code) ? "is a link that leads nowhere" : "is neither a file nor a folder");
        }
        if (index.entries.size() > kMostFiles) fail(index.root, "has more than 5 million files");
    }
}

}  // namespace

bool isImageFolder(const fs::path& folder) {
    try {
        std::error_code code;
        return fs::is_directory(folder, code) && (!foldersIn(folder).empty() || holdsImages(folder));
    } catch (const std::exception&) {
        return false;
    }
}

std::vector<SourcePart> imageFolderParts(const fs::path& folder) {
    std::vector<SourcePart> parts;
    for (const auto& [part, path] : partsOf(folder)) parts.push_back(part);
    return parts;
}

ImageFolderIndex indexImageFolder(const fs::path& folder, SourcePart part) {
    const Parts parts = partsOf(folder);
    std::set<std::string> classes;
    for (const auto& [other, path] : parts)
        for (const fs::path& classFolder : foldersIn(path)) {
            checkName(classFolder);
            classes.insert(classFolder.filename().string());
        }
    if (classes.empty())
        fail(folder, "holds images, but no class folders", "Put the images of each class into a folder of its name");
    if (classes.size() > kMostClasses) fail(folder, "has more than 65535 class folders");
    ImageFolderIndex index{.root = parts.at(part), .classNames = {classes.begin(), classes.end()}, .entries = {}};
    for (std::size_t label = 0; label < index.classNames.size(); ++label) {
        const fs::path classFolder = index.root / index.classNames[label];
        std::error_code code;
        if (!fs::is_directory(classFolder, code)) continue;
        const std::size_t before = index.entries.size();
        addFiles(classFolder, index.classNames[label], static_cast<int>(label), index);
        if (index.entries.size() == before)
            fail(classFolder, "is a class folder without images", "Remove it, or put images there");
    }
    return index;
}

}  // namespace bitdesk
