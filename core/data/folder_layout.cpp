// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/folder_layout.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/quoting.h"
#include "core/base/setting_name.h"
#include "core/base/utf8.h"
#include "core/data/folder_entries.h"
#include "core/data/unread_files.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;
using Kind = SplitName::Kind;

/// A folder that is named as a split and holds pictures.
struct SplitFolder {
    std::filesystem::path path;
    SplitName::Kind kind = SplitName::Kind::Train;
    bool classFolders = false;  ///< it holds folders of pictures; else pictures alone
};

/// What the folders of pictures in a folder are.
struct SplitFolders {
    std::vector<SplitFolder> splits;            ///< empty: no splits lie here
    std::vector<std::filesystem::path> copies;  ///< folders that hold splits again
};

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

/// The splits among `folders`, the folders of pictures that lie in `root`. Throws Error (BadInput) where splits and
/// classes lie side by side, or pictures lie in folders of splits without class folders.
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

/// The folder, `folder` or one of pictures below it, that holds folders of two different splits; nothing where there is
/// none.
std::optional<fs::path> partsBelow(const fs::path& folder, int depth = 0) {
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

constexpr int kMostWrappers = 4;  // folders around a data set that are looked through

[[noreturn]] void failDeep(const fs::path& path) {
    failAt(path, "holds nothing but a folder, for the fifth time", "Name the folder that holds the classes");
}

/// A path as it can be typed.
std::string typed(const fs::path& path) { return shellQuoted(validUtf8(path.string())); }

const char* partName(SourcePart part) {
    return part == SourcePart::Train ? "train" : part == SourcePart::Val ? "val" : "test";
}

class Layout {
public:
    explicit Layout(fs::path folder) : m_folder(std::move(folder)) {}

    FolderLayout find() {
        SplitFolders splits = lookThrough();
        if (splits.splits.empty()) m_roots[SourcePart::Test] = m_folder;
        for (const fs::path& copy : splits.copies) note(nameOf(copy) + " holds parts again, which are passed over");
        for (const SplitFolder& split : splits.splits) addSplit(split, splits.splits);
        if (m_roots.empty()) failWithoutClasses("");
        descendTogether();
        for (const auto& [part, root] : m_roots) addClasses(part, root);
        checkClasses();
        return std::move(m_layout);
    }

private:
    void note(std::string text) { m_layout.notes.push_back(std::move(text)); }

    [[noreturn]] void failWithoutClasses(const std::string& where) const {
        failAt(m_folder, "holds images, but no class folders" + where,
               "Put the images of each class into a folder of its name; pictures without labels are classified, not "
               "evaluated: predict " +
                   settingName("images"));
    }

    /// Goes on into a folder that is the only one of pictures, while that holds none itself but folders of them.
    SplitFolders lookThrough() {
        for (int level = 0;; ++level) {
            const auto folders = foldersOfPictures(m_folder);
            SplitFolders splits = splitFolders(m_folder, folders);
            const bool wraps = splits.splits.empty() && folders.size() == 1 && !holdsPictures(folders.front()) &&
                               !foldersOfPictures(folders.front(), 1).empty();
            if (splits.splits.empty() && !wraps) return splits;
            passOverFiles(m_folder, m_layout.passedOver);
            if (!wraps) return splits;
            if (level == kMostWrappers) failDeep(m_folder);
            m_folder = folders.front();
        }
    }

    static SourcePart partOf(const SplitFolder& split, const std::vector<SplitFolder>& all) {
        const auto has = [&](SplitName::Kind kind) {
            return std::ranges::any_of(all, [&](const auto& s) { return s.kind == kind && s.classFolders; });
        };
        if (split.kind == SplitName::Kind::Train) return SourcePart::Train;
        if (split.kind == SplitName::Kind::Test) return SourcePart::Test;
        // "evaluation" is the test part of some sets, the validation part of others.
        return split.kind == SplitName::Kind::Eval && has(SplitName::Kind::Val) ? SourcePart::Test : SourcePart::Val;
    }

    void addSplit(const SplitFolder& split, const std::vector<SplitFolder>& all) {
        const auto root = innermost(split);
        if (split.kind == SplitName::Kind::Unlabelled || !root) {
            note(nameOf(split.path) + " holds images without class folders, which are passed over");
            return;
        }
        const SourcePart part = partOf(split, all);
        if (!m_roots.emplace(part, *root).second) {
            static constexpr const char* kImages[]{"training", "validation", "test"};
            failAt(split.path,
                   std::string("is a second folder of ") + kImages[static_cast<std::size_t>(part)] +
                       " images, beside " + nameOf(m_folderOf[part]),
                   "Keep one of them");
        }
        m_folderOf[part] = split.path;
    }

    /// The folder of a part's class folders: "train", or "train/train"; nothing where pictures lie there without any.
    static std::optional<fs::path> innermost(const SplitFolder& split) {
        fs::path root = split.path;
        for (int level = 0;; ++level) {
            const auto folders = foldersOfPictures(root);
            if (folders.empty()) return std::nullopt;
            const auto name = splitNamed(nameOf(folders.front()));
            const bool again = folders.size() == 1 && !holdsPictures(root) &&
                               ((name && name->kind == split.kind) ||
                                lowerCase(nameOf(folders.front())) == lowerCase(nameOf(split.path)));
            if (!again) {
                if (!splitFolders(root, folders).splits.empty())
                    failAt(root, "is a part, and holds parts again",
                           "Name the folder that the parts to read lie in, as " + typed(root));
                return root;
            }
            if (level == kMostWrappers) failDeep(root);
            root = folders.front();
        }
    }

    /// "train/images/cat" and "test/images/cat".
    void descendTogether() {
        if (m_roots.size() < 2) return;
        std::map<SourcePart, fs::path> inner;
        bool classes = false;
        for (const auto& [part, root] : m_roots) {
            const auto folders = foldersOfPictures(root, 2);
            if (folders.size() != 1 || holdsPictures(root) || holdsPictures(folders.front())) return;
            if (!inner.empty() && nameOf(inner.begin()->second) != nameOf(folders.front())) return;
            classes = classes || foldersOfPictures(folders.front(), 2).size() == 2;
            inner[part] = folders.front();
        }
        if (classes) m_roots = std::move(inner);
    }

    void addClasses(SourcePart part, const fs::path& root) {
        FolderPart found{.root = root, .classes = {}, .empty = {}};
        std::error_code code;
        for (const auto& entry : listFolder(root, nullptr)) {
            if (!entry.is_directory(code)) continue;
            checkName(entry.path());
            const std::string name = entry.path().filename().string();
            if (holdsPicturesAnywhere(entry.path())) found.classes[nfc(name)].push_back(name);
            else found.empty.push_back(name);
        }
        checkInside(found);
        m_layout.parts[part] = std::move(found);
    }

    /// Folders of classes that hold parts, or are divided alike: one does not know which level is the classes'.
    static void checkInside(const FolderPart& part) {
        std::vector<std::string> common;  // lower case
        bool first = true, divided = part.classes.size() > 1;
        std::size_t most = 0;
        for (const auto& [name, folders] : part.classes) {
            const fs::path folder = part.root / folders.front();
            if (holdsPictures(folder)) {
                divided = false;
                continue;
            }
            if (const auto parts = partsBelow(folder))
                failAt(part.root,
                       "has its parts inside its classes: " + validUtf8(parts->lexically_relative(part.root).string()) +
                           " holds parts",
                       "Put the parts outside, as train/" + name + ", or name the folder that holds them alone, as " +
                           typed(*parts));
            std::vector<std::string> inside;
            for (const fs::path& path : foldersOfPictures(folder)) inside.push_back(lowerCase(nameOf(path)));
            std::ranges::sort(inside);
            most = std::max(most, inside.size());
            if (first) common = std::move(inside);
            else std::erase_if(common, [&](const auto& other) { return !std::ranges::binary_search(inside, other); });
            first = false;
        }
        if (!divided || common.size() < 2 || 2 * common.size() < most) return;
        std::vector<std::string> names;
        for (const auto& [name, folders] : part.classes) names.push_back(name);
        failAt(part.root,
               "is divided twice: " + enumerated(names) + " hold the same folders, " + enumerated(common) +
                   "; which are the classes?",
               "Keep one level: move the images up, or name one of them, as " +
                   typed(part.root / part.classes.begin()->second.front()));
    }

    void checkClasses() {
        std::set<std::string> all;
        for (const auto& [part, found] : m_layout.parts)
            for (const auto& [name, folders] : found.classes) all.insert(name);
        if (all.empty() && holdsPictures(m_folder)) failWithoutClasses("");
        if (all.empty())
            failUnread(m_folder, "holds folders, but no images in them", "Name the folder that holds the classes");
        if (all.size() == 1 && namesAPile(*all.begin())) failWithoutClasses(": all lie in " + *all.begin());
        checkCase(all);
        dropUnlike();
        for (const auto& [part, found] : m_layout.parts)
            for (const auto& [name, folders] : found.classes)
                if (folders.size() > 1)
                    note("the class " + name + " has " + std::to_string(folders.size()) +
                         " folders, whose names differ in Unicode's form alone: they are one class");
    }

    /// A part that has no class of the training part's: a folder of images without classes, or another data set.
    void dropUnlike() {
        const auto train = m_layout.parts.find(SourcePart::Train);
        if (train == m_layout.parts.end()) return;
        for (const SourcePart part : {SourcePart::Val, SourcePart::Test}) {
            const auto found = m_layout.parts.find(part);
            if (found == m_layout.parts.end()) continue;
            const auto& classes = found->second.classes;
            if (std::ranges::any_of(classes, [&](const auto& c) { return train->second.classes.contains(c.first); }))
                continue;
            if (classes.size() != 1) failUnlike(found->first, found->second, train->second);
            note(nameOf(m_folderOf[part]) + " holds images in one folder, " + classes.begin()->first +
                 ", which is no class of the training images: it is passed over");
            m_layout.parts.erase(found);
        }
    }

    static std::string classesOf(const FolderPart& part) {
        std::vector<std::string> names;
        for (const auto& [name, folders] : part.classes) names.push_back(name);
        return enumerated(names, 3);
    }
    [[noreturn]] void failUnlike(SourcePart part, const FolderPart& found, const FolderPart& train) {
        failAt(
            m_folderOf[part],
            std::string("has no class of the training images: ") + classesOf(found) + "; train has " + classesOf(train),
            std::string("Name the class folders of ") + partName(part) + " as those of train");
    }

    /// "Cat" in one part and "cat" in another are meant for one class; in one part, for two.
    void checkCase(const std::set<std::string>& all) const {
        std::map<std::string, std::string> seen;
        for (const std::string& name : all) {
            const auto [found, added] = seen.emplace(foldCase(name), name);
            if (added) continue;
            const std::string& other = found->second;
            const bool together = std::ranges::any_of(m_layout.parts, [&](const auto& part) {
                return part.second.classes.contains(name) && part.second.classes.contains(other);
            });
            if (together) continue;
            std::string reason = "has the class " + other;
            reason.append(" in one part, ").append(name).append(" in another");
            failAt(m_folder, reason, "Give both folders the same name");
        }
    }

    fs::path m_folder;
    std::map<SourcePart, fs::path> m_roots, m_folderOf;
    FolderLayout m_layout;
};

}  // namespace

FolderLayout layoutOf(const fs::path& folder) { return Layout(folder).find(); }

}  // namespace bitdesk
