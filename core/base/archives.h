// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

struct zip;            // libzip's
struct archive;        // libarchive's
struct archive_entry;  // libarchive's

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

    /// Whether a file begins as a zip does; must not throw.
    static bool detect(const std::filesystem::path& path);

    /// In the archive's order, without folders.
    const std::vector<std::string>& names() const { return m_names; }
    bool has(const std::string& name) const { return m_entries.contains(name); }
    /// The whole entry, its checksum compared. Throws Error (BadInput) where there is none, or it is damaged or larger
    /// than it claims.
    std::vector<std::byte> read(const std::string& name) const;

private:
    struct Close {
        void operator()(zip* opened) const;
    };
    struct Entry {
        std::uint64_t index = 0;
        std::int64_t size = 0;  ///< unpacked, as the archive claims
    };
    /// Checks what the directory says of an entry and notes it.
    void add(std::uint64_t index);
    const Entry& find(const std::string& name) const;

    std::filesystem::path m_path;
    std::unique_ptr<zip, Close> m_archive;
    std::unordered_map<std::string, Entry> m_entries;
    std::vector<std::string> m_names;
    std::int64_t m_packed = 0, m_unpacked = 0;  ///< of all entries so far, bytes
};

/// A tar file from outside, plain or packed by gzip, walked through from its begin; nothing is ever unpacked to disk,
/// so that an entry's name is a name and no path. What is neither file nor empty is passed over. One thread at a time.
class TarReader {
public:
    static constexpr std::int64_t kMostEntries = 100'000;
    static constexpr std::int64_t kMostBytes = std::int64_t{1} << 31;  ///< of all entries, unpacked

    /// Throws Error (BadInput) naming the file where it cannot be opened.
    explicit TarReader(const std::filesystem::path& path);

    /// Whether a file begins as a tar does, packed or not; must not throw.
    static bool detect(const std::filesystem::path& path);

    /// Goes to the next file; false at the end. Before a byte of it is unpacked its size is held against the limits and
    /// the file's. Throws Error (BadInput): damaged, cut short, too large, unpacks to more than 200 times its size.
    bool next();
    /// As the archive has it, UTF-8 or not.
    const std::string& name() const { return m_name; }
    std::int64_t size() const { return m_size; }
    /// The present file's bytes, once. Throws Error (BadInput) where it is damaged or cut short.
    std::string read();

private:
    struct Free {
        void operator()(archive* reader) const;
    };
    [[noreturn]] void fail(const std::string& reason) const;
    [[noreturn]] void failDamaged() const;
    /// False where the entry is no file.
    bool take(archive_entry* entry);

    std::string m_where;
    std::unique_ptr<archive, Free> m_reader;
    std::int64_t m_packed = 0, m_unpacked = 0, m_entries = 0;
    std::string m_name;
    std::int64_t m_size = 0;
};

/// Deflate cannot do better than about 1032; a file of pixels or weights is far from it.
inline constexpr std::int64_t kMostExpansion = 200;
/// What unpacks to no more may do so from nothing.
inline constexpr std::int64_t kSmallUnpacked = 1 << 20;

/// Whether something packed would unpack to so much that it was made to fill a memory.
inline bool unpacksTooFar(std::int64_t packedBytes, std::int64_t unpackedBytes) {
    return unpackedBytes > kSmallUnpacked && unpackedBytes / kMostExpansion > packedBytes;
}

}  // namespace bitdesk
