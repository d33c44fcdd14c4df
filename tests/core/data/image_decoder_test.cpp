// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_decoder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <cstdlib>

#include "core/base/random.h"
#include "core/data/image_header.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/data/image_files.h"

namespace bitdesk {
namespace {

class Decoder : public testing::Test {
protected:
    std::vector<std::uint8_t> decode(const std::string& bytes, const Preparation& preparation) {
        test::writeText(m_folder / "image", bytes);
        std::vector<std::uint8_t> out(static_cast<std::size_t>(preparation.shape.bytes()));
        decodeImage(m_folder / "image", preparation, m_memory, out);
        return out;
    }
    static Preparation exact(const ImageShape& shape) { return {.shape = shape, .asTheyAre = true, .resize = 0}; }
    static Preparation to(const ImageShape& shape) { return {.shape = shape, .asTheyAre = false, .resize = 0}; }

    test::TemporaryFolder m_folder;
    DecodeMemory m_memory{64 << 20};
};

using Pixels = std::vector<std::uint8_t>;

TEST_F(Decoder, KindsOfPng) {
    EXPECT_EQ(decode(test::pngOf(2, 2, 0, 1, "\1\2\3\4"), exact({2, 2, 1})), (Pixels{1, 2, 3, 4}));
    EXPECT_EQ(decode(test::pngOf(2, 2, 4, 2, "\1\377\2\177\3\1\4\1"), exact({2, 2, 1})), (Pixels{1, 2, 3, 4}));
    EXPECT_EQ(decode(test::pngOf(2, 2, 2, 3, "abcdefghijkl"), exact({2, 2, 3})),
              (Pixels{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'}));
    EXPECT_EQ(decode(test::pngOf(2, 2, 6, 4, "abc\1def\1ghi\1jkl\1"), exact({2, 2, 3})),
              (Pixels{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'}));
    EXPECT_EQ(decode(test::pngOf(2, 2, 0, 2, "\1\200\2\377\3\177\4\177", 16), exact({2, 2, 1})), (Pixels{1, 2, 3, 4}));
    const std::string rows("\0\0\1\0\1\0", 6);
    EXPECT_EQ(decode(test::pngFile(2, 2, 8, 3, rows, "abcdef"), exact({2, 2, 3})),
              (Pixels{'a', 'b', 'c', 'd', 'e', 'f', 'd', 'e', 'f', 'a', 'b', 'c'}));
}

TEST_F(Decoder, KindsOfJpeg) {
    for (const std::string& file : {test::rgbJpeg(), test::progressiveJpeg()}) {
        const Pixels pixels = decode(file, exact({16, 16, 3}));
        for (int y = 0; y < 16; ++y) EXPECT_NEAR(pixels[static_cast<std::size_t>(y * 16 + 8) * 3], 16 * y, 32) << y;
    }
    const Pixels grey = decode(test::greyJpeg(), exact({16, 16, 1}));
    for (int y = 0; y < 16; ++y) EXPECT_NEAR(grey[static_cast<std::size_t>(y * 16)], 16 * y, 8) << y;
}

TEST_F(Decoder, ChannelsFollowTheShape) {
    EXPECT_EQ(decode(test::pngOf(2, 2, 0, 1, "\1\2\3\4"), to({2, 2, 3})), (Pixels{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}));
    const std::string red("\377\0\0\0\377\0\0\0\377\377\377\377", 12);
    EXPECT_EQ(decode(test::pngOf(2, 2, 2, 3, red), to({2, 2, 1})), (Pixels{76, 150, 29, 255}));  // Pillow's "L"
}

TEST_F(Decoder, SizesFollowTheShape) {
    EXPECT_EQ(decode(test::greyPng(30, 50, 9), to({4, 6, 3})), Pixels(4 * 6 * 3, 9));
    test::expectBadInput({"image: is 30×50×1", "4×6×1", "--resize"}, [&] {
        decode(test::greyPng(30, 50, 9), exact({4, 6, 1}));
    });
}

/// A file of `height` × `width` that holds next to nothing.
std::string claiming(int height, int width) { return test::pngFile(height, width, 8, 0, "abc"); }

std::string replaced(std::string text, std::size_t offset, const std::string& bytes) {
    return text.replace(offset, bytes.size(), bytes);
}

/// Its first scan `count` times.
std::string manyScans(const std::string& progressive, std::size_t count) {
    const std::size_t begin = progressive.find("\xff\xda"), end = progressive.find("\xff\xc4", begin);
    std::string file = progressive.substr(0, begin);
    for (std::size_t i = 0; i < count; ++i) file += progressive.substr(begin, end - begin);
    return file + progressive.substr(end);
}

TEST_F(Decoder, HostileFilesAreNamed) {
    const std::string png = test::greyPng(20, 20, 5), jpeg = test::rgbJpeg(), progressive = test::progressiveJpeg();
    const std::size_t frame = jpeg.find("\xff\xc0"), table = jpeg.find("\xff\xc4");
    const struct {
        const char* name;
        std::string bytes;
        const char* reason;
    } cases[] = {
        {"empty", "", "is empty"},
        {"text", "hello", "neither a PNG nor a JPEG"},
        {"GIF", "GIF89a......", "is a GIF picture; PNG and JPEG are read"},
        {"PNG cut in its header", png.substr(0, 20), "cut short"},
        {"PNG cut in a chunk", png.substr(0, 45), "cut short"},
        {"PNG without an end", png.substr(0, png.size() - 12), "cut short"},
        {"PNG with a flipped bit", replaced(png, 45, "\x55"), "a checksum does not fit"},
        {"PNG with too few rows", claiming(20, 20), "is a damaged PNG image"},
        {"PNG of no known kind", test::pngFile(20, 20, 8, 5, "abc"), "no known kind"},
        {"PNG of 1 pixel", test::greyPng(1, 1, 5), "has 1×1 pixels; an image has at least 2×2"},
        {"PNG of 30 000 pixels", claiming(30000, 30000), "30000×30000 pixels, at most 16384"},
        {"PNG of 2^28 pixels", claiming(16384, 16384), "at most 2^26"},
        {"PNG that unpacks to more", test::pngFile(20, 20, 8, 0, std::string(2 << 20, '\0')), "unpack to more"},
        {"JPEG cut in its header", jpeg.substr(0, 100), "cut short"},
        {"JPEG cut in its data", jpeg.substr(0, jpeg.size() - 20), "cut short"},
        {"JPEG cut and ended", jpeg.substr(0, jpeg.size() - 20) + "\xff\xd9", "cut short"},
        {"JPEG, progressive, without its end", progressive.substr(0, progressive.size() - 2), "cut short"},
        {"JPEG of very many scans", manyScans(progressive, 101), "more than 100 scans"},
        {"JPEG of 1 pixel", replaced(jpeg, frame + 5, std::string("\0\1\0\1", 4)), "has 1×1 pixels"},
        {"JPEG of 30 000 pixels", replaced(jpeg, frame + 5, "\x75\x30\x75\x30"), "30000×30000 pixels"},
        {"JPEG of 12 bits", replaced(jpeg, frame + 4, "\x0c"), "of 12 bits"},
        {"JPEG of 2 components", replaced(jpeg, frame + 9, "\2"), "of 2 components"},
        {"JPEG of no sampling", replaced(jpeg, frame + 11, std::string("\0", 1)), "sampling is none"},
        {"JPEG, lossless", replaced(jpeg, frame + 1, "\xc3"), "lossless or hierarchical"},
        {"JPEG table of 4080 codes", replaced(jpeg, table + 5, std::string(16, '\xff')), "is a damaged JPEG image"},
        {"JPEG without a table", replaced(jpeg, jpeg.find("\xff\xdb") + 1, "\xe5"), "is a damaged JPEG image"},
        {"JPEG with nothing in it", "\xff\xd8\xff\xd9", "no frame header"},
    };
    for (const auto& hostile : cases) {
        SCOPED_TRACE(hostile.name);
        test::expectBadInput({"/image: ", hostile.reason}, [&] { decode(hostile.bytes, to({8, 8, 1})); });
    }
    EXPECT_LE(m_memory.peak(), m_memory.limit());
}

TEST_F(Decoder, WhatIsNoFileIsNamed) {
    std::vector<std::uint8_t> out(4);
    ASSERT_EQ(::mkfifo((m_folder / "pipe").c_str(), 0600), 0);
    for (const char* name : {"none", "pipe"})
        test::expectBadInput({name}, [&] { decodeImage(m_folder / name, to({2, 2, 1}), m_memory, out); });
}

TEST_F(Decoder, AnImageThatTakesTooMuchMemoryIsNamed) {
    DecodeMemory little(4 << 20);
    test::writeText(m_folder / "large", test::greyPng(1000, 1000, 1));
    std::vector<std::uint8_t> out(4);
    test::expectBadInput({"large: is 1000×1000×1", "MiB", "--data-memory"}, [&] {
        decodeImage(m_folder / "large", to({2, 2, 1}), little, out);
    });
}

/// Nor does libjpeg take more than was asked for, or write a temporary file, whatever $JPEGMEM says.
TEST_F(Decoder, AProgressivePictureStaysInItsMemory) {
    std::string file = test::progressiveJpeg();
    file.replace(file.find("\xff\xc2") + 5, 4, "\4\x10\4\x10");  // 1040×1040
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
    ImageHeader header = parseImageHeader(bytes, static_cast<std::int64_t>(file.size()), "f").value();
    EXPECT_GT(header.decodeBytes, 1040 * 1040 * 3 + 1040 * 1040 * 3 / 2 * 2);  // pixels, and coefficients of 4:2:0
    ::setenv("JPEGMEM", "1000M", 1);
    EXPECT_NE(decodeJpeg(bytes, header).failure.find("cut short"), std::string::npos);
    header.decodeBytes = 1000;
    EXPECT_NE(decodeJpeg(bytes, header).failure.find("Backing store"), std::string::npos);
    ::unsetenv("JPEGMEM");
}

TEST_F(Decoder, APngMayHaveARowTooMany) {
    const std::string rows = std::string("\0\1\2\0\3\4\0\5\6", 9);
    EXPECT_EQ(decode(test::pngFile(2, 2, 8, 0, rows), exact({2, 2, 1})), (Pixels{1, 2, 3, 4}));
}

/// Whatever is wrong with a file, decoding it ends, within its memory, in an image or an Error.
TEST_F(Decoder, ManyDamagedFilesDoNoHarm) {
    Random random(5);
    int decoded = 0;
    for (const std::string& whole :
         {test::rgbJpeg(), test::progressiveJpeg(), test::greyJpeg(), test::greyPng(9, 9, 3)})
        for (int round = 0; round < 300; ++round) {
            std::string file = whole;
            for (std::uint64_t i = 0; i <= random.below(4); ++i)
                file[random.below(file.size())] = static_cast<char>(random.below(256));
            try {
                const std::span bytes(reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
                auto header = parseImageHeader(bytes, static_cast<std::int64_t>(file.size()), "f");
                ASSERT_TRUE(header);
                if (!header->jpeg) checkPng(bytes, *header, "f");
                const Picture picture = header->jpeg ? decodeJpeg(bytes, *header) : decodePng(bytes, *header);
                ASSERT_EQ(picture.pixels == nullptr, !picture.failure.empty());
                decoded += picture.pixels != nullptr ? 1 : 0;
            } catch (const Error&) {
            }
        }
    EXPECT_GT(decoded, 10);
}

}  // namespace
}  // namespace bitdesk
