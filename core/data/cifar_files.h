// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/data/data_format.h"

namespace bitdesk {

/// What a file of CIFAR is, by its name alone.
struct CifarName {
    enum Role { Images, ClassNames } role = Images;
    SourcePart part = SourcePart::Train;
    bool pickle = false;
};
std::optional<CifarName> cifarName(const std::string& fileName);

/// The files of one CIFAR, in a folder or a tar archive. Where both versions lie together, the binary one.
class CifarFiles {
public:
    /// Empty where there are none. Throws Error (BadInput) where an archive cannot be read. `path`: a folder, a file of
    /// it, or a tar archive.
    explicit CifarFiles(const std::filesystem::path& path);

    std::vector<SourcePart> parts() const;
    /// Hands over name, whole content, and words for messages, of the images of one part and of the class names, in no
    /// order. Throws Error (BadInput).
    using Take = std::function<void(const std::string& name, const std::string& bytes, const std::string& where)>;
    void read(SourcePart part, const Take& take) const;

private:
    void listArchive();
    void keepOneVersion();
    bool wanted(const std::string& name, SourcePart part) const;

    std::filesystem::path m_path;
    bool m_archive = false, m_pickle = false;
    std::string m_folder;              ///< of the files within the archive
    std::vector<std::string> m_names;  ///< without folders
};

}  // namespace bitdesk
