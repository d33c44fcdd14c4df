// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/array_store.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/read_file.h"
#include "core/base/utf8.h"
#include "core/data/array_names.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".npy";

bool holdsOneArray(const fs::path& archive) {
    try {
        return ZipArchive(archive).names().size() == 1;
    } catch (const Error&) {
        return false;
    }
}

/// The .npy, and the .npz that hold one array each, by the names of their files.
std::map<std::string, fs::path> filesIn(const fs::path& folder) {
    constexpr int kMostEntries = 10'000, kMostArchives = 64;
    std::map<std::string, fs::path> files;
    std::error_code code;
    int entries = 0, archives = 0;
    for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator() && entries < kMostEntries;
         it.increment(code), ++entries) {
        const fs::path& path = it->path();
        const bool packed = path.extension() == ".npz";
        if ((!packed && path.extension() != kEnding) || !it->is_regular_file(code)) continue;
        if (!namesArray(path.stem().string()) || (packed && ++archives > kMostArchives)) continue;
        if (packed && !holdsOneArray(path)) continue;
        files.emplace(path.stem().string(), path);
    }
    return files;
}

}  // namespace

ArrayStore::ArrayStore(const fs::path& path) : m_path(path) {
    std::error_code code;
    if (ZipArchive::detect(path)) {
        m_archive.emplace(path);
        // A file of one array is one of several in its folder.
        if (m_archive->names().size() != 1 || !isArrayFolder(path)) return;
        m_archive.reset();
    }
    if (fs::is_directory(path, code)) {
        m_files = filesIn(path);
        return;
    }
    m_set = arraySet(path.stem().string());
    m_path = path.has_parent_path() ? path.parent_path() : fs::path(".");
    m_files = filesIn(m_path);
}

std::vector<std::string> ArrayStore::names() const {
    std::vector<std::string> names;
    if (!m_archive) {
        for (const auto& [name, path] : m_files) names.push_back(name);
        return names;
    }
    for (const std::string& name : m_archive->names())
        names.push_back(name.ends_with(kEnding) ? name.substr(0, name.size() - 4) : name);
    return names;
}

bool ArrayStore::has(const std::string& name) const {
    return m_archive ? m_archive->has(name + kEnding) : m_files.contains(name);
}

StoredArray ArrayStore::read(const std::string& name) const {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 32;
    StoredArray stored;
    if (m_archive) {
        stored.entry = m_archive->read(name + kEnding);
    } else if (const fs::path& file = m_files.at(name); file.extension() == ".npz") {
        const ZipArchive archive(file);
        stored.entry = archive.read(archive.names().front());
    } else {
        stored.file = readFile(file, kMost);
    }
    const std::span<const std::byte> bytes =
        stored.file.empty() ? std::span<const std::byte>(stored.entry) : std::as_bytes(std::span(stored.file));
    stored.array = parseNpy(bytes, where(name));
    return stored;
}

std::string ArrayStore::where(const std::string& name) const {
    if (!m_archive) return m_files.at(name).string();
    return m_path.string() + ", array " + printable(validUtf8(name));
}

std::string ArrayStore::saveLine(const std::string& name, const std::string& expression) const {
    std::string made = expression;
    const std::string variable = m_archive ? printable(validUtf8(name)) : "a";
    for (auto at = made.find("{}"); at != std::string::npos; at = made.find("{}", at + variable.size()))
        made.replace(at, 2, variable);
    if (m_archive) return "np.savez(FILE, …, " + variable + "=" + made + ")";
    return "np.save(\"" + printable(validUtf8(name)) + ".npy\", " + made + "), where a is the array";
}

bool isArrayFolder(const fs::path& path) {
    try {
        std::error_code code;
        if (!fs::is_directory(path, code)) {
            const bool ours = path.extension() == kEnding || path.extension() == ".npz";
            if (!ours || !namesArray(path.stem().string())) return false;
        }
        const fs::path folder = fs::is_directory(path, code) ? path
                                : path.has_parent_path()     ? path.parent_path()
                                                             : fs::path(".");
        std::vector<std::string> names;
        for (const auto& [name, file] : filesIn(folder)) names.push_back(name);
        std::optional<std::string> set;
        const std::string own = path.stem().string();
        if (folder != path) set = arraySet(own);
        const auto isPair = [&](const auto& part) {
            const ArrayPair& pair = part.second;
            return !pair.labels.empty() && (!set || pair.images == own || pair.labels == own);
        };
        return std::ranges::any_of(pairArrays(names, path.string(), set), isPair);
    } catch (const Error&) {
        return true;  // several sets: reading it says so
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace bitdesk
