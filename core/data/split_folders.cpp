// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/split_folders.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/data/folder_entries.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;
using Kind = SplitName::Kind;

std::string namesOf(const std::vector<fs::path>& folders) {
    std::vector<std::string> names(folders.size());
    std::ranges::transform(folders, names.begin(), nameOf);
    return enumerated(names);
}
std::string namesOf(const std::vector<SplitFolder>& folders) {
    std::vector<fs::path> paths(folders.size());
    std::ranges::transform(folders, paths.begin(), &SplitFolder::path);
    return namesOf(paths);
}

/// A name that says more than a split, as "cats-train", is one only beside another split of the same, "cats-test".
std::vector<std::optional<SplitName>> splitNames(const std::vector<fs::path>& folders) {
    std::vector<std::optional<SplitName>> names;
    std::map<std::string, std::set<Kind>> kindsOf;
    for (const fs::path& folder : folders) {
        names.push_back(splitNamed(nameOf(folder)));
        if (names.back()) kindsOf[names.back()->rest].insert(names.back()->kind);
    }
    for (auto& name : names)
        if (name && !name->rest.empty() && kindsOf[name->rest].size() < 2) name.reset();
    return names;
}

/// Whether splits lie in a folder: one that somebody unpacked beside its own content.
bool holdsSplits(const fs::path& folder) {
    return std::ranges::any_of(foldersOfPictures(folder), [](const fs::path& inside) {
        const auto name = splitNamed(nameOf(inside));
        return name && name->rest.empty() && !foldersOfPictures(inside, 1).empty();
    });
}

/// Pictures in folders of splits, without class folders.
void checkFlat(const fs::path& root, const std::vector<SplitFolder>& flat, const std::vector<fs::path>& others) {
    std::set<Kind> kinds;
    for (const SplitFolder& folder : flat) kinds.insert(folder.kind);
    if (others.empty())
        failAt(root, "holds images, but no class folders: those in " + namesOf(flat) + " lie in no folder of a class",
               "Put the images of each class into a folder of its name, as " + nameOf(flat.front().path) + "/cat");
    if (kinds.size() > 1)
        failAt(root,
               "holds images in " + namesOf(flat) + " beside those in " + namesOf(others) + ": parts, or classes?",
               "Make parts of it, train/cat and test/cat, or rename folders that are classes");
}

}  // namespace

SplitFolders splitFolders(const fs::path& root, const std::vector<fs::path>& folders) {
    const auto names = splitNames(folders);
    std::vector<SplitFolder> found, flat;
    std::vector<fs::path> others;
    for (std::size_t i = 0; i < folders.size(); ++i) {
        if (!names[i]) {
            others.push_back(folders[i]);
            continue;
        }
        found.push_back({folders[i], names[i]->kind, !foldersOfPictures(folders[i], 1).empty()});
        if (!found.back().classFolders) flat.push_back(found.back());
    }
    if (found.empty()) return {};
    if (flat.size() == found.size()) {
        checkFlat(root, flat, others);
        return {};  // a class may be called "train"
    }
    SplitFolders result{.splits = std::move(found), .copies = {}};
    std::erase_if(others, [&](const fs::path& other) {
        const bool copy = !holdsPictures(other) && holdsSplits(other);
        if (copy) result.copies.push_back(other);
        return copy;
    });
    if (!others.empty())
        failAt(root,
               "holds " + namesOf(result.splits) + " beside " + namesOf(others) +
                   ", which hold images as well: parts, or classes?",
               "Move what is no part to another place, or rename a folder that is a class");
    return result;
}

std::optional<fs::path> partsBelow(const fs::path& folder, int depth) {
    constexpr int kDeepest = 3;
    const auto inside = foldersOfPictures(folder);
    std::set<Kind> kinds;
    for (const fs::path& path : inside)
        if (const auto name = splitNamed(nameOf(path)); name && name->rest.empty()) kinds.insert(name->kind);
    if (kinds.size() > 1) return folder;
    if (depth == kDeepest) return std::nullopt;
    for (const fs::path& path : inside)
        if (auto found = partsBelow(path, depth + 1)) return found;
    return std::nullopt;
}

}  // namespace bitdesk
