// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/archives.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <zip.h>
#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "core/base/error.h"
#include "core/base/machine_limits.h"
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

void ZipArchive::Close::operator()(zip* opened) const { zip_discard(opened); }

void ZipArchive::add(std::uint64_t index) {
    constexpr std::uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    zip_stat_t about;
    if (zip_stat_index(m_archive.get(), index, ZIP_FL_ENC_RAW, &about) != 0 || (about.valid & kNeeded) != kNeeded)
        throw Error(ErrorKind::BadInput, m_path.string(), "is a damaged zip archive");
    const std::string name = about.name;
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorKind::BadInput, m_path.string(), reason + ": '" + printable(validUtf8(name)) + "'");
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
    m_unpacked += static_cast<std::int64_t>(about.size);
    m_packed += static_cast<std::int64_t>(about.comp_size);
    if (m_unpacked > kMostBytes) fail("unpacks to more than 4 GiB, passed at its entry");
    const Entry entry{index, static_cast<std::int64_t>(about.size)};
    if (!m_entries.emplace(name, entry).second) fail("has two entries of one name");
    if (name.back() != '/') m_names.push_back(name);
}

const ZipArchive::Entry& ZipArchive::find(const std::string& name) const {
    const auto found = m_entries.find(name);
    if (found == m_entries.end())
        throw Error(ErrorKind::BadInput, m_path.string(), "has no entry '" + printable(name) + "'");
    return found->second;
}

ZipArchive::ZipArchive(const fs::path& path) : m_path(path) {
    std::error_code code;
    if (!fs::is_regular_file(path, code))  // never waits for a pipe
        throw Error(ErrorKind::BadInput, path.string(), "is no file that can be read");
    int failure = 0;
    m_archive.reset(zip_open(path.c_str(), ZIP_RDONLY, &failure));
    if (m_archive == nullptr) throw Error(ErrorKind::BadInput, path.string(), failureText(failure));
    const std::int64_t count = zip_get_num_entries(m_archive.get(), 0);
    if (count > kMostEntries)
        throw Error(ErrorKind::BadInput, path.string(),
                    "has " + std::to_string(count) + " entries, at most " + std::to_string(kMostEntries) + " are read");
    for (std::int64_t i = 0; i < count; ++i) add(static_cast<std::uint64_t>(i));
    const auto fileBytes = fs::file_size(path, code);
    if (!code && static_cast<std::uint64_t>(m_packed) > fileBytes)
        throw Error(ErrorKind::BadInput, path.string(), "has entries that overlap: they claim more bytes than it has");
}

bool ZipArchive::detect(const fs::path& path) {
    std::error_code code;
    if (!fs::is_regular_file(path, code)) return false;
    std::array<char, 4> begin{};
    std::ifstream file(path, std::ios::binary);
    if (!file.read(begin.data(), begin.size())) return false;
    const std::string_view magic(begin.data(), begin.size());
    return magic == "PK\x03\x04" || magic == "PK\x05\x06";  // with entries, and an empty archive
}

std::vector<std::byte> ZipArchive::read(const std::string& name) const {
    const Entry& entry = find(name);
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorKind::BadInput, m_path.string(), "its entry '" + printable(name) + "' " + reason);
    };
    const std::unique_ptr<zip_file_t, CloseEntry> file(zip_fopen_index(m_archive.get(), entry.index, 0));
    if (file == nullptr) fail(std::string("cannot be read: ") + zip_error_strerror(zip_get_error(m_archive.get())));
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

void TarReader::Free::operator()(archive* reader) const { archive_read_free(reader); }

void TarReader::fail(const std::string& reason) const { throw Error(ErrorKind::BadInput, m_where, reason); }

void TarReader::failDamaged() const {
    const char* text = archive_error_string(m_reader.get());
    fail("is a damaged tar archive, or cut short" + (text == nullptr ? "" : ": " + printable(validUtf8(text))));
}

bool TarReader::take(archive_entry* entry) {
    if (++m_entries > kMostEntries) fail("has more than " + std::to_string(kMostEntries) + " entries");
    const char* text = archive_entry_pathname(entry);
    m_name = text == nullptr ? "" : text;
    m_size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
    const std::string shown = "'" + printable(validUtf8(m_name)) + "'";
    if (m_size < 0 || m_size > kMostBytes - m_unpacked)
        fail("unpacks to more than 2 GiB, passed at its entry " + shown);
    m_unpacked += m_size;
    if (unpacksTooFar(m_packed, m_unpacked))
        fail("unpacks to more than " + std::to_string(kMostExpansion) + " times its size, passed at its entry " +
             shown);
    return (archive_entry_filetype(entry) & S_IFMT) == S_IFREG && archive_entry_hardlink(entry) == nullptr;
}

TarReader::TarReader(const fs::path& path) : m_where(path.string()) {
    std::error_code code;
    if (!fs::is_regular_file(path, code)) fail("is no file that can be read");  // never waits for a pipe
    m_packed = static_cast<std::int64_t>(fs::file_size(path, code));
    if (code) fail("cannot be read: " + code.message());
    m_reader.reset(archive_read_new());
    archive* reader = m_reader.get();
    constexpr std::size_t kBlock = 1 << 16;
    const bool opened = reader != nullptr && archive_read_support_filter_gzip(reader) == ARCHIVE_OK &&
                        archive_read_support_format_tar(reader) == ARCHIVE_OK &&
                        archive_read_open_filename(reader, path.c_str(), kBlock) == ARCHIVE_OK;
    if (!opened) failDamaged();
}

bool TarReader::detect(const fs::path& path) {
    try {
        return TarReader(path).next();
    } catch (const std::exception&) {
        return false;
    }
}

bool TarReader::next() {
    while (true) {
        archive_entry* entry = nullptr;
        const int result = archive_read_next_header(m_reader.get(), &entry);
        if (result == ARCHIVE_EOF) return false;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) failDamaged();
        if (take(entry)) return true;
    }
}

std::string TarReader::read() {
    requireMemory(size(), name());
    std::string bytes(static_cast<std::size_t>(size()), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const la_ssize_t got = archive_read_data(m_reader.get(), bytes.data() + done, bytes.size() - done);
        if (got <= 0) failDamaged();
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace bitdesk
