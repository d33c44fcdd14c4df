// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <png.h>
#include <zlib.h>

#include "core/data/header_bytes.h"
#include "core/data/image_header.h"

namespace bitdesk {
namespace {

using namespace header_bytes;
using namespace std::string_view_literals;

constexpr std::size_t kSignature = 8;  // bytes before the first chunk

void lookForOrientation(Bytes chunk, Orientations& found) {
    constexpr auto kPacket = "iTXtXML:com.adobe.xmp\0\0"sv;  // not compressed
    if (startsWith(chunk, "eXIf")) found.exif = exifOrientation(chunk.subspan(4));
    if (startsWith(chunk, kPacket)) found.xmp = xmpOrientation(chunk.subspan(kPacket.size()));
}

/// A call of libpng, which leaves it by a jump where it fails. Between setjmp() and the jump there may be nothing that
/// has a destructor.
struct PngDecompression {
    png_structp png;
    png_infop info;
    const std::uint8_t* next;
    std::size_t left;
    std::jmp_buf escape;
    std::array<char, 256> failure;
    bool more;  ///< its data unpack to more than the picture
};

[[noreturn]] void failWithMessage(png_structp png, png_const_charp message) {
    auto& self = *static_cast<PngDecompression*>(png_get_error_ptr(png));
    std::snprintf(self.failure.data(), self.failure.size(), "is a damaged PNG image: %s", message);
    std::longjmp(self.escape, 1);
}

void judgeWarning(png_structp png, png_const_charp message) {
    auto& self = *static_cast<PngDecompression*>(png_get_error_ptr(png));
    self.more = self.more || std::strstr(message, "Too much image data") != nullptr;
}

void readBytes(png_structp png, png_bytep out, std::size_t count) {
    auto& self = *static_cast<PngDecompression*>(png_get_io_ptr(png));
    if (count > self.left) png_error(png, "it ends inside a chunk");
    std::memcpy(out, self.next, count);
    self.next += count;
    self.left -= count;
}

/// What is not needed for the pixels is passed over; what is, becomes 8 bits of grey or RGB.
void setUp(PngDecompression& self) {
    png_structp png = self.png;
    png_set_read_fn(png, &self, readBytes);
    png_set_user_limits(png, kMostImageSide, kMostImageSide);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);  // they were compared before
    png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
    png_read_info(png, self.info);
    png_set_palette_to_rgb(png);
    png_set_expand_gray_1_2_4_to_8(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
}

void readPixels(PngDecompression& self, const ImageShape& shape, std::uint8_t* pixels) {
    setUp(self);
    const int passes = png_set_interlace_handling(self.png);
    png_read_update_info(self.png, self.info);
    const auto stride = static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels);
    if (static_cast<int>(png_get_image_height(self.png, self.info)) != shape.height ||
        static_cast<int>(png_get_image_width(self.png, self.info)) != shape.width ||
        png_get_rowbytes(self.png, self.info) != stride)
        png_error(self.png, "it has two headers");
    for (int pass = 0; pass < passes; ++pass)
        for (int y = 0; y < shape.height; ++y)
            png_read_row(self.png, pixels + static_cast<std::size_t>(y) * stride, nullptr);
}

/// False where it failed.
bool run(PngDecompression& self, const ImageShape& shape, std::uint8_t* pixels) {
    if (setjmp(self.escape) == 0) {  // NOLINT(cert-err52-cpp): libpng knows no other way out
        self.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &self, failWithMessage, judgeWarning);
        self.info = self.png == nullptr ? nullptr : png_create_info_struct(self.png);
        if (self.info == nullptr) std::snprintf(self.failure.data(), self.failure.size(), "takes too much memory");
        else readPixels(self, shape, pixels);
    }
    png_destroy_read_struct(&self.png, &self.info, nullptr);
    return self.failure[0] == '\0';
}

