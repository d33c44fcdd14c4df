// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_folder_index.h"

#include <algorithm>
#include <set>

#include "core/base/utf8.h"
#include "core/data/folder_entries.h"
#include "core/data/folder_layout.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostClasses = 65535;

/// Adds the files of class folders and of the folders in them.
class Walk {
public:
    Walk(ImageFolderIndex& index, PassedOver& passedOver) : m_index(index), m_passedOver(passedOver) {}

    void addFiles(const fs::path& folder, const std::string& relative, int label, int depth = 0) {
        if (depth > kDeepestFolder) failAt(folder, "lies more than 32 folders deep");
        std::error_code code;
        for (const auto& entry : listFolder(folder, &m_passedOver)) {
            std::string path = relative;
            if (!path.empty()) path += '/';
            path += entry.path().filename().string();
            if (!entry.is_directory(code)) {
                addFile(entry, path, label);
                continue;
            }
            checkName(entry.path());
            if (entry.is_symlink(code)) failAt(entry.path(), "is a link to a folder, inside a class folder");
            addFiles(entry.path(), path, label, depth + 1);
        }
    }

private:
    void addFile(const fs::directory_entry& entry, const std::string& path, int label) {
        std::error_code code;
        const bool file = entry.is_regular_file(code);
        if (file && !isPicture(entry)) {
            m_passedOver.addFile(path);
            return;
        }
        std::string fault = nameFault(entry.path());
        if (!file) fault = entry.is_symlink(code) ? "is a link that leads nowhere" : "is neither a file nor a folder";
        if (fault.empty()) m_index.entries.push_back({path, label});
        else m_index.bad.push_back({validUtf8(entry.path().string()), fault});
        if (m_index.entries.size() + m_index.bad.size() > kMostFiles)
            failAt(m_index.root, "has more than 5 million files");
    }

    ImageFolderIndex& m_index;
    PassedOver& m_passedOver;
};

/// The names of the classes of all parts.
std::vector<std::string> classNamesOf(const FolderLayout& layout, const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& [part, found] : layout.parts)
        for (const auto& [name, folders] : found.classes) names.insert(name);
    if (names.size() > kMostClasses) failAt(folder, "has more than 65535 class folders");
    return {names.begin(), names.end()};
}

void noteEmptyFolders(const FolderPart& part, const std::vector<std::string>& classNames,
                      std::vector<std::string>& notes) {
    std::vector<std::string> none;
    for (const std::string& name : part.empty)
        if (!std::ranges::binary_search(classNames, nfc(name))) none.push_back(name);
    if (!none.empty()) notes.push_back("passed over, because no part has images of them: " + enumerated(none));
}

}  // namespace

bool isImageFolder(const fs::path& folder) {
    try {
        std::error_code code;
        return fs::is_directory(folder, code) &&
               std::ranges::any_of(listFolder(folder, nullptr),
                                   [&](const auto& entry) { return entry.is_directory(code) || isPicture(entry); });
    } catch (const std::exception&) {
        return false;
    }
}

std::vector<SourcePart> imageFolderParts(const fs::path& folder) {
    std::vector<SourcePart> parts;
    for (const auto& [part, found] : layoutOf(folder).parts) parts.push_back(part);
    return parts;
}

ImageFolderIndex indexImageFolder(const fs::path& folder, SourcePart part) {
    FolderLayout layout = layoutOf(folder);
    const FolderPart& found = layout.parts.at(part);
    ImageFolderIndex index{.root = found.root,
                           .inside = found.root == folder ? fs::path() : found.root.lexically_relative(folder),
                           .classNames = classNamesOf(layout, folder),
                           .entries = {},
                           .bad = {},
                           .notes = std::move(layout.notes)};
    passOverFiles(index.root, layout.passedOver);
    Walk walk(index, layout.passedOver);
    for (std::size_t label = 0; label < index.classNames.size(); ++label) {
        const auto folders = found.classes.find(index.classNames[label]);
        if (folders == found.classes.end()) continue;
        for (const std::string& name : folders->second) walk.addFiles(index.root / name, name, static_cast<int>(label));
    }
    noteEmptyFolders(found, index.classNames, index.notes);
    for (std::string& note : layout.passedOver.notes()) index.notes.push_back(std::move(note));
    return index;
}

ImageFolderIndex indexPictures(const fs::path& path) {
    std::error_code code;
    if (!fs::exists(path, code)) failAt(path, "is not there");
    const bool isFolder = fs::is_directory(path, code);
    ImageFolderIndex index{.root = isFolder ? path : fs::absolute(path, code).parent_path(),
                           .inside = {},
                           .classNames = {kUnlabelled},
                           .entries = {},
                           .bad = {},
                           .notes = {}};
    if (!isFolder) {
        if (!isPicture(fs::directory_entry(path, code))) failAt(path, "is no picture", "Give a PNG or JPEG file");
        index.entries.push_back({path.filename().string(), 0});
        return index;
    }
    PassedOver passedOver;
    Walk(index, passedOver).addFiles(path, "", 0);
    index.notes = passedOver.notes();
    if (index.entries.empty() && index.bad.empty())
        failAt(path, "has no picture in it", "Give a folder of PNG or JPEG files");
    return index;
}

}  // namespace bitdesk
