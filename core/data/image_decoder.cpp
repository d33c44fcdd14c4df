// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_decoder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/data/image_header.h"
#include "core/data/resample.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPrefix = 1 << 16;  // most headers end before

[[noreturn]] void failImage(const fs::path& path, const std::string& reason, const std::string& hint = {}) {
    throw Error(ErrorKind::BadInput, path.string(), reason, hint);
}
[[noreturn]] void failUnfit(const fs::path& path, const std::string& reason, const std::string& hint) {
    throw UnfitImage(ErrorKind::BadInput, path.string(), reason, hint);
}
[[noreturn]] void failErrno(const fs::path& path) {
    failImage(path, std::string("cannot be read: ") + std::strerror(errno));
}

/// A regular file, open for reading; never waits for a pipe.
class File {
public:
    explicit File(const fs::path& path) : m_path(path), m_fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
        if (m_fd < 0) failErrno(path);
        struct stat about {};
        if (::fstat(m_fd, &about) == 0 && S_ISREG(about.st_mode)) {
            m_bytes = about.st_size;
            return;
        }
        ::close(m_fd);
        failImage(path, "is no regular file");
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { ::close(m_fd); }

    std::int64_t bytes() const { return m_bytes; }

    /// Grows `buffer` to the file's first `size` bytes.
    void readUpTo(std::vector<std::uint8_t>& buffer, std::int64_t size) {
        auto have = static_cast<std::int64_t>(buffer.size());
        buffer.resize(static_cast<std::size_t>(size));
        while (have < size) {
            const ssize_t got = ::pread(m_fd, buffer.data() + have, static_cast<std::size_t>(size - have), have);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) failErrno(m_path);
            if (got == 0) failImage(m_path, "becomes shorter while it is read");
            have += got;
        }
    }

private:
    const fs::path& m_path;
    int m_fd;
    std::int64_t m_bytes = 0;
};

/// Reads as much as the header takes.
ImageHeader readHeader(File& file, std::vector<std::uint8_t>& buffer, const fs::path& path) {
    constexpr std::int64_t kLongest = 8 << 20;
    for (std::int64_t size = std::min(kPrefix, file.bytes());; size = std::min(4 * size, file.bytes())) {
        file.readUpTo(buffer, size);
        if (const auto header = parseImageHeader(buffer, file.bytes(), path.string())) return *header;
        if (size > kLongest) failImage(path, "has a header of more than 8 MiB");
    }
}

Digest digestOf(std::span<const std::uint8_t> bytes) {
    Sha256 hash;
    hash.update(std::as_bytes(bytes));
    return hash.digest();
}

/// Pillow's convert("L"), in place.
void becomeGrey(std::uint8_t* pixels, std::int64_t count) {
    std::uint8_t* out = pixels;
    for (std::int64_t i = 0; i < count; ++i, pixels += 3) {
        const unsigned sum = pixels[0] * 19595U + pixels[1] * 38470U + pixels[2] * 7471U + 0x8000U;
        *out++ = static_cast<std::uint8_t>(sum >> 16);
    }
}

/// Three equal channels, in place: `pixels` begins with `count` grey ones.
void spreadGrey(std::span<std::uint8_t> pixels, std::int64_t count) {
    for (std::int64_t i = count - 1; i >= 0; --i)
        std::fill_n(pixels.begin() + 3 * i, 3, pixels[static_cast<std::size_t>(i)]);
}

/// `pixels` are of `from`.
void bringTo(const Preparation& preparation, std::uint8_t* pixels, ImageShape from, std::span<std::uint8_t> out) {
    const ImageShape& shape = preparation.shape;
    if (from.channels > shape.channels) {
        becomeGrey(pixels, std::int64_t{from.height} * from.width);
        from.channels = 1;
    }
    const ImageShape to{shape.height, shape.width, from.channels};
    const std::span<const std::uint8_t> source(pixels, static_cast<std::size_t>(from.bytes()));
    const auto resized = out.first(static_cast<std::size_t>(to.bytes()));
    const Placement place = placeCentre(from.height, from.width, shape, preparation.resize);
    if (place.height == from.height && place.width == from.width && to == from)
        std::ranges::copy(source, resized.begin());
    else resizeAndCrop(source, from, place, to, resized, preparation.interpolation);
    if (to.channels < shape.channels) spreadGrey(out, std::int64_t{shape.height} * shape.width);
}

ImageShape turned(ImageShape shape, int orientation) {
    if (liesOnItsSide(orientation)) std::swap(shape.height, shape.width);
    return shape;
}

