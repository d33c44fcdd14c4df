// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <jpeglib.h>  // needs <cstdio>

#include <jerror.h>  // needs <jpeglib.h>

#include "core/data/header_bytes.h"
#include "core/data/image_header.h"

namespace bitdesk {
namespace {

using namespace header_bytes;
using namespace std::string_view_literals;

constexpr int kScan = 0xDA, kEnd = 0xD9, kApplication1 = 0xE1;

bool isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
bool standsAlone(int marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8) || marker == kEnd; }

/// A marker and its segment, the length included; the marker is −1 where the bytes end before.
struct Segment {
    int marker = -1;
    Bytes bytes = {};
};

/// The segment that follows `offset`, which moves behind it.
Segment nextSegment(Bytes file, std::size_t& offset, const std::string& where) {
    int marker = 0;
    while (marker == 0) {
        const auto begin = std::find(file.begin() + static_cast<std::ptrdiff_t>(offset), file.end(), 0xFF);
        const auto found = std::find_if(begin, file.end(), [](std::uint8_t byte) { return byte != 0xFF; });
        if (found == file.end()) return {};
        offset = static_cast<std::size_t>(found - file.begin()) + 1;
        marker = *found;
    }
    if (standsAlone(marker)) return {.marker = marker};
    if (offset + 2 > file.size()) return {};
    const std::size_t length = bigEndian(file, offset, 2);
    if (length < 2) fail(where, "is a damaged JPEG image: a segment without a length");
    if (offset + length > file.size()) return {};
    offset += length;
    return {.marker = marker, .bytes = file.subspan(offset - length, length)};
}

struct Frame {
    ImageHeader header;
    std::int64_t coefficients = 0;  ///< bytes of all
    int components = 0;
    bool progressive = false;
};

/// What libjpeg keeps of a picture that comes in several scans: 64 coefficients of 2 bytes a block.
std::int64_t coefficientBytes(Bytes segment, const ImageShape& shape, const std::string& where) {
    constexpr std::int64_t kBlockSide = 8, kBlockBytes = 128;
    int most[2] = {1, 1};
    std::int64_t blocks = 0;  // of a unit in which all components come once
    for (std::size_t i = 9; i + 1 < segment.size(); i += 3) {
        const int across = segment[i] >> 4, down = segment[i] & 15;
        if (across < 1 || across > 4 || down < 1 || down > 4)
            fail(where, "is a damaged JPEG image: a component's sampling is none");
        most[0] = std::max(most[0], across);
        most[1] = std::max(most[1], down);
        blocks += std::int64_t{across} * down;
    }
    const auto units = [&](int side, int factor) { return (side - 1) / (kBlockSide * factor) + 1; };
    return units(shape.width, most[0]) * units(shape.height, most[1]) * blocks * kBlockBytes;
}

Frame readFrame(Bytes segment, int marker, const std::string& where) {
    constexpr int kHuffman = 0xC2, kArithmetic = 0xC9, kProgressiveArithmetic = 0xCA;
    if (marker > kHuffman && marker != kArithmetic && marker != kProgressiveArithmetic)
        fail(where, "is a lossless or hierarchical JPEG image, which are not read", kConvert);
    if (segment.size() < 8) fail(where, "is a damaged JPEG image: its frame header is too short");
    if (segment[2] != 8)
        fail(where, "is a JPEG image of " + std::to_string(segment[2]) + " bits, 8 are read", kConvert);
    Frame frame;
    frame.components = segment[7];
    frame.progressive = marker == kHuffman || marker == kProgressiveArithmetic;
    if (frame.components != 1 && frame.components != 3 && frame.components != 4)
        fail(where,
             "is a JPEG image of " + std::to_string(frame.components) + " components; grey, RGB and CMYK are read");
    if (segment.size() != 8 + 3 * static_cast<std::size_t>(frame.components))
        fail(where, "is a damaged JPEG image: its frame header has another length than its components");
    frame.header.jpeg = true;
    frame.header.inks = frame.components == 4;
    frame.header.shape =
        checkedShape(bigEndian(segment, 3, 2), bigEndian(segment, 5, 2), frame.components == 1 ? 1 : 3, where);
    frame.coefficients = coefficientBytes(segment, frame.header.shape, where);
    return frame;
}

void lookForJpegOrientation(Bytes segment, Orientations& found) {
    constexpr auto kExif = "Exif\0\0"sv, kPacket = "http://ns.adobe.com/xap/1.0/\0"sv;
    const Bytes body = segment.subspan(2);
    if (startsWith(body, kExif) && !found.exif) found.exif = exifOrientation(body);
    if (startsWith(body, kPacket)) found.xmp = xmpOrientation(body);
}

/// The file, the pixels, a few dozen rows of every component, and the coefficients where the first scan is not all.
std::int64_t decodeBytes(const Frame& frame, Bytes scan, std::int64_t fileBytes) {
    constexpr std::int64_t kTables = 1 << 18, kRows = 64, kEdge = 64;
    const ImageShape& shape = frame.header.shape;
    const bool several = frame.progressive || scan.size() < 3 || scan[2] < frame.components;
    return 2 * fileBytes + shape.bytes() + (shape.width + kEdge) * frame.components * kRows + kTables +
           (several ? frame.coefficients : 0);
}

}  // namespace

