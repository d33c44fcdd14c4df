// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/idx_file.h"

#include <zlib.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/base/archives.h"
#include "core/base/error.h"
#include "core/base/machine_limits.h"
#include "core/data/header_bytes.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxBytes = std::int64_t{1} << 31;

enum class Element : std::uint8_t { Byte = 0x08, Integer = 0x0c };

/// gzread reads plain files as they are, so both forms take one path.
class GzipReader {
public:
    explicit GzipReader(const fs::path& path) : m_path(path) {
        std::error_code code;
        if (!fs::is_regular_file(path, code)) fail("is no file that can be read");
        m_file.reset(gzopen(path.c_str(), "rb"));
        if (m_file == nullptr) fail(std::string("cannot be opened: ") + std::strerror(errno));
        gzbuffer(m_file.get(), 1 << 17);
    }

    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_path.string(), reason);
    }

    /// Exactly that many bytes.
    void read(std::uint8_t* out, std::int64_t size, const char* what) {
        while (size > 0) {
            const int got = gzread(m_file.get(), out, static_cast<unsigned>(std::min<std::int64_t>(size, 1 << 24)));
            if (got < 0) fail(std::string("is a damaged gzip file: ") + gzerrorText());
            if (got == 0) fail(std::string("ends in the middle of its ") + what + ": the file is cut short");
            out += got;
            size -= got;
        }
    }

    /// Whether so many bytes can honestly lie in the file.
    void expectToHold(std::int64_t size) {
        std::error_code code;
        const auto fileBytes = static_cast<std::int64_t>(fs::file_size(m_path, code));
        if (code) fail("cannot be read: " + code.message());
        const bool plain = gzdirect(m_file.get()) != 0;
        if (plain && size > fileBytes) fail("ends in the middle of its data: the file is cut short");
        if (!plain && unpacksTooFar(fileBytes, size))
            fail("says that it unpacks to " + std::to_string(size) + " bytes, more than " +
                 std::to_string(kMostExpansion) + " times its size");
    }

    void requireMemoryFor(std::int64_t size) const { requireMemory(size, m_path.string()); }

    void expectEnd() {
        std::uint8_t extra = 0;
        const int got = gzread(m_file.get(), &extra, 1);
        if (got < 0) fail(std::string("is a damaged gzip file: ") + gzerrorText());
        if (got > 0) fail("has more bytes than its header says");
        // Only closing tells that a stream lacks its checksum.
        if (gzclose(m_file.release()) != Z_OK) fail("is a damaged gzip file: its end is cut off");
    }

private:
    struct Close {
        void operator()(gzFile_s* file) const { gzclose(file); }
    };
    const char* gzerrorText() const {
        int number = 0;
        return gzerror(m_file.get(), &number);
    }

    fs::path m_path;
    std::unique_ptr<gzFile_s, Close> m_file;
};

struct Header {
    Element element = Element::Byte;
    std::vector<std::int64_t> extents;
    std::int64_t bytes = 1;  ///< of all elements
};

Header readHeader(GzipReader& reader) {
    std::array<std::uint8_t, 4> magic{};
    reader.read(magic.data(), magic.size(), "header");
    if (magic[0] != 0 || magic[1] != 0) reader.fail("is no IDX file: it does not begin with two zero bytes");
    Header header{.element = static_cast<Element>(magic[2]), .extents = {}};
    if (header.element != Element::Byte && header.element != Element::Integer)
        reader.fail("holds elements of another type than unsigned bytes");
    if (header.element == Element::Integer) header.bytes = 4;
    for (int d = 0; d < magic[3]; ++d) {
        std::array<std::uint8_t, 4> extent{};
        reader.read(extent.data(), extent.size(), "header");
        header.extents.push_back(header_bytes::bigEndian(extent, 0, 4));
        if (header.extents.back() < 1) reader.fail("has an empty dimension");
        if (header.extents.back() > kMaxBytes / header.bytes) reader.fail("claims more than 2 GiB of data");
        header.bytes *= header.extents.back();
    }
    return header;
}

std::vector<std::uint8_t> readData(GzipReader& reader, std::int64_t size) {
    reader.expectToHold(size);
    // Reserved is not touched, and grown as the bytes arrive: a header that lies takes only what the file fills.
    constexpr std::int64_t kChunk = 1 << 22;
    std::vector<std::uint8_t> bytes;
    reader.requireMemoryFor(size);
    bytes.reserve(static_cast<std::size_t>(size));
    for (std::int64_t have = 0; have < size;) {
        const std::int64_t part = std::min(kChunk, size - have);
        bytes.resize(static_cast<std::size_t>(have + part));
        reader.read(bytes.data() + have, part, "data");
        have += part;
    }
    reader.expectEnd();
    return bytes;
}

}  // namespace

IdxArray readIdx(const fs::path& path, int rank) {
    GzipReader reader(path);
    Header header = readHeader(reader);
    if (header.element != Element::Byte) reader.fail("holds elements of another type than unsigned bytes");
    if (static_cast<int>(header.extents.size()) != rank)
        reader.fail("has " + std::to_string(header.extents.size()) + " dimensions where " + std::to_string(rank) +
                    " are needed");
    return {std::move(header.extents), readData(reader, header.bytes)};
}

std::vector<int> readIdxLabels(const fs::path& path) {
    GzipReader reader(path);
    const Header header = readHeader(reader);
    const bool rows = header.element == Element::Integer && header.extents.size() == 2;
    if (header.extents.size() != 1 && !rows)
        reader.fail("has " + std::to_string(header.extents.size()) + " dimensions where labels have 1");
    constexpr std::int64_t kMostLabels = std::int64_t{1} << 27;
    if (header.extents[0] > kMostLabels) reader.fail("has more than 134 million labels");
    const std::vector<std::uint8_t> bytes = readData(reader, header.bytes);
    if (header.element == Element::Byte) return {bytes.begin(), bytes.end()};
    const std::int64_t stride = 4 * (rows ? header.extents[1] : 1);
    std::vector<int> labels;
    for (std::int64_t offset = 0; offset < header.bytes; offset += stride) {
        const std::uint32_t label = header_bytes::bigEndian(bytes, static_cast<std::size_t>(offset), 4);
        if (label > 65534) reader.fail("has the label " + std::to_string(label) + "; labels are 0 to 65534");
        labels.push_back(static_cast<int>(label));
    }
    return labels;
}

}  // namespace bitdesk
