// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/zip_archive.h"

#include <zip.h>
#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/machine_limits.h"
#include "core/base/unpacking.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

struct CloseEntry {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

/// What is wrong with an entry's name; empty where nothing is.
std::string faultOfName(const std::string& name) {
    if (name.empty()) return "has an entry without a name";
    if (validUtf8(name) != name) return "has an entry whose name is no UTF-8";
    if (printable(name) != name) return "has a control character in the name of an entry";
    if (name.find('\\') != std::string::npos) return "has a backslash in the name of an entry";
    if (name.front() == '/' || (name.size() > 1 && name[1] == ':')) return "has an entry with an absolute path";
    for (std::string_view rest = name; !rest.empty();) {
        const auto slash = rest.find('/');
        if (rest.substr(0, slash) == "..") return "has an entry that leads out of the archive";
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    }
    return {};
}

std::string failureText(int zipError) {
    if (zipError == ZIP_ER_NOZIP || zipError == ZIP_ER_EOF) return "is no zip archive, or its end is cut off";
    zip_error_t error;
    zip_error_init_with_code(&error, zipError);
    std::string text = std::string("cannot be read as a zip archive: ") + zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

}  // namespace

struct ZipArchive::Handle {
    struct CloseArchive {
        void operator()(zip_t* opened) const { zip_discard(opened); }
    };
    struct Entry {
        std::uint64_t index = 0;
        std::int64_t size = 0;
    };
    std::unique_ptr<zip_t, CloseArchive> archive;
    std::unordered_map<std::string, Entry> entries;
    std::int64_t packed = 0, unpacked = 0;  ///< of all entries so far, bytes

    /// Checks what the directory says of an entry and notes it.
    void add(const fs::path& path, std::uint64_t index, std::vector<std::string>& names);
    const Entry& find(const fs::path& path, const std::string& name) const;
};

void ZipArchive::Handle::add(const fs::path& path, std::uint64_t index, std::vector<std::string>& names) {
    constexpr std::uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    zip_stat_t about;
    if (zip_stat_index(archive.get(), index, ZIP_FL_ENC_RAW, &about) != 0 || (about.valid & kNeeded) != kNeeded)
        throw Error(ErrorKind::BadInput, path.string(), "is a damaged zip archive");
    const std::string name = about.name;
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorKind::BadInput, path.string(), reason + ": '" + printable(validUtf8(name)) + "'");
    };
    if (const std::string fault = faultOfName(name); !fault.empty()) fail(fault);
    if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && about.encryption_method != ZIP_EM_NONE)
        fail("has an encrypted entry");
    if (about.comp_method != ZIP_CM_STORE && about.comp_method != ZIP_CM_DEFLATE)
        fail("has an entry that is packed by another method than deflate");
    constexpr auto kMost = static_cast<std::uint64_t>(kMostBytes);
    if (about.size > kMost || about.comp_size > kMost) fail("has an entry of more than 4 GiB");
    if (unpacksTooFar(static_cast<std::int64_t>(about.comp_size), static_cast<std::int64_t>(about.size)))
        fail("has an entry that unpacks to more than " + std::to_string(kMostExpansion) + " times its size");
    unpacked += static_cast<std::int64_t>(about.size);
    packed += static_cast<std::int64_t>(about.comp_size);
    if (unpacked > kMostBytes) fail("unpacks to more than 4 GiB, passed at its entry");
    const Entry entry{index, static_cast<std::int64_t>(about.size)};
    if (!entries.emplace(name, entry).second) fail("has two entries of one name");
    if (name.back() != '/') names.push_back(name);
}

const ZipArchive::Handle::Entry& ZipArchive::Handle::find(const fs::path& path, const std::string& name) const {
    const auto found = entries.find(name);
    if (found == entries.end())
        throw Error(ErrorKind::BadInput, path.string(), "has no entry '" + printable(name) + "'");
    return found->second;
}

ZipArchive::ZipArchive(const fs::path& path) : m_path(path), m_handle(std::make_unique<Handle>()) {
    std::error_code code;
    if (!fs::is_regular_file(path, code))  // never waits for a pipe
        throw Error(ErrorKind::BadInput, path.string(), "is no file that can be read");
    int failure = 0;
    m_handle->archive.reset(zip_open(path.c_str(), ZIP_RDONLY, &failure));
    if (m_handle->archive == nullptr) throw Error(ErrorKind::BadInput, path.string(), failureText(failure));
    const std::int64_t count = zip_get_num_entries(m_handle->archive.get(), 0);
    if (count > kMostEntries)
        throw Error(ErrorKind::BadInput, path.string(),
                    "has " + std::to_string(count) + " entries, at most " + std::to_string(kMostEntries) + " are read");
    for (std::int64_t i = 0; i < count; ++i) m_handle->add(path, static_cast<std::uint64_t>(i), m_names);
    const auto fileBytes = fs::file_size(path, code);
    if (!code && static_cast<std::uint64_t>(m_handle->packed) > fileBytes)
        throw Error(ErrorKind::BadInput, path.string(), "has entries that overlap: they claim more bytes than it has");
}

ZipArchive::~ZipArchive() = default;
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&&) noexcept = default;

bool ZipArchive::detect(const fs::path& path) {
    std::error_code code;
    if (!fs::is_regular_file(path, code)) return false;
    std::array<char, 4> begin{};
    std::ifstream file(path, std::ios::binary);
    if (!file.read(begin.data(), begin.size())) return false;
    const std::string_view magic(begin.data(), begin.size());
    return magic == "PK\x03\x04" || magic == "PK\x05\x06";  // with entries, and an empty archive
}

bool ZipArchive::has(const std::string& name) const { return m_handle->entries.contains(name); }

std::int64_t ZipArchive::size(const std::string& name) const { return m_handle->find(m_path, name).size; }

std::vector<std::byte> ZipArchive::read(const std::string& name) const {
    const Handle::Entry& entry = m_handle->find(m_path, name);
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorKind::BadInput, m_path.string(), "its entry '" + printable(name) + "' " + reason);
    };
    const std::unique_ptr<zip_file_t, CloseEntry> file(zip_fopen_index(m_handle->archive.get(), entry.index, 0));
    if (file == nullptr)
        fail(std::string("cannot be read: ") + zip_error_strerror(zip_get_error(m_handle->archive.get())));
    // Reserved is not touched: an entry that is shorter than it claims takes only what it has.
    constexpr std::int64_t kChunk = 1 << 22;
    std::vector<std::byte> bytes;
    requireMemory(entry.size, m_path.string());
    bytes.reserve(static_cast<std::size_t>(entry.size));
    for (std::int64_t done = 0;;) {
        const std::int64_t wanted = std::min(kChunk, entry.size - done);
        bytes.resize(static_cast<std::size_t>(done + wanted));
        std::byte beyond{};  // a last read finds the end, where the checksum is compared
        std::byte* const target = wanted > 0 ? bytes.data() + done : &beyond;
        const std::int64_t got =
            zip_fread(file.get(), target, static_cast<std::uint64_t>(std::max<std::int64_t>(wanted, 1)));
        if (got < 0) fail(std::string("is damaged: ") + zip_error_strerror(zip_file_get_error(file.get())));
        if (got > 0 && wanted == 0) fail("is larger than it claims");
        if (got == 0 && wanted > 0) fail("ends before its claimed size: it is cut short");
        if (got == 0) return bytes;
        done += got;
        bytes.resize(static_cast<std::size_t>(done));
    }
}

}  // namespace bitdesk
