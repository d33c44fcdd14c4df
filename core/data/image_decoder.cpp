// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_decoder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/data/resample.h"
#include "core/data/stb_decode.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPrefix = 1 << 16;  // most headers end before

[[noreturn]] void fail(const fs::path& path, const std::string& reason, const std::string& hint = {}) {
    throw Error(ErrorKind::BadInput, path.string(), reason, hint);
}
[[noreturn]] void failUnfit(const fs::path& path, const std::string& reason, const std::string& hint) {
    throw UnfitImage(ErrorKind::BadInput, path.string(), reason, hint);
}
[[noreturn]] void failErrno(const fs::path& path) {
    fail(path, std::string("cannot be read: ") + std::strerror(errno));
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
        fail(path, "is no regular file");
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
            if (got == 0) fail(m_path, "becomes shorter while it is read");
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
        if (size > kLongest) fail(path, "has a header of more than 8 MiB");
    }
}

Digest digestOf(std::span<const std::uint8_t> bytes) {
    Sha256 hash;
    hash.update(std::as_bytes(bytes));
    const std::string hex = hash.hex();
    Digest digest;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const auto nibble = [&](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
        digest[i] = static_cast<std::uint8_t>(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    }
    return digest;
}

/// Makes 2 channels 1 and 4 channels 3, and 3 channels 1 where `grey`; in place. The channels that are left.
int convertChannels(std::uint8_t* pixels, std::int64_t count, int channels, bool grey) {
    const int kept = channels == 2 ? 1 : std::min(channels, 3);
    const bool luma = grey && kept == 3;
    if (kept == channels && !luma) return kept;
    std::uint8_t* out = pixels;
    for (std::int64_t i = 0; i < count; ++i, pixels += channels) {
        if (luma) {  // Pillow's convert("L")
            const unsigned sum = pixels[0] * 19595U + pixels[1] * 38470U + pixels[2] * 7471U + 0x8000U;
            *out++ = static_cast<std::uint8_t>(sum >> 16);
        } else {
            for (int c = 0; c < kept; ++c) *out++ = pixels[c];
        }
    }
    return luma ? 1 : kept;
}

/// Three equal channels, in place: `pixels` begins with `count` grey ones.
void spreadGrey(std::span<std::uint8_t> pixels, std::int64_t count) {
    for (std::int64_t i = count - 1; i >= 0; --i)
        std::fill_n(pixels.begin() + 3 * i, 3, pixels[static_cast<std::size_t>(i)]);
}

void bringTo(const Preparation& preparation, StbImage& image, std::span<std::uint8_t> out) {
    const ImageShape& shape = preparation.shape;
    const std::int64_t count = std::int64_t{image.height} * image.width;
    const int channels = convertChannels(image.pixels.get(), count, image.channels, shape.channels == 1);
    const ImageShape from{image.height, image.width, channels};
    const ImageShape to{shape.height, shape.width, std::min(channels, shape.channels)};
    const std::span<const std::uint8_t> pixels(image.pixels.get(), static_cast<std::size_t>(from.bytes()));
    const auto resized = out.first(static_cast<std::size_t>(to.bytes()));
    const Placement place = placeCentre(from.height, from.width, shape, preparation.resize);
    if (place.height == from.height && place.width == from.width && to == from)
        std::ranges::copy(pixels, resized.begin());
    else resizeAndCrop(pixels, from, place, to, resized);
    if (to.channels < shape.channels) spreadGrey(out, std::int64_t{shape.height} * shape.width);
}

}  // namespace

FileStamp stampOf(const fs::path& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) failErrno(path);
    if (!S_ISREG(about.st_mode)) fail(path, "is no regular file");
    const auto nanoseconds = [](const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; };
    return {about.st_size, nanoseconds(about.st_mtim), nanoseconds(about.st_ctim)};
}

ImageHeader readImageHeader(const fs::path& path) {
    File file(path);
    std::vector<std::uint8_t> buffer;
    return readHeader(file, buffer, path);
}

void checkShape(const ImageShape& shape, const Preparation& preparation, const fs::path& path) {
    if (preparation.asTheyAre && shape != preparation.shape)
        failUnfit(path, "is " + toText(shape) + ", the first image is " + toText(preparation.shape),
                  "Open or name a model, whose input they are brought to, or resize them (--resize N)");
}

ImageFile decodeImage(const fs::path& path, const Preparation& preparation, DecodeMemory& memory,
                      std::span<std::uint8_t> out, const Digest* expected) {
    constexpr std::int64_t kLargest = 1 << 30;
    File file(path);
    if (file.bytes() > kLargest) fail(path, "is larger than 1 GiB");
    std::vector<std::uint8_t> buffer;
    ImageFile result{.header = readHeader(file, buffer, path), .bytes = file.bytes()};
    const ImageHeader& header = result.header;
    // Besides stb_image's: the rows that resizing holds, at the width that they come to.
    const std::int64_t needed = header.decodeBytes + (header.shape.height + std::int64_t{4}) * preparation.shape.width *
                                                         preparation.shape.channels;
    if (needed > memory.mostOfOneImage())
        failUnfit(path,
                  "is " + toText(header.shape) + " and takes " + std::to_string((needed >> 20) + 1) +
                      " MiB while it is decoded, at most " + std::to_string(memory.mostOfOneImage() >> 20) +
                      " are given to an image",
                  "Say --data-memory of four times as much, or make it smaller");
    const auto hold = memory.decode(needed);
    file.readUpTo(buffer, file.bytes());
    result.digest = digestOf(buffer);
    if (expected != nullptr && result.digest != *expected)
        fail(path, "has changed since the data set was opened", "Run again");
    const auto checked = checkedImage(buffer, header, path.string());
    checkShape(header.shape, preparation, path);
    StbImage image = stbDecode(checked, header.decodeBytes);
    if (image.pixels == nullptr) fail(path, "is a damaged image: " + image.failure);
    if (image.height != header.shape.height || image.width != header.shape.width)
        fail(path, "is a damaged image: it has two headers");
    bringTo(preparation, image, out);
    return result;
}

}  // namespace bitdesk
