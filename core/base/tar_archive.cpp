// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/tar_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "core/base/machine_limits.h"
#include "core/base/unpacking.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

}  // namespace

struct TarReader::Handle {
    struct Free {
        void operator()(archive* handle) const { archive_read_free(handle); }
    };
    std::string where;
    std::unique_ptr<archive, Free> reader;
    std::int64_t packed = 0, unpacked = 0, entries = 0;
    std::string name;
    std::int64_t size = 0;

    [[noreturn]] void fail(const std::string& reason) const { throw Error(ErrorKind::BadInput, where, reason); }
    [[noreturn]] void failDamaged() const {
        const char* text = archive_error_string(reader.get());
        fail("is a damaged tar archive, or cut short" + (text == nullptr ? "" : ": " + printable(validUtf8(text))));
    }
    /// False where the entry is no file.
    bool take(archive_entry* entry);
};

bool TarReader::Handle::take(archive_entry* entry) {
    if (++entries > kMostEntries) fail("has more than " + std::to_string(kMostEntries) + " entries");
    const char* text = archive_entry_pathname(entry);
    name = text == nullptr ? "" : text;
    size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
    const std::string shown = "'" + printable(validUtf8(name)) + "'";
    if (size < 0 || size > kMostBytes - unpacked) fail("unpacks to more than 2 GiB, passed at its entry " + shown);
    unpacked += size;
    if (unpacksTooFar(packed, unpacked))
        fail("unpacks to more than " + std::to_string(kMostExpansion) + " times its size, passed at its entry " +
             shown);
    return (archive_entry_filetype(entry) & S_IFMT) == S_IFREG && archive_entry_hardlink(entry) == nullptr;
}

TarReader::TarReader(const fs::path& path) : m_handle(std::make_unique<Handle>()) {
    m_handle->where = path.string();
    std::error_code code;
    if (!fs::is_regular_file(path, code)) m_handle->fail("is no file that can be read");  // never waits for a pipe
    m_handle->packed = static_cast<std::int64_t>(fs::file_size(path, code));
    if (code) m_handle->fail("cannot be read: " + code.message());
    m_handle->reader.reset(archive_read_new());
    archive* reader = m_handle->reader.get();
    constexpr std::size_t kBlock = 1 << 16;
    const bool opened = reader != nullptr && archive_read_support_filter_gzip(reader) == ARCHIVE_OK &&
                        archive_read_support_format_tar(reader) == ARCHIVE_OK &&
                        archive_read_open_filename(reader, path.c_str(), kBlock) == ARCHIVE_OK;
    if (!opened) m_handle->failDamaged();
}

TarReader::~TarReader() = default;
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;

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
        const int result = archive_read_next_header(m_handle->reader.get(), &entry);
        if (result == ARCHIVE_EOF) return false;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) m_handle->failDamaged();
        if (m_handle->take(entry)) return true;
    }
}

const std::string& TarReader::name() const { return m_handle->name; }
std::int64_t TarReader::size() const { return m_handle->size; }

std::string TarReader::read() {
    requireMemory(size(), name());
    std::string bytes(static_cast<std::size_t>(size()), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const la_ssize_t got = archive_read_data(m_handle->reader.get(), bytes.data() + done, bytes.size() - done);
        if (got <= 0) m_handle->failDamaged();
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace bitdesk