/// Whether the data unpack to more than `most` bytes. The chunks were walked before.
bool unpacksBeyond(std::span<const std::uint8_t> file, std::int64_t most) {
    constexpr std::size_t kAround = 12;
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) return true;
    std::array<std::uint8_t, 1 << 14> unpacked;
    int state = Z_OK;
    for (std::size_t offset = kSignature; state == Z_OK && offset + kAround < file.size();) {
        const auto chunk = file.subspan(offset);
        const std::size_t length = bigEndian(chunk, 0, 4);
        offset += length + kAround;
        if (!startsWith(chunk, "IDAT", 4)) continue;
        stream.next_in = const_cast<Bytef*>(chunk.data()) + 8;
        stream.avail_in = static_cast<uInt>(length);
        do {
            stream.next_out = unpacked.data();
            stream.avail_out = unpacked.size();
            state = inflate(&stream, Z_NO_FLUSH);
        } while (state == Z_OK && stream.avail_out == 0 && static_cast<std::int64_t>(stream.total_out) <= most);
    }
    const auto total = static_cast<std::int64_t>(stream.total_out);
    inflateEnd(&stream);
    return total > most;
}

}  // namespace

std::optional<ImageHeader> parsePngHeader(Bytes begin, std::int64_t fileBytes, const std::string& where) {
    constexpr std::size_t kHeaderEnd = 33;
    if (begin.size() < kHeaderEnd) {
        if (static_cast<std::int64_t>(begin.size()) < fileBytes) return std::nullopt;
        fail(where, "is cut short: it ends inside its header");
    }
    if (bigEndian(begin, 8, 4) != 13 || !startsWith(begin, "IHDR", 12))
        fail(where, "is a damaged PNG image: it does not begin with its header");
    const int depth = begin[24], colour = begin[25];
    const bool known = colour == 0 || colour == 2 || colour == 3 || colour == 4 || colour == 6;
    if (!known || begin[26] != 0 || begin[27] != 0 || begin[28] > 1)
        fail(where, "is a damaged PNG image: its header is of no known kind");
    const bool grey = colour == 0 || colour == 4;
    ImageHeader header{
        .wide = depth == 16,
        .shape = checkedShape(bigEndian(begin, 20, 4), bigEndian(begin, 16, 4), grey ? 1 : 3, where),
    };
    // The file, the pixels, and libpng's: two rows as they are stored, one of them for all samples to grow in.
    constexpr std::int64_t kTables = 1 << 16, kOfPixel = 8, kRows = 4;
    header.decodeBytes = header.shape.bytes() + kRows * kOfPixel * (header.shape.width + 64) + 2 * fileBytes + kTables;
    return header;
}

void checkPng(Bytes file, ImageHeader& header, const std::string& where) {
    Orientations orientations;
    for (std::size_t offset = kSignature;;) {
        if (offset + 12 > file.size()) fail(where, "is cut short: it ends without an end chunk");
        const std::size_t length = bigEndian(file, offset, 4);
        if (length > file.size() - offset - 12) fail(where, "is cut short: it ends inside a chunk");
        const Bytes chunk = file.subspan(offset + 4, length + 4);
        if (crc32(0, chunk.data(), static_cast<uInt>(chunk.size())) != bigEndian(file, offset + 8 + length, 4))
            fail(where, "is a damaged PNG image: a checksum does not fit");
        lookForOrientation(chunk, orientations);
        if (startsWith(chunk, "IEND")) break;
        offset += 12 + length;
    }
    header.orientation = orientations.orientation();
}

Picture decodePng(std::span<const std::uint8_t> file, const ImageHeader& header) {
    const auto bytes = static_cast<std::size_t>(header.shape.bytes());
    Picture picture{.pixels = std::make_unique<std::uint8_t[]>(bytes), .failure = {}};
    PngDecompression decompression{};
    decompression.next = file.data();
    decompression.left = file.size();
    const bool good = run(decompression, header.shape, picture.pixels.get());
    // A row or two too many are some program's fault; much more than the picture is somebody's malice.
    if (good && decompression.more && unpacksBeyond(file, header.decodeBytes))
        return {.pixels = nullptr, .failure = "is a damaged PNG image: its data unpack to more than the picture"};
    if (good) return picture;
    return {.pixels = nullptr, .failure = decompression.failure.data()};
}

}  // namespace bitdesk
