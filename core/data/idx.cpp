// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/idx.h"

#include <zlib.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "core/base/error.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxBytes = std::int64_t{1} << 31;
constexpr std::int64_t kMaxSide = 16384;  // of an image, pixels

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

std::uint32_t bigEndian(const std::uint8_t* bytes) {
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) |
           bytes[3];
}

struct FileNames {
    const char* images;
    const char* labels;
};
FileNames fileNames(SourcePart part) {
    if (part == SourcePart::Train) return {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"};
    return {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
}

/// The file with or without .gz, empty where there is neither.
fs::path findFile(const fs::path& folder, const std::string& stem) {
    std::error_code code;
    for (const char* suffix : {"", ".gz"})
        if (fs::is_regular_file(folder / (stem + suffix), code)) return folder / (stem + suffix);
    return {};
}

fs::path needFile(const fs::path& folder, const std::string& stem) {
    fs::path found = findFile(folder, stem);
    if (found.empty()) throw Error(ErrorKind::BadInput, (folder / stem).string(), "is not there, and no .gz of it");
    return found;
}

fs::path folderOf(const fs::path& path) {
    std::error_code code;
    if (fs::is_directory(path, code)) return path;
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::vector<SourcePart> parts(const fs::path& path) {
    std::vector<SourcePart> found;
    for (const SourcePart part : {SourcePart::Train, SourcePart::Test})
        if (!findFile(folderOf(path), fileNames(part).images).empty()) found.push_back(part);
    return found;
}

bool detect(const fs::path& path) {
    std::error_code code;
    if (!fs::is_directory(path, code) && path.filename().string().find("-ubyte") == std::string::npos) return false;
    return !parts(path).empty();
}

RawImages read(const fs::path& path, SourcePart part) {
    const fs::path folder = folderOf(path);
    const fs::path imagesPath = needFile(folder, fileNames(part).images);
    const fs::path labelsPath = needFile(folder, fileNames(part).labels);
    IdxArray images = readIdx(imagesPath, 3);
    const IdxArray labels = readIdx(labelsPath, 1);
    if (images.extents[0] != labels.extents[0])
        throw Error(ErrorKind::BadInput, labelsPath.string(),
                    "has " + std::to_string(labels.extents[0]) + " labels for the " +
                        std::to_string(images.extents[0]) + " images of " + imagesPath.filename().string());
    if (std::max(images.extents[1], images.extents[2]) > kMaxSide)
        throw Error(ErrorKind::BadInput, imagesPath.string(),
                    "has images of " + std::to_string(images.extents[1]) + "×" + std::to_string(images.extents[2]) +
                        " pixels, at most " + std::to_string(kMaxSide) + " a side are read");
    RawImages raw;
    raw.height = static_cast<int>(images.extents[1]);
    raw.width = static_cast<int>(images.extents[2]);
    raw.channels = 1;
    raw.pixels = std::move(images.bytes);
    raw.labels.assign(labels.bytes.begin(), labels.bytes.end());
    raw.numberClasses();
    return raw;
}

}  // namespace

IdxArray readIdx(const fs::path& path, int rank) {
    GzipReader reader(path);
    std::array<std::uint8_t, 4> magic{};
    reader.read(magic.data(), magic.size(), "header");
    constexpr std::uint8_t kUnsignedByte = 0x08;
    if (magic[0] != 0 || magic[1] != 0) reader.fail("is no IDX file: it does not begin with two zero bytes");
    if (magic[2] != kUnsignedByte) reader.fail("holds elements of another type than unsigned bytes");
    if (magic[3] != rank)
        reader.fail("has " + std::to_string(magic[3]) + " dimensions where " + std::to_string(rank) + " are needed");
    IdxArray array;
    std::int64_t size = 1;
    for (int d = 0; d < rank; ++d) {
        std::array<std::uint8_t, 4> extent{};
        reader.read(extent.data(), extent.size(), "header");
        array.extents.push_back(bigEndian(extent.data()));
        if (array.extents.back() < 1) reader.fail("has an empty dimension");
        if (array.extents.back() > kMaxBytes / size) reader.fail("claims more than 2 GiB of data");
        size *= array.extents.back();
    }
    // Grown as the bytes arrive: a header that lies cannot make us take memory that the file does not fill.
    constexpr std::int64_t kChunk = 1 << 22;
    while (static_cast<std::int64_t>(array.bytes.size()) < size) {
        const auto have = static_cast<std::int64_t>(array.bytes.size());
        const std::int64_t part = std::min(kChunk, size - have);
        array.bytes.resize(static_cast<std::size_t>(have + part));
        reader.read(array.bytes.data() + have, part, "data");
    }
    reader.expectEnd();
    return array;
}

const DataFormat& idxFormat() {
    static const DataFormat kFormat{"IDX", detect, parts, read, nullptr};
    return kFormat;
}

}  // namespace bitdesk
