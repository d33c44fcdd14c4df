// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/torch_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "core/base/error.h"
#include "core/base/files.h"

namespace bitdesk {
namespace {

constexpr std::array kStorageTypes{StorageType{"torch FloatStorage", "F32", 4},
                                   StorageType{"torch DoubleStorage", "F64", 8},
                                   StorageType{"torch HalfStorage", "F16", 2},
                                   StorageType{"torch BFloat16Storage", "BF16", 2},
                                   StorageType{"torch LongStorage", "I64", 8},
                                   StorageType{"torch IntStorage", "I32", 4},
                                   StorageType{"torch ShortStorage", "I16", 2},
                                   StorageType{"torch CharStorage", "I8", 1},
                                   StorageType{"torch ByteStorage", "U8", 1},
                                   StorageType{"torch BoolStorage", "BOOL", 1},
                                   StorageType{"torch ComplexFloatStorage", "complex64", 8},
                                   StorageType{"torch ComplexDoubleStorage", "complex128", 16},
                                   StorageType{"torch QInt8Storage", "qint8", 1},
                                   StorageType{"torch QUInt8Storage", "quint8", 1},
                                   StorageType{"torch QInt32Storage", "qint32", 4}};

constexpr std::uint64_t kMostFileBytes = std::uint64_t{1} << 31;
constexpr std::int64_t kLegacyProtocol = 1001;  // torch.serialization.PROTOCOL_VERSION

}  // namespace

const StorageType* findStorageType(const std::string& name) {
    const auto* const found = std::ranges::find_if(kStorageTypes, [&](const auto& type) { return name == type.name; });
    return found == kStorageTypes.end() ? nullptr : &*found;
}

TorchFile::TorchFile(const std::filesystem::path& path) : m_where(path.string()) {
    if (ZipArchive::detect(path)) readArchive(path);
    else readSequence(path);
}

std::optional<std::span<const std::byte>> TorchFile::storage(const std::string& key) {
    if (!m_archive) {
        const auto part = m_parts.find(key);
        return part == m_parts.end() ? std::nullopt : std::optional(part->second);
    }
    auto entry = m_entries.find(key);
    if (entry == m_entries.end()) {
        const std::string name = m_root + "data/" + key;
        if (!m_archive->has(name)) return std::nullopt;
        entry = m_entries.emplace(key, m_archive->read(name)).first;
    }
    return entry->second;
}

void TorchFile::fail(const std::string& reason, const std::string& hint) const {
    throw Error(ErrorKind::BadInput, m_where, reason, hint);
}

/// All entries lie in one folder, which torch names after the file.
void TorchFile::readArchive(const std::filesystem::path& path) {
    m_archive.emplace(path);
    const std::string last = "/data.pkl";
    for (const std::string& name : m_archive->names())
        if (name.ends_with(last) && std::ranges::count(name, '/') == 1)
            m_root = name.substr(0, name.size() - last.size() + 1);
    if (m_root.empty()) fail("is a zip archive without data.pkl, so no file of torch.save");
    if (m_archive->has(m_root + "constants.pkl"))
        fail("is a TorchScript archive", "Save the tensors instead: torch.save(model.state_dict(), FILE)");
    if (m_archive->has(m_root + "byteorder")) {
        const auto order = m_archive->read(m_root + "byteorder");
        if (std::string_view(reinterpret_cast<const char*>(order.data()), order.size()) != "little")
            fail("was written by a big-endian machine");
    }
    m_pickle = parsePickle(m_archive->read(m_root + "data.pkl"), m_where);
}

/// Five pickles (a magic number, the protocol, the machine, what was saved, the keys of its storages), then each
/// storage: the number of its elements in eight bytes, and these.
void TorchFile::readSequence(const std::filesystem::path& path) {
    m_bytes = readFile(path, kMostFileBytes);
    auto rest = std::as_bytes(std::span(m_bytes));
    nextPickle(rest);
    const Pickle protocol = nextPickle(rest), machine = nextPickle(rest);
    if (protocol.at(protocol.root).integer != kLegacyProtocol)
        fail("has an unknown protocol of torch.save", "Save it again with PyTorch 1.6 or newer");
    const PickleValue* little = machine.find(machine.at(machine.root), "little_endian");
    if (little == nullptr || little->integer != 1) fail("was written by a big-endian machine, or is damaged");
    m_pickle = nextPickle(rest);
    const Pickle keys = nextPickle(rest);
    readStorages(keys, rest);
}

Pickle TorchFile::nextPickle(std::span<const std::byte>& rest) const {
    Pickle pickle = parsePickle(rest.first(std::min(rest.size(), kStateDictLimits.bytes)), m_where);
    rest = rest.subspan(pickle.size);
    return pickle;
}

void TorchFile::readStorages(const Pickle& keys, std::span<const std::byte> rest) {
    std::map<std::string, const StorageType*> types;
    for (const PickleValue& value : m_pickle.values)
        if (value.kind == PickleValue::Kind::Storage)
            types[value.text] = findStorageType(m_pickle.at(value.items[0]).text);
    for (const int item : keys.at(keys.root).items) {
        const std::string& key = keys.at(item).text;
        const auto type = types.find(key);
        if (type == types.end() || type->second == nullptr)
            fail("has data of an unknown type", "Save it again with PyTorch 1.6 or newer");
        std::int64_t count = 0;
        if (rest.size() < sizeof count) fail("is cut short");
        std::memcpy(&count, rest.data(), sizeof count);
        rest = rest.subspan(sizeof count);
        if (count < 0 || count > static_cast<std::int64_t>(rest.size()) / type->second->bytes) fail("is cut short");
        const auto size = static_cast<std::size_t>(count * type->second->bytes);
        m_parts[key] = rest.first(size);
        rest = rest.subspan(size);
    }
}

}  // namespace bitdesk
