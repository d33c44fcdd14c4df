// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/data/image_decoder.h"

namespace bitdesk {

/// What the first opening of a folder found out about its files, so that the next need not read them again.
class ImageManifest {
public:
    struct File {
        FileStamp stamp;
        ImageFacts facts;
    };

    /// Reads what is remembered of `folder`: nothing where there is no such file, or it is damaged or of another
    /// version.
    static ImageManifest load(const std::filesystem::path& folder);
    /// Under the user's cache folder ($XDG_CACHE_HOME or ~/.cache). Where it cannot be written, the next opening is
    /// slower, no more.
    void save() const;

    /// Nothing where the file is not known, or has changed.
    std::optional<File> find(const std::string& path, const FileStamp& stamp) const;
    void set(const std::string& path, const File& file) { m_files[path] = file; }

private:
    std::filesystem::path m_place;  ///< empty: nowhere
    std::unordered_map<std::string, File> m_files;
};

/// Gathers what the user should know of a set's pictures. Thread-safe.
class PictureNotes {
public:
    void add(const ImageFacts& facts);

    bool anyJpeg() const { return m_anyJpeg; }
    /// A sentence each. `exif`: orientations are applied.
    std::vector<std::string> sentences(bool exif) const;

private:
    std::mutex m_mutex;
    bool m_anyJpeg = false;
    std::int64_t m_turned = 0, m_dark = 0;
    int m_brightest = 0;  ///< upper half of the dark ones
};

}  // namespace bitdesk
