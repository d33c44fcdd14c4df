// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <algorithm>

#include "core/base/what_is.h"
#include "tests/core/data/image_data_folder.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

class BadFiles : public test::ImageDataFolder {
protected:
    /// Opens a folder; what is told of bad files is in `m_told`.
    std::shared_ptr<const DataSet> openTold(bool skip, Split split = Split::Test) {
        m_told.clear();
        m_calls = 0;
        const auto sink = [this](const std::vector<BadFile>& files) {
            m_told = files;
            ++m_calls;
        };
        return open(split, {.choices = {.skipBad = skip, .badFiles = std::make_shared<const BadFilesSink>(sink)}});
    }
    std::vector<std::string> namesTold() const {
        std::vector<std::string> names;
        for (const BadFile& file : m_told) names.push_back(fs::path(file.path).lexically_relative(root()).string());
        return names;
    }
    /// Two good classes, and bad files of seven kinds.
    std::vector<std::string> sevenKinds() const {
        twoClasses();
        write("a/0.png", test::greyPng(2, 2, 1).substr(0, 50));
        write("a/cut.jpg", test::rgbJpeg().substr(0, 100));
        write("b/empty.png", "");
        write("b/page.jpeg", "<html>404</html>");
        write("b/photo.png", "RIFF\x10" + std::string(3, '\0') + "WEBPVP8 ....");
        write("b/tiny.png", test::greyPng(1, 1, 1));
        fs::create_symlink(root() / "none", root() / "b/link.png");
        return {"a/0.png", "a/cut.jpg", "b/empty.png", "b/link.png", "b/page.jpeg", "b/photo.png", "b/tiny.png"};
    }

    std::vector<BadFile> m_told;
    int m_calls = 0;
};

TEST_F(BadFiles, AreListedWhole) {
    const auto bad = sevenKinds();
    test::expectBadInput(
        {"a/0.png: is cut short", "(and 6 more files fail)", "--bad-files FILE lists them all", "--skip-bad"},
        [&] { openTold(false); });
    EXPECT_EQ(namesTold(), bad);
    EXPECT_EQ(m_calls, 1);
    EXPECT_EQ(m_told[2].reason, "is empty");
    EXPECT_EQ(m_told[3].reason, "is a link that leads nowhere");
    EXPECT_EQ(m_told[4].reason,
              "is neither a PNG nor a JPEG image, but a web page (HTML), as a failed download leaves one");
    EXPECT_EQ(m_told[5].reason, "is a WebP picture; PNG and JPEG are read");
    EXPECT_EQ(m_told[6].reason, "has 1×1 pixels; an image has at least 2×2");
    for (const std::string& name : bad) fs::remove(root() / name);
    openTold(false);
    EXPECT_EQ(m_calls, 1);
    EXPECT_TRUE(m_told.empty());
}

TEST_F(BadFiles, AreToldAsWhatTheyAre) {
    const std::string targa("\0\0\2\0\0\0\0\0\0\0\0\0\2\0\2\0\x18\x20......", 24);
    const struct {
        std::string name, bytes, reason;
    } cases[] = {
        {"lfs.jpg", "version https://git-lfs.github.com/spec/v1\noid sha256:4d\n",
         "is neither a PNG nor a JPEG image, but a pointer of Git LFS, in place of the file. Fetch the file itself: "
         "git "
         "lfs pull"},
        {"page.jpg", "<!DOCTYPE html><html>", "but a web page (HTML), as a failed download leaves one. Download it"},
        {"x.ico", std::string("\0\0\1\0\1\0\x10\x10\0\0\1\0", 12), "is an ICO picture; PNG and JPEG are read. Convert"},
        {"x.tga", targa, "is a Targa picture; PNG and JPEG are read"},
        {"x.svg", "<?xml version=\"1.0\"?>\n<svg/>", "is an SVG picture; PNG and JPEG are read"},
        {"x.pcx", "\n\5\1\x08....", "is a PCX picture; PNG and JPEG are read"},
        {"x.ras", "\x59\xa6\x6a\x95....", "mogrify -format png FILE, and move the original out of the folder"},
        {"x.npy.png", "\x93NUMPY....", "but an array of NumPy (.npy). Save all images and labels in one file"},
        {"x.png", std::string("\1\2\3\0\4", 5), "is neither a PNG nor a JPEG image. Keep other files out"},
    };
    for (const auto& file : cases) {
        twoClasses();
        write("b/" + file.name, file.bytes);
        refused({"b/" + file.name + ": ", file.reason});
        fs::remove_all(root());
    }
}

