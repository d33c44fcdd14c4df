// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/archives.h"
#include "core/base/pickle.h"

namespace bitdesk {

/// A class of PyTorch's storages, as a Global of a pickle names it, and what its elements are.
struct StorageType {
    const char* name;
    const char* dtype;  ///< as safetensors calls it, or for those that it has not a word that toFloats() refuses
    std::int64_t bytes;
};
/// Null where it is not known.
const StorageType* findStorageType(const std::string& name);

/// What torch.save wrote: a pickle and the bytes of its storages, in a zip archive or, before PyTorch 1.6, one after
/// the other. Neither is ever run. A file of at most 2 GiB in the old format, of ZipArchive's limits in the new.
class TorchFile {
public:
    /// Throws Error (BadInput) naming the file: damaged, cut short, TorchScript, of a big-endian machine.
    explicit TorchFile(const std::filesystem::path& path);

    const std::string& where() const { return m_where; }
    const Pickle& pickle() const { return m_pickle; }
    /// The bytes of a storage by its key; nothing where the file has none.
    std::optional<std::span<const std::byte>> storage(const std::string& key);

private:
    [[noreturn]] void fail(const std::string& reason, const std::string& hint = {}) const;
    void readArchive(const std::filesystem::path& path);
    void readSequence(const std::filesystem::path& path);
    Pickle nextPickle(std::span<const std::byte>& rest) const;
    void readStorages(const Pickle& keys, std::span<const std::byte> rest);

    std::string m_where, m_root;
    std::optional<ZipArchive> m_archive;
    std::string m_bytes;  ///< of the whole file in the old format
    std::map<std::string, std::span<const std::byte>> m_parts;
    std::map<std::string, std::vector<std::byte>> m_entries;
    Pickle m_pickle;
};

}  // namespace bitdesk
