// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace bitdesk {

/// A tar file from outside, plain or packed by gzip, walked through from its begin; nothing is ever unpacked to disk,
/// so that an entry's name is a name and no path. What is neither file nor empty is passed over. One thread at a time.
class TarReader {
public:
    static constexpr std::int64_t kMostEntries = 100'000;
    static constexpr std::int64_t kMostBytes = std::int64_t{1} << 31;  ///< of all entries, unpacked

    /// Throws Error (BadInput) naming the file where it cannot be opened.
    explicit TarReader(const std::filesystem::path& path);
    ~TarReader();
    TarReader(TarReader&&) noexcept;
    TarReader& operator=(TarReader&&) noexcept;

    /// Whether a file begins as a tar does, packed or not; must not throw.
    static bool detect(const std::filesystem::path& path);

    /// Goes to the next file; false at the end. Before a byte of it is unpacked its size is held against the limits and
    /// the file's. Throws Error (BadInput): damaged, cut short, too large, unpacks to more than 200 times its size.
    bool next();
    /// As the archive has it, UTF-8 or not.
    const std::string& name() const;
    std::int64_t size() const;
    /// The present file's bytes, once. Throws Error (BadInput) where it is damaged or cut short.
    std::string read();

private:
    struct Handle;
    std::unique_ptr<Handle> m_handle;
};

}  // namespace bitdesk