/// A file that is open, and of which the header was read.
struct Opened {
    DecodeMemory::Hold hold;  ///< ends last
    File file;
    std::vector<std::uint8_t> buffer;
    ImageHeader header;
};

/// Reads the whole file, once there is room for it and for its decoding to `preparation`.
void readWhole(Opened& opened, const fs::path& path, const Preparation& preparation, DecodeMemory& memory) {
    constexpr std::int64_t kLargest = 1 << 30;
    if (opened.file.bytes() > kLargest) failImage(path, "is larger than 1 GiB");
    ImageHeader& header = opened.header = readHeader(opened.file, opened.buffer, path);
    // Besides the decoder's: the turned pixels, and the rows that resizing holds, at the width that they come to.
    const ImageShape& shape = header.shape;
    const std::int64_t needed =
        header.decodeBytes + (preparation.exif ? shape.bytes() : 0) +
        (std::max(shape.height, shape.width) + std::int64_t{4}) * preparation.shape.width * preparation.shape.channels;
    if (needed > memory.mostOfOneImage())
        failUnfit(path,
                  "is " + toText(shape) + " and takes " + std::to_string((needed >> 20) + 1) +
                      " MiB while it is decoded, at most " + std::to_string(memory.mostOfOneImage() >> 20) +
                      " are given to an image",
                  "Say " + settingName("data-memory") + " of four times as much, or make it smaller");
    opened.hold = memory.decode(needed);
    opened.file.readUpTo(opened.buffer, opened.file.bytes());
}

int brightestOf(const Picture& picture, const ImageHeader& header) {
    if (!header.wide) return ImageFacts::kEight;
    return std::ranges::max(std::span(picture.pixels.get(), static_cast<std::size_t>(header.shape.bytes())));
}

}  // namespace

FileStamp stampOf(const fs::path& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) failErrno(path);
    if (!S_ISREG(about.st_mode)) failImage(path, "is no regular file");
    const auto nanoseconds = [](const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; };
    return {about.st_size, nanoseconds(about.st_mtim), nanoseconds(about.st_ctim)};
}

ImageShape readImageShape(const fs::path& path, bool exif, DecodeMemory& memory) {
    Opened opened{.hold = {}, .file = File(path), .buffer = {}, .header = {}};
    if (!exif) return readHeader(opened.file, opened.buffer, path).shape;
    readWhole(opened, path, {.shape = {}, .asTheyAre = true, .resize = 0, .exif = true}, memory);
    if (!opened.header.jpeg) checkPng(opened.buffer, opened.header, path.string());
    return turned(opened.header.shape, opened.header.orientation);
}

void checkShape(const ImageFacts& facts, const Preparation& preparation, const fs::path& path) {
    const ImageShape shape = turned(facts.shape, preparation.exif ? facts.orientation : 1);
    if (preparation.asTheyAre && shape != preparation.shape)
        failUnfit(
            path, "is " + toText(shape) + ", the first image is " + toText(preparation.shape),
            "Open or name a model, whose input they are brought to, or resize them (" + settingName("resize") + " N)");
}

ImageFacts decodeImage(const fs::path& path, const Preparation& preparation, DecodeMemory& memory,
                       std::span<std::uint8_t> out, const Digest* expected) {
    Opened opened{.hold = {}, .file = File(path), .buffer = {}, .header = {}};
    readWhole(opened, path, preparation, memory);
    ImageHeader& header = opened.header;
    ImageFacts facts{.shape = header.shape, .jpeg = header.jpeg, .digest = digestOf(opened.buffer)};
    if (expected != nullptr && facts.digest != *expected)
        failImage(path, "has changed since the data set was opened", "Run again");
    if (!header.jpeg) checkPng(opened.buffer, header, path.string());
    facts.orientation = header.orientation;
    checkShape(facts, preparation, path);
    Picture picture = header.jpeg ? decodeJpeg(opened.buffer, header) : decodePng(opened.buffer, header);
    if (picture.pixels == nullptr) failImage(path, picture.failure);
    facts.brightest = brightestOf(picture, header);
    ImageShape shape = header.shape;
    if (preparation.exif && facts.orientation != 1) {
        auto upright = std::make_unique_for_overwrite<std::uint8_t[]>(static_cast<std::size_t>(shape.bytes()));
        const auto bytes = static_cast<std::size_t>(shape.bytes());
        turnUpright({picture.pixels.get(), bytes}, shape.height, shape.width, shape.channels, facts.orientation,
                    {upright.get(), bytes});
        picture.pixels = std::move(upright);
        shape = turned(shape, facts.orientation);
    }
    bringTo(preparation, picture.pixels.get(), shape, out);
    return facts;
}

}  // namespace bitdesk