std::optional<ImageHeader> parseJpegHeader(Bytes begin, std::int64_t fileBytes, const std::string& where) {
    std::optional<Frame> frame;
    Orientations orientations;
    for (std::size_t offset = 2;;) {
        const Segment segment = nextSegment(begin, offset, where);
        if (segment.marker < 0 && static_cast<std::int64_t>(begin.size()) < fileBytes) return std::nullopt;
        if (segment.marker < 0) fail(where, "is cut short: it ends inside its header");
        if (segment.marker == kApplication1) lookForJpegOrientation(segment.bytes, orientations);
        if (isFrame(segment.marker) && !frame) frame = readFrame(segment.bytes, segment.marker, where);
        if (segment.marker != kScan && segment.marker != kEnd) continue;
        if (!frame) fail(where, "is a damaged JPEG image: it has no frame header");
        if (segment.marker == kEnd) fail(where, "is a damaged JPEG image: it has no image data");
        frame->header.orientation = orientations.orientation();
        frame->header.decodeBytes = decodeBytes(*frame, segment.bytes, fileBytes);
        return frame->header;
    }
}

namespace {

constexpr int kMostScans = 100;  ///< an encoder's best has some ten; each goes over the whole picture

/// A call of libjpeg, which leaves it by a jump where it fails. Between setjmp() and the jump there may be nothing that
/// has a destructor.
struct JpegDecompression {
    jpeg_decompress_struct info;
    jpeg_error_mgr errors;
    jpeg_source_mgr source;
    jpeg_progress_mgr progress;
    std::jmp_buf escape;
    std::array<char, JMSG_LENGTH_MAX + 64> failure;
    bool ended;  ///< more bytes were asked for than the file has
};

JpegDecompression& of(j_common_ptr info) { return *static_cast<JpegDecompression*>(info->client_data); }

[[noreturn]] void leave(JpegDecompression& self, const char* failure) {
    std::snprintf(self.failure.data(), self.failure.size(), "%s", failure);
    std::longjmp(self.escape, 1);
}

[[noreturn]] void failWithMessage(j_common_ptr info) {
    if (of(info).ended) leave(of(info), "is cut short: it ends in the midst of its data");
    std::array<char, JMSG_LENGTH_MAX> message;
    info->err->format_message(info, message.data());
    std::array<char, JMSG_LENGTH_MAX + 32> failure;
    std::snprintf(failure.data(), failure.size(), "is a damaged JPEG image: %s", message.data());
    leave(of(info), failure.data());
}

/// libjpeg goes on after these with a picture that is not the one that was taken. Its other warnings, of extraneous
/// bytes or odd versions, do the pixels no harm.
void judgeWarning(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
        case JWRN_HIT_MARKER: leave(of(info), "is cut short: its data end before the picture is whole");
        case JWRN_HUFF_BAD_CODE:
        case JWRN_ARITH_BAD_CODE:
        case JWRN_MUST_RESYNC: failWithMessage(info);
        default: return;
    }
}

void countScans(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMostScans)
        leave(of(info), "is a JPEG image of more than 100 scans, which are not read");
}

/// At the file's end, as libjpeg's own sources do: an end marker, for ever.
boolean endOfFile(j_decompress_ptr info) {
    static constexpr std::array<JOCTET, 2> kEndMarker{0xFF, JPEG_EOI};
    of(reinterpret_cast<j_common_ptr>(info)).ended = true;
    info->src->next_input_byte = kEndMarker.data();
    info->src->bytes_in_buffer = kEndMarker.size();
    return TRUE;
}