TEST_F(BadFiles, AreLeftOutWhereThatIsAskedFor) {
    const auto bad = sevenKinds();
    for (int round = 0; round < 2; ++round) {  // the good ones are known from the first on
        const auto data = openTold(true);
        EXPECT_EQ(namesTold(), bad);
        EXPECT_EQ(labels(*data), (std::vector<int>{0, 0, 1}));
        EXPECT_EQ(pixels(*data), (std::vector<std::uint8_t>{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}));
        EXPECT_EQ(data->description().skipped, 7);
        EXPECT_TRUE(told(*data, "7 of 10 files cannot be read and were left out: a/0.png, a/cut.jpg, b/empty.png"));
    }
    const std::string hash = open(Split::Test, {.choices = {.skipBad = true}})->hash();
    for (const std::string& name : bad) fs::remove(root() / name);
    EXPECT_EQ(open()->hash(), hash);  // of the files that are left
    EXPECT_EQ(open()->description().skipped, 0);
    write("b/1.png", "damaged");
    EXPECT_NE(open(Split::Test, {.choices = {.skipBad = true}})->hash(), hash);
}

TEST_F(BadFiles, ANameThatCannotBeStoredMakesOne) {
    twoClasses();
    images({"a/caf\xe9.png", "b/\xff.png", "b/new\nline.png"});
    EXPECT_EQ(openTold(true)->size(), 3);
    ASSERT_EQ(m_told.size(), 3U);
    EXPECT_EQ(m_told[0].reason, "has a name that is no UTF-8");
    test::expectBadInput({"(and 2 more files fail)"}, [&] { openTold(false); });
}

TEST_F(BadFiles, WhatIsLeftKeepsItsName) {
    images({"a class of a long name/1 image of a long name.png", "a class of a long name/2 image of a long name.png"});
    write("a class of a long name/3 image of a long name.png", "damaged");
    EXPECT_EQ(pixels(*openTold(true)), std::vector<std::uint8_t>(8, 1));
}

TEST_F(BadFiles, TheFirstImageMayBeOne) {
    write("a/0.png", test::greyPng(9, 9, 1).substr(0, 60));  // a header, and no more
    twoClasses();
    EXPECT_EQ(openTold(true)->shape(), (ImageShape{2, 2, 1}));
    EXPECT_EQ(namesTold(), std::vector<std::string>{"a/0.png"});
    test::expectBadInput({"a/0.png: is cut short", "--skip-bad leaves it out"}, [&] { openTold(false); });
}

TEST_F(BadFiles, AnImageOfAnotherShapeIsNone) {
    twoClasses();
    write("a/9.png", test::greyPng(5, 5, 1));
    write("b/9.png", "damaged");
    test::expectBadInput({"a/9.png: is 5×5×1, the first image is 2×2×1"}, [&] { openTold(true); });
    EXPECT_EQ(namesTold(), std::vector<std::string>{"b/9.png"});
    test::expectBadInput({"a/9.png: is 5×5×1", "(and 1 more file fails)"}, [&] { openTold(false); });
}

