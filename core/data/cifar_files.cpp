// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/cifar_files.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "core/base/error.h"
#include "core/base/read_file.h"
#include "core/base/tar_archive.h"
#include "core/base/utf8.h"
#include "core/data/cifar_batch.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostBytes = std::int64_t{1} << 31;

/// "a/b/c" → "a/b", "c"
std::pair<std::string, std::string> folderAndName(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return {"", path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

bool isPickleFile(const fs::path& path) {
    std::string begin(3, '\0');
    std::ifstream file(path, std::ios::binary);
    return file.read(begin.data(), 3) && beginsAsPickle(begin);
}

}  // namespace

std::optional<CifarName> cifarName(const std::string& fileName) {
    const bool numbered =
        fileName.starts_with("data_batch_") && fileName.size() > 11 && fileName[11] >= '1' && fileName[11] <= '5';
    const std::string rest = numbered ? fileName.substr(12) : fileName;
    if (numbered && (rest.empty() || rest == ".bin"))
        return CifarName{CifarName::Images, SourcePart::Train, rest.empty()};
    for (const char* name : {"train", "test", "test_batch"}) {
        const auto part = std::string(name) == "train" ? SourcePart::Train : SourcePart::Test;
        if (fileName == name) return CifarName{CifarName::Images, part, true};
        if (fileName == std::string(name) + ".bin") return CifarName{CifarName::Images, part, false};
    }
    for (const char* name : {"batches.meta", "meta"})
        if (fileName == name) return CifarName{CifarName::ClassNames, SourcePart::Train, true};
    for (const char* name : {"batches.meta.txt", "fine_label_names.txt"})
        if (fileName == name) return CifarName{CifarName::ClassNames, SourcePart::Train, false};
    return std::nullopt;
}

CifarFiles::CifarFiles(const fs::path& path) : m_path(path) {
    std::error_code code;
    if (!fs::is_directory(path, code)) {
        const auto name = cifarName(path.filename().string());
        const bool ours = name && (!name->pickle || isPickleFile(path));
        if (!ours) {
            m_archive = TarReader::detect(path);
            if (m_archive) listArchive();
            return;
        }
        m_path = path.has_parent_path() ? path.parent_path() : fs::path(".");
    }
    // Of a folder only the names that are known are asked for: it may hold millions of others.
    std::vector<std::string> known{
        "test_batch",           "test",           "train",    "batches.meta", "meta", "batches.meta.txt",
        "fine_label_names.txt", "test_batch.bin", "test.bin", "train.bin"};
    for (char number = '1'; number <= '5'; ++number)
        for (const char* ending : {"", ".bin"}) known.push_back(std::string("data_batch_") + number + ending);
    for (const std::string& name : known) {
        const fs::path file = m_path / name;
        if (fs::is_regular_file(file, code) && (!cifarName(name)->pickle || isPickleFile(file)))
            m_names.push_back(name);
    }
    keepOneVersion();
}

/// The archive is walked through only until both parts are known, as far as an archive of CIFAR reaches.
void CifarFiles::listArchive() {
    constexpr std::size_t kMostOthers = 32;
    constexpr std::int64_t kMostPassed = std::int64_t{1} << 26;
    TarReader tar(m_path);
    std::int64_t passed = 0;
    bool train = false, test = false;
    for (std::size_t others = 0; !(train && test) && others < kMostOthers && passed < kMostPassed && tar.next();) {
        const auto [folder, name] = folderAndName(tar.name());
        const auto known = cifarName(name);
        if (!known || (!m_names.empty() && folder != m_folder)) {
            ++others;
            passed += tar.size();
            continue;
        }
        m_folder = folder;
        m_names.push_back(name);
        if (known->role != CifarName::Images) continue;
        train = train || known->part == SourcePart::Train;
        test = test || known->part == SourcePart::Test;
    }
    keepOneVersion();
}

void CifarFiles::keepOneVersion() {
    const auto isImages = [](const std::string& name, bool pickle) {
        const auto known = cifarName(name);
        return known->role == CifarName::Images && known->pickle == pickle;
    };
    m_pickle = std::ranges::none_of(m_names, [&](const std::string& name) { return isImages(name, false); });
    std::erase_if(m_names, [&](const std::string& name) { return cifarName(name)->pickle != m_pickle; });
}

std::vector<SourcePart> CifarFiles::parts() const {
    std::vector<SourcePart> parts;
    for (const SourcePart part : {SourcePart::Train, SourcePart::Test})
        if (std::ranges::any_of(m_names, [&](const std::string& name) {
                return cifarName(name)->role == CifarName::Images && cifarName(name)->part == part;
            }))
            parts.push_back(part);
    return parts;
}

bool CifarFiles::wanted(const std::string& name, SourcePart part) const {
    const auto known = cifarName(name);
    if (!known || known->pickle != m_pickle) return false;
    return known->role == CifarName::ClassNames || known->part == part;
}

void CifarFiles::read(SourcePart part, const Take& take) const {
    if (!m_archive) {
        for (const std::string& name : m_names)
            if (wanted(name, part))
                take(name, readFile(m_path / name, static_cast<std::uint64_t>(kMostBytes)), (m_path / name).string());
        return;
    }
    TarReader tar(m_path);
    while (tar.next()) {
        const auto [folder, name] = folderAndName(tar.name());
        if (folder == m_folder && wanted(name, part))
            take(name, tar.read(), m_path.string() + ": " + printable(validUtf8(tar.name())));
    }
}

}  // namespace bitdesk
