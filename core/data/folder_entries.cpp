// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/folder_entries.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "core/base/error.h"
#include "core/base/picture_format.h"
#include "core/base/utf8.h"
#include "core/data/folder_names.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesNamed = 5;

/// Runs `take` for every entry that is no litter, until it says false; those that are, `passedOver` counts.
void forEachEntry(const fs::path& folder, PassedOver* passedOver,
                  const std::function<bool(const fs::directory_entry&)>& take) {
    std::error_code code;
    for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator(); it.increment(code)) {
        const auto kind = litterKind(it->path().filename().string());
        if (kind.empty() && !take(*it)) return;
        if (!kind.empty() && passedOver != nullptr) passedOver->addLitter(kind);
    }
    if (code) failAt(folder, "cannot be read: " + code.message());
}

bool isFolder(const fs::directory_entry& entry) {
    std::error_code code;
    return entry.is_directory(code);
}

}  // namespace

void failAt(const fs::path& path, const std::string& reason, const std::string& hint) {
    throw Error(ErrorKind::BadInput, validUtf8(path.string()), reason, hint);
}

std::string nameOf(const fs::path& path) { return validUtf8(path.filename().string()); }

void PassedOver::addFile(const std::string& path) {
    ++m_fileCount;
    if (m_files.size() < kFilesNamed) m_files.push_back(path);
}

void PassedOver::add(const PassedOver& other) {
    for (const auto& [kind, count] : other.m_litter) m_litter[kind] += count;
    for (const std::string& file : other.m_files)
        if (m_files.size() < kFilesNamed) m_files.push_back(file);
    m_fileCount += other.m_fileCount;
}

std::vector<std::string> PassedOver::notes() const {
    std::vector<std::string> notes;
    std::string litter;
    for (const auto& [kind, count] : m_litter)
        litter += (litter.empty() ? "passed over: " : ", ") + std::to_string(count) + " " + kind;
    if (!litter.empty()) notes.push_back(litter);
    if (m_fileCount == 0) return notes;
    std::string files = std::to_string(m_fileCount) + (m_fileCount == 1 ? " file is" : " files are") + " not read: ";
    for (std::size_t i = 0; i < std::min(m_files.size(), kFilesNamed); ++i)
        files += (i == 0 ? "" : ", ") + printable(validUtf8(m_files[i]));
    notes.push_back(files + (m_fileCount > static_cast<std::int64_t>(kFilesNamed) ? ", …" : ""));
    return notes;
}

std::vector<fs::directory_entry> listFolder(const fs::path& folder, PassedOver* passedOver) {
    std::vector<fs::directory_entry> entries;
    forEachEntry(folder, passedOver, [&](const fs::directory_entry& entry) {
        entries.push_back(entry);
        if (entries.size() > kMostFiles) failAt(folder, "has more than 5 million files");
        return true;
    });
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path().native(); });
    return entries;
}

bool isPicture(const fs::directory_entry& entry) {
    std::error_code code;
    if (entry.is_directory(code)) return false;
    if (hasPictureEnding(entry.path().filename().string())) return true;
    if (!entry.is_regular_file(code)) return false;
    std::array<char, kPictureMagic> begin{};
    std::ifstream file(entry.path(), std::ios::binary);
    if (!file) return true;
    file.read(begin.data(), begin.size());
    return !pictureFormat({begin.data(), static_cast<std::size_t>(file.gcount())}).empty();
}

bool holdsPictures(const fs::path& folder) {
    bool found = false;
    forEachEntry(folder, nullptr, [&](const fs::directory_entry& entry) { return !(found = isPicture(entry)); });
    return found;
}

bool holdsPicturesAnywhere(const fs::path& folder, int depth) {
    if (depth > kDeepestFolder) return false;
    bool found = false;
    forEachEntry(folder, nullptr, [&](const fs::directory_entry& entry) {
        std::error_code code;
        const bool inside = isFolder(entry) && !entry.is_symlink(code);
        found = inside ? holdsPicturesAnywhere(entry.path(), depth + 1) : isPicture(entry);
        return !found;
    });
    return found;
}

std::vector<fs::path> foldersOfPictures(const fs::path& folder, std::size_t most, PassedOver* passedOver) {
    std::vector<fs::path> folders;
    forEachEntry(folder, passedOver, [&](const fs::directory_entry& entry) {
        if (isFolder(entry) && holdsPicturesAnywhere(entry.path())) folders.push_back(entry.path());
        return folders.size() < most;
    });
    std::ranges::sort(folders);
    return folders;
}

std::string nameFault(const fs::path& path) {
    const std::string name = path.filename().string();
    if (validUtf8(name) != name) return "has a name that is no UTF-8";
    return printable(name) != name ? "has a control character in its name" : "";
}

void checkName(const fs::path& path) {
    if (const std::string fault = nameFault(path); !fault.empty()) failAt(path, fault, "Rename it");
}

}  // namespace bitdesk