TEST_F(BadFiles, AClassMayLoseAllItsImages) {
    twoClasses();
    write("b/1.png", "damaged");
    const auto data = openTold(true);
    EXPECT_EQ(data->classNames(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(classCounts(*data), (std::vector<std::int64_t>{2, 0}));
    EXPECT_TRUE(told(*data, "no images of the class b"));
    EXPECT_TRUE(told(*data, "1 of 3 files cannot be read and was left out: b/1.png"));
    write("a/1.png", "damaged");
    EXPECT_EQ(openTold(true)->size(), 1);
    write("a/2.png", "damaged");
    test::expectBadInput({"/data: has no image that can be read", "a/1.png", "neither a PNG nor a JPEG"},
                         [&] { openTold(true); });
    test::expectBadInput({"a/1.png: is neither", "(and 2 more files fail)"}, [&] { openTold(false); });
    fs::remove_all(root() / "a");
    fs::remove(root() / "b/1.png");
    fs::create_symlink(root() / "none", root() / "b/1.png");
    fs::create_symlink(root() / "none", root() / "b/2.png");
    test::expectBadInput({"b/1.png: is a link that leads nowhere (and 1 more file fails)"}, [&] { openTold(false); });
    test::expectBadInput({"has no image that can be read", "link that leads nowhere"}, [&] { openTold(true); });
}

TEST_F(BadFiles, AreOfTheSplitThatIsOpened) {
    for (int i = 0; i < 40; ++i) image("train/a/" + std::to_string(10 + i) + ".png", i);
    const auto train = pixels(*open(Split::Train)), val = pixels(*open(Split::Val));
    ASSERT_EQ(val.size(), 4U * 4);
    const std::string bad = "train/a/" + std::to_string(10 + val.front()) + ".png";
    write(bad, "damaged");
    // What is left is cut as before, so that train and val never share an image.
    EXPECT_EQ(pixels(*openTold(true, Split::Train)), train);
    EXPECT_TRUE(m_told.empty());
    EXPECT_EQ(pixels(*openTold(true, Split::Val)), std::vector<std::uint8_t>(val.begin() + 4, val.end()));
    EXPECT_EQ(namesTold(), std::vector<std::string>{bad});
}

// First bytes as Pillow 9.4 writes them (Image.new("L", (2, 2)).save(…)), ImageMagick where Pillow has no writer.
TEST(PictureFormat, IsToldByTheFirstBytes) {
    const auto format = [](const std::string& begin) { return pictureFormat(begin); };
    using namespace std::string_literals;
    EXPECT_EQ(format(test::greyPng(2, 2, 1).substr(0, 32)), "PNG");
    EXPECT_EQ(format(test::rgbJpeg().substr(0, 32)), "JPEG");
    EXPECT_EQ(format("GIF87a\x02\0\x02\0"s), "GIF");
    EXPECT_EQ(format("BM>\x04\0\0\0\0\0\0\x36\x04\0\0\x28\0\0\0\x02\0\0\0"s), "BMP");
    EXPECT_EQ(format("RIFF$\0\0\0WEBPVP8 "s), "WebP");
    EXPECT_EQ(format("II*\0\x08\0\0\0"s), "TIFF");
    EXPECT_EQ(format("MM\0*\0\0\0\x08"s), "TIFF");
    EXPECT_EQ(format("\0\0\0\x1c"
                     "ftypheic\0\0\0\0"s),
              "HEIF");
    EXPECT_EQ(format("\0\0\0\x20"
                     "ftypavif\0\0\0\0"s),
              "AVIF");
    EXPECT_EQ(format("\0\0\0\x0cjP  \r\n\x87\n"s), "JPEG 2000");
    EXPECT_EQ(format("\xffO\xffQ\0/"s), "JPEG 2000");
    EXPECT_EQ(format("P5\n2 2\n255\n"), "Netpbm");
    EXPECT_EQ(format("\n\5\1\x08"), "PCX");
    EXPECT_EQ(format("\x59\xa6\x6a\x95\0\0\0\2"s), "Sun raster");
    EXPECT_EQ(format("\0\0\1\0\2\0\x10\x10\0\0"s), "ICO");
    for (const std::string& other :
         std::initializer_list<std::string>{"", "BM", "\n\n\1\x08", "\0\0\1\0\0\0\0\0\0\0"s, "BM, KG\n1, 2\n", "P5",
                                            "P.S. I", "RIFF$\0\0\0WAVEfmt "s, "GIF is short", "<svg/>",
                                            "\0\0\0\x20"
                                            "ftypisom\0\0\0\0"s,
                                            "II*", "%PDF-1.4"})
        EXPECT_EQ(format(other), "") << other;
}

}  // namespace
}  // namespace bitdesk