void skipInput(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    if (static_cast<std::size_t>(count) > info->src->bytes_in_buffer) {
        endOfFile(info);
        return;
    }
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= static_cast<std::size_t>(count);
}

void begin(JpegDecompression& self, std::span<const std::uint8_t> file, const ImageHeader& header) {
    jpeg_create_decompress(&self.info);
    // Of what grows with a picture's size, and would go to a temporary file: $JPEGMEM has no say.
    self.info.mem->max_memory_to_use = static_cast<long>(header.decodeBytes);
    self.progress.progress_monitor = countScans;
    self.info.progress = &self.progress;
    self.source = {.next_input_byte = file.data(),
                   .bytes_in_buffer = file.size(),
                   .init_source = [](j_decompress_ptr) {},
                   .fill_input_buffer = endOfFile,
                   .skip_input_data = skipInput,
                   .resync_to_restart = jpeg_resync_to_restart,
                   .term_source = [](j_decompress_ptr) {}};
    self.info.src = &self.source;
}

/// Of one scan that was read whole all is there. Of several, or where bits are guessed from those before, only an end
/// marker tells that no more were to come.
void checkEnd(JpegDecompression& self) {
    const jpeg_decompress_struct& info = self.info;
    if (!jpeg_has_multiple_scans(&self.info) && !info.arith_code) return;
    if (self.ended) leave(self, "is cut short: it ends without an end marker");
    for (int i = 0; i < info.num_components; ++i)
        if (info.comp_info[i].quant_table == nullptr) leave(self, "is cut short: a channel has no data");
}

/// Pillow's conversion of what Adobe's programs write: inverted inks.
void inksToRgb(const JSAMPLE* inks, int width, std::uint8_t* rgb) {
    for (int x = 0; x < width; ++x, inks += 4)
        for (int c = 0; c < 3; ++c) {
            const int black = inks[3], product = (255 - inks[c]) * black + 128;
            *rgb++ = static_cast<std::uint8_t>(black - (((product >> 8) + product) >> 8));
        }
}

void readPixels(JpegDecompression& self, std::span<const std::uint8_t> file, const ImageHeader& header,
                std::uint8_t* pixels, std::uint8_t* inks) {
    const ImageShape& shape = header.shape;
    begin(self, file, header);
    jpeg_read_header(&self.info, TRUE);
    const int components = self.info.num_components;
    if (static_cast<int>(self.info.image_height) != shape.height ||
        static_cast<int>(self.info.image_width) != shape.width || (components == 1 ? 1 : 3) != shape.channels ||
        (components == 4) != header.inks)
        leave(self, "is a damaged JPEG image: it has two headers");
    self.info.out_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_start_decompress(&self.info);
    const std::ptrdiff_t stride = std::ptrdiff_t{shape.width} * shape.channels;
    while (self.info.output_scanline < self.info.output_height) {
        std::uint8_t* target = pixels + static_cast<std::ptrdiff_t>(self.info.output_scanline) * stride;
        JSAMPROW row = header.inks ? inks : target;
        jpeg_read_scanlines(&self.info, &row, 1);
        if (header.inks) inksToRgb(inks, shape.width, target);
    }
    checkEnd(self);
}

/// False where it failed.
bool run(JpegDecompression& self, std::span<const std::uint8_t> file, const ImageHeader& header, std::uint8_t* pixels,
         std::uint8_t* inks) {
    self.info.err = jpeg_std_error(&self.errors);
    self.errors.error_exit = failWithMessage;
    self.errors.emit_message = judgeWarning;
    self.info.client_data = &self;
    if (setjmp(self.escape) == 0)  // NOLINT(cert-err52-cpp): libjpeg knows no other way out
        readPixels(self, file, header, pixels, inks);
    jpeg_destroy_decompress(&self.info);
    return self.failure[0] == '\0';
}

}  // namespace

Picture decodeJpeg(std::span<const std::uint8_t> file, const ImageHeader& header) {
    const auto bytes = static_cast<std::size_t>(header.shape.bytes());
    Picture picture{.pixels = std::make_unique_for_overwrite<std::uint8_t[]>(bytes), .failure = {}};
    const auto inks =
        std::make_unique<std::uint8_t[]>(header.inks ? static_cast<std::size_t>(header.shape.width) * 4 : 0);
    JpegDecompression decompression{};
    if (run(decompression, file, header, picture.pixels.get(), inks.get())) return picture;
    return {.pixels = nullptr, .failure = decompression.failure.data()};
}

}  // namespace bitdesk
