// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bitdesk {

inline constexpr std::size_t kMostFiles = 5'000'000;
inline constexpr int kDeepestFolder = 32;  ///< below a class folder

/// Throws Error (BadInput) about a file or folder.
[[noreturn]] void failAt(const std::filesystem::path& path, const std::string& reason, const std::string& hint = {});

/// The last part of a path, in UTF-8 in any case.
std::string nameOf(const std::filesystem::path& path);

/// What is not read of a folder, and is told of in a few sentences.
class PassedOver {
public:
    void addLitter(std::string_view kind) { ++m_litter[std::string(kind)]; }
    /// A file that is no image, or one that lies where no images are looked for; named from the data set's folder on.
    void addFile(const std::string& path);
    std::vector<std::string> notes() const;

private:
    std::map<std::string, std::int64_t> m_litter;
    std::vector<std::string> m_files;  ///< the first of them
    std::int64_t m_fileCount = 0;
};

/// The entries of a folder, sorted by bytes, without litter, which `passedOver` (may be null) counts. Throws Error
/// (BadInput): it cannot be read, or has more than kMostFiles.
std::vector<std::filesystem::directory_entry> listFolder(const std::filesystem::path& folder, PassedOver* passedOver);

/// Counts what lies beside folders: files that are no litter, by their names alone, and litter. Throws as listFolder()
/// does.
void passOverFiles(const std::filesystem::path& folder, PassedOver& passedOver);

/// Whether a file is a picture, of whatever format: by its ending, or else by its first bytes. One that cannot be read
/// is held for one, so that it is told of.
bool isPicture(const std::filesystem::directory_entry& entry);

/// Whether pictures lie in a folder itself.
bool holdsPictures(const std::filesystem::path& folder);
/// Whether pictures lie in a folder or below it. Links to folders are not followed, but for the folder itself.
bool holdsPicturesAnywhere(const std::filesystem::path& folder, int depth = 0);
/// The folders in a folder that pictures lie in or below, sorted by bytes; no more than `most` of them.
std::vector<std::filesystem::path> foldersOfPictures(const std::filesystem::path& folder,
                                                     std::size_t most = kMostFiles);

/// What is wrong with a file's or folder's name: it is no UTF-8, or has a control character; empty: nothing.
std::string nameFault(const std::filesystem::path& path);
/// Throws Error (BadInput) where something is.
void checkName(const std::filesystem::path& path);

/// What the name of a file or folder says that nobody put there for its own sake: "hidden", "*:Zone.Identifier",
/// "Thumbs.db", "__MACOSX", …; empty: nothing.
std::string_view litterKind(const std::string& name);

/// Whether a file's name ends as that of a picture, of whatever format.
bool hasPictureEnding(const std::string& name);

/// Whether a folder's name says no more than that images lie in it: "images", "JPEGImages".
bool namesAPile(const std::string& name);

/// What a folder's name says of a split.
struct SplitName {
    enum class Kind { Train, Val, Test, Eval, Unlabelled };
    Kind kind = Kind::Train;
    std::string rest;  ///< what else it says, but for words as "set", "images" and numbers: "" of "Train_Set", "cats"
                       ///< of "cats-test"
};
/// Nothing where a name says nothing of a split, or of more than one.
std::optional<SplitName> splitNamed(const std::string& name);

/// ASCII letters made small.
std::string lowerCase(std::string text);

/// "a, b, c and 4 more", fit for a terminal.
std::string enumerated(const std::vector<std::string>& names, std::size_t most = 5);

}  // namespace bitdesk
