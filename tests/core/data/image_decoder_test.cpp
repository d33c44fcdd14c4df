// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_decoder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <cstdlib>

#include "core/base/random.h"
#include "core/data/stb_decode.h"
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

TEST_F(Decoder, HostileFilesAreNamed) {
    const std::string png = test::greyPng(20, 20, 5), jpeg = test::rgbJpeg();
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
        {"PNG with too few rows", claiming(20, 20), "is a damaged image"},
        {"PNG of no known kind", test::pngFile(20, 20, 8, 5, "abc"), "no known kind"},
        {"PNG of 1 pixel", test::greyPng(1, 1, 5), "has 1×1 pixels; an image has at least 2×2"},
        {"PNG of 30 000 pixels", claiming(30000, 30000), "30000×30000 pixels, at most 16384"},
        {"PNG of 2^28 pixels", claiming(16384, 16384), "at most 2^26"},
        {"PNG that unpacks to more", test::pngFile(20, 20, 8, 0, std::string(2 << 20, '\0')), "is a damaged image"},
        {"JPEG cut in its header", jpeg.substr(0, 100), "cut short"},
        {"JPEG cut in its data", jpeg.substr(0, jpeg.size() - 20), "cut short"},
        {"JPEG without its end marker", jpeg.substr(0, jpeg.size() - 2), "cut short"},
        {"JPEG of 1 pixel", replaced(jpeg, frame + 5, std::string("\0\1\0\1", 4)), "has 1×1 pixels"},
        {"JPEG of 30 000 pixels", replaced(jpeg, frame + 5, "\x75\x30\x75\x30"), "30000×30000 pixels"},
        {"JPEG of 12 bits", replaced(jpeg, frame + 4, "\x0c"), "of 12 bits"},
        {"JPEG of CMYK", test::cmykJpeg(), "is a CMYK image; grey and RGB are read. Convert it to RGB"},
        {"JPEG, lossless", replaced(jpeg, frame + 1, "\xc3"), "lossless or arithmetically"},
        {"JPEG table of 4080 codes", replaced(jpeg, table + 5, std::string(16, '\xff')), "Huffman table"},
        {"JPEG without a marker", replaced(jpeg, 20, "x"), "a marker is missing"},
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
                const auto header = parseImageHeader(bytes, static_cast<std::int64_t>(file.size()), "f");
                ASSERT_TRUE(header);
                const StbImage image = stbDecode(checkedImage(bytes, *header, "f"), header->decodeBytes);
                ASSERT_LE(image.peakBytes, header->decodeBytes);
                decoded += image.pixels != nullptr ? 1 : 0;
            } catch (const Error&) {
            }
        }
    EXPECT_GT(decoded, 10);
}

}  // namespace
}  // namespace bitdesk
