// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bitdesk {

/// A zip file from outside, read in memory; nothing is ever unpacked to disk. Opening checks every entry's name (UTF-8,
/// relative, no "..", no backslash, drive or control character, each once) and size (see below), before any is read.
/// One thread at a time may use an archive.
class ZipArchive {
public:
    static constexpr std::int64_t kMostEntries = 100'000;
    static constexpr std::int64_t kMostBytes = std::int64_t{1} << 32;  ///< of all entries, unpacked

    /// Throws Error (BadInput) naming the file, and the entry where one is at fault.
    explicit ZipArchive(const std::filesystem::path& path);
    ~ZipArchive();
    ZipArchive(ZipArchive&&) noexcept;
    ZipArchive& operator=(ZipArchive&&) noexcept;

    /// Whether a file begins as a zip does; must not throw.
    static bool detect(const std::filesystem::path& path);

    /// In the archive's order, without folders.
    const std::vector<std::string>& names() const { return m_names; }
    bool has(const std::string& name) const;
    /// Unpacked size, as the archive claims.
    std::int64_t size(const std::string& name) const;
    /// The whole entry, its checksum compared. Throws Error (BadInput) where there is none, or it is damaged or larger
    /// than it claims.
    std::vector<std::byte> read(const std::string& name) const;

private:
    struct Handle;
    std::filesystem::path m_path;
    std::unique_ptr<Handle> m_handle;
    std::vector<std::string> m_names;
};

}  // namespace bitdesk
