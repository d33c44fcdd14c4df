// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_facts.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/files.h"
#include "tests/core/data/data_folder.h"
#include "tests/core/data/image_files.h"

namespace bitdesk {
namespace {

using Notes = std::vector<std::string>;
using Pixels = std::vector<std::uint8_t>;

/// What a folder's pictures carry is told at every opening, also where it is remembered.
class PictureFolder : public test::DataFolder {
protected:
    void told(const Notes& wanted, const DataChoices& choices = {}) const {
        for (const char* opening : {"first", "again"})
            EXPECT_EQ(open(Split::Test, {.choices = choices})->description().notes, wanted) << opening;
    }
    static std::string grey16(const std::string& samples) { return test::pngOf(2, 2, 0, 2, samples, 16); }
    static std::string picture(const std::string& name) {
        const auto all = nlohmann::json::parse(readFile(BITDESK_SOURCE_DIR "/tests/core/data/pictures.json", 1 << 20));
        return test::fromText(
            std::ranges::find_if(all, [&](const auto& one) { return one.at("name") == name; })->at("file"));
    }
};

TEST_F(PictureFolder, OrdinaryPicturesNeedNoWord) {
    write("a/1.png", grey16("\1\200\2\377\20\177\4\177"));
    write("a/2.png", test::turnedPng(test::greyPng(2, 2, 5), 1));
    told({});
}

TEST_F(PictureFolder, OrientationsAreCounted) {
    write("a/1.png", test::turnedPng(test::greyPng(2, 2, 5), 6));
    write("a/2.png", test::greyPng(2, 2, 5));
    told({"1 image carries an EXIF orientation, which is not applied (--exif applies it)"});
    write("b/1.png", test::turnedPng(test::greyPng(2, 2, 5), 3));
    told({"2 images carry an EXIF orientation, which is not applied (--exif applies it)"});
    told({"2 images were turned as the EXIF orientation says"}, {.exif = true});
}

TEST_F(PictureFolder, AnAppliedOrientationIsPartOfShapePixelsTextAndHash) {
    const std::string grey = test::pngOf(2, 3, 0, 1, "\1\2\3\4\5\6");
    write("a/1.png", test::turnedPng(grey, 6));
    write("a/2.png", test::turnedPng(grey, 8));
    const auto stored = open();
    const auto upright = open(Split::Test, {.choices = {.exif = true}});
    EXPECT_EQ(stored->shape(), (ImageShape{2, 3, 1}));
    EXPECT_EQ(upright->shape(), (ImageShape{3, 2, 1}));
    EXPECT_EQ(pixels(*upright), (Pixels{4, 1, 5, 2, 6, 3, 3, 6, 2, 5, 1, 4}));
    EXPECT_EQ(upright->description().preprocessing, "turned as their EXIF orientation says");
    EXPECT_NE(upright->hash(), stored->hash());
    write("a/3.png", grey);
    for (const char* opening : {"first", "again"}) {
        SCOPED_TRACE(opening);
        EXPECT_EQ(open()->size(), 3);
        refused({"a/3.png: is 2×3×1, the first image is 3×2×1"}, Split::Test, {.choices = {.exif = true}});
    }
}

TEST_F(PictureFolder, SixteenBitsThatHoldFewerAreTold) {
    write("a/1.png", grey16(std::string("\0\1\0\377\0\0\0\7", 8)));
    write("a/2.png", test::greyPng(2, 2, 0));
    told({"1 picture of 16 bits has no value above 255: the upper half, which is taken, is black; save it as 8 bits"});
    write("a/3.png", grey16(std::string("\17\377\0\1\0\1\0\1", 8)));
    told(
        {"2 pictures of 16 bits have no value above 4095: the upper half, which is taken, is almost black; "
         "save them as 8 bits"});
}

TEST_F(PictureFolder, ColourOfSixteenBitsToo) {
    const std::string dark(24, '\0'), dim = std::string("\0\0\3\1", 4) + std::string(20, '\0');
    write("a/1.png", test::pngOf(2, 2, 2, 6, dark, 16));
    write("a/2.png", test::pngOf(2, 2, 2, 6, dim, 16));
    told(
        {"2 pictures of 16 bits have no value above 1023: the upper half, which is taken, is almost black; "
         "save them as 8 bits"});
}

/// The number is what this folder's hash was when stb_image decoded: stored results of PNG files stay theirs.
TEST_F(PictureFolder, TheHashOfPngFilesIsWhatItWas) {
    write("a/1.png", picture("palette with transparency"));
    write("b/1.png", picture("16-bit RGB"));
    EXPECT_EQ(open()->hash(), "78f300ac58fe31c018e10913034d4ebc959e4c28e0785dea9fb89fc204fa5f1c");
}

/// SHA-256 of "39:bitdesk image folder 1, JPEG by libjpeg,8:11×18×3,…": of the files' digests, in Python.
TEST_F(PictureFolder, TheHashOfJpegFilesSaysWhoDecodes) {
    write("a/1.jpg", picture("4:2:0"));
    write("a/2.png", picture("16-bit RGB"));
    EXPECT_EQ(open()->hash(), "d9e4ddf7fda4462d9d4b3aba5752484d3fcd8e4550ee4dfd12556ecbfa715f2c");
    EXPECT_EQ(open()->hash(), "d9e4ddf7fda4462d9d4b3aba5752484d3fcd8e4550ee4dfd12556ecbfa715f2c");
}

}  // namespace
}  // namespace bitdesk
