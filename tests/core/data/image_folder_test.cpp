// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <algorithm>

#include "core/data/decode_memory.h"
#include "tests/core/data/image_data_folder.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;
using Pixels = std::vector<std::uint8_t>;

class ImageFolder : public test::ImageDataFolder {
protected:
    std::size_t remembered() const {
        std::size_t count = 0;
        for (const auto& entry : fs::recursive_directory_iterator(cache())) count += entry.is_regular_file() ? 1 : 0;
        return count;
    }
};

TEST_F(ImageFolder, IsSortedByClassAndName) {
    twoClasses();
    const auto data = open();
    EXPECT_EQ(data->classNames(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(labels(*data), (std::vector<int>{0, 0, 1}));
    EXPECT_EQ(pixels(*data), (Pixels{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}));
    EXPECT_EQ(classCounts(*data), (std::vector<std::int64_t>{2, 1}));
    EXPECT_EQ(data->description().format, "image folder");
    EXPECT_EQ(data->description().preprocessing, "as they are");
    EXPECT_EQ(data->description().splits, (std::vector<Split>{Split::Test}));
}

TEST_F(ImageFolder, NamesMayBeOfAnyLanguageAndFilesOfAnyEnding) {
    image("Äpfel 苹果/bild 1", 1);
    image("Äpfel 苹果/in it/2.JPG", 2);
    write("b/not a jpeg.jpg", test::greyPng(2, 2, 3));
    write("b/.hidden", "no image");
    write("b/Thumbs.db", "no image");
    write("notes.txt", "beside the class folders");
    const auto data = open();
    EXPECT_EQ(data->classNames(), (std::vector<std::string>{"b", "Äpfel 苹果"}));
    EXPECT_EQ(pixels(*data), (Pixels{3, 3, 3, 3, 1, 1, 1, 1, 2, 2, 2, 2}));
}

TEST_F(ImageFolder, HasTheSplitsOfItsFolders) {
    twoClasses("train/");
    image("val/a/1.png", 4);
    image("val/c/1.png", 5);
    twoClasses("test/");
    EXPECT_EQ(open(Split::Val)->classNames(), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(labels(*open(Split::Val)), (std::vector<int>{0, 2}));
    EXPECT_EQ(open(Split::Train)->size(), 3);
    EXPECT_EQ(open()->size(), 3);
    EXPECT_EQ(open()->description().splits, (std::vector<Split>{Split::Train, Split::Val, Split::Test}));
    EXPECT_EQ(open()->description().notes, std::vector<std::string>{"no images of the class c"});
    EXPECT_TRUE(told(*open(Split::Val), "no images of the class b"));
}

TEST_F(ImageFolder, EachImageTellsItsFile) {
    const auto files = [&](Split split, const DataRequest& request = {}) {
        const auto data = open(split, request);
        std::vector<std::string> all;
        for (std::int64_t i = 0; i < data->size(); ++i) all.push_back(data->fileOf(i));
        return all;
    };
    twoClasses();
    write("a/bad.png", "damaged");
    EXPECT_EQ(files(Split::Test, {.choices = {.skipBad = true}}),
              (std::vector<std::string>{"a/1.png", "a/2.png", "b/1.png"}));
    fs::remove_all(root());
    twoClasses("set/train/");
    images({"set/test/a/deep/1.png", "set/test/a/=1,\"2\".png"});
    EXPECT_EQ(files(Split::Test), (std::vector<std::string>{"set/test/a/=1,\"2\".png", "set/test/a/deep/1.png"}));
    const DataRequest matched{.modelClasses = {"b", "a"}};
    EXPECT_EQ(files(Split::Test, matched), files(Split::Test));
    fs::remove_all(root() / "set/train");
    for (int i = 10; i < 30; ++i) image("set/train/a/" + std::to_string(i) + ".png", i);
    const auto val = open(Split::Val);  // cut from the training images: not the first of them
    ASSERT_EQ(val->size(), 2);
    for (std::int64_t i = 0; i < val->size(); ++i)
        EXPECT_EQ(val->fileOf(i),
                  "set/train/a/" + std::to_string(pixels(*val)[static_cast<std::size_t>(4 * i)]) + ".png");
}

TEST_F(ImageFolder, APartThatIsTooSmallSaysWhy) {
    for (int i = 0; i < 9; ++i) image("train/a/" + std::to_string(i) + ".png", i);
    image("test/a/1.png", 1);
    EXPECT_EQ(open(Split::Train)->size(), 9);
    refused(
        {"/data/train: has 9 training images, too few for a tenth of them to be the validation part. Give 10 images "
         "or more, or a val part"},
        Split::Val);
    EXPECT_EQ(open(Split::Test)->size(), 1) << "one image is a part";
    image("train/a/9.png", 9);
    EXPECT_EQ(open(Split::Val)->size(), 1);
}

TEST_F(ImageFolder, OnePartIsTheTestSplit) {
    twoClasses();
    for (const Split split : {Split::Train, Split::Val})
        refused({"/data: has no", "it has: test. One part alone is the test split: make a train and a test part"},
                split);
}

TEST_F(ImageFolder, WithoutATestFolderTheValidationImagesAreSaidToBeThem) {
    twoClasses("train/");
    image("validation/a/1.png", 4);
    image("validation/a/2.png", 4);
    EXPECT_EQ(open()->size(), 2);
    EXPECT_NE(open()->description().notes.at(0).find("validation images"), std::string::npos);
}

TEST_F(ImageFolder, ValidationIsCutFromTheTrainingImages) {
    for (int i = 0; i < 20; ++i) image("train/a/" + std::to_string(i) + ".png", i);
    image("test/a/1.png", 1);
    image("test/a/2.png", 1);
    auto all = pixels(*open(Split::Train));
    const auto val = pixels(*open(Split::Val));
    EXPECT_EQ(all.size(), 18U * 4);
    EXPECT_EQ(val.size(), 2U * 4);
    all.insert(all.end(), val.begin(), val.end());
    std::ranges::sort(all);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], i / 4);
}

TEST_F(ImageFolder, AClassMayBeCalledTrain) {
    image("car/1.png", 1);
    image("train/1.png", 2);
    EXPECT_EQ(open()->classNames(), (std::vector<std::string>{"car", "train"}));
}

TEST_F(ImageFolder, ImagesAreBroughtToAShape) {
    write("a/1.png", test::greyPng(30, 50, 9));
    write("a/2.jpg", test::rgbJpeg());
    refused({"2.jpg: is 16×16×3, the first image is 30×50×1", "--resize"});
    const auto data = open(Split::Test, {.shape = ImageShape{4, 6, 3}, .choices = {.resize = 8}});
    EXPECT_EQ(data->shape(), (ImageShape{4, 6, 3}));
    EXPECT_EQ(data->description().preprocessing, "shorter side to 8 (triangle filter), centre 4×6, 3 channels");
    EXPECT_EQ(open(Split::Test, {.choices = {.resize = 8}})->shape(), (ImageShape{8, 8, 1}));
    test::expectError(ErrorKind::Usage, {"--resize 5", "less than the 6 pixels"}, [&] {
        open(Split::Test, {.shape = ImageShape{4, 6, 3}, .choices = {.resize = 5}});
    });
}

TEST_F(ImageFolder, TheHashIsOfFilesLabelsAndPreparation) {
    twoClasses();
    const std::string first = open()->hash();
    EXPECT_EQ(open()->hash(), first);
    EXPECT_NE(open(Split::Test, {.choices = {.resize = 2}})->hash(), first);
    fs::rename(root() / "b", root() / "c");
    EXPECT_NE(open()->hash(), first);
    fs::rename(root() / "c", root() / "b");
    EXPECT_EQ(open()->hash(), first);
    image("b/1.png", 4);
    EXPECT_NE(open()->hash(), first);
}

TEST_F(ImageFolder, WhatWasCheckedIsRemembered) {
    twoClasses();
    const auto first = open();
    EXPECT_EQ(remembered(), 1U);
    EXPECT_EQ(pixels(*open()), pixels(*first));  // decoded on demand now
    for (const auto& entry : fs::recursive_directory_iterator(cache())) {
        if (!entry.is_regular_file()) continue;
        const std::string text = test::readText(entry.path());
        for (const std::string& damaged : {text.substr(0, text.size() / 2), "x" + text, std::string()}) {
            test::writeText(entry.path(), damaged);
            EXPECT_EQ(open()->hash(), first->hash());
            EXPECT_EQ(test::readText(entry.path()).size(), text.size());
        }
    }
    fs::remove_all(cache());
    test::writeText(cache(), "where no folder can be");
    EXPECT_EQ(open()->hash(), first->hash());
    fs::remove(cache());
}

TEST_F(ImageFolder, AFileThatChangesLaterIsNamed) {
    twoClasses();
    open();
    const auto data = open();
    image("b/1.png", 99);
    test::expectBadInput({"b/1.png", "has changed"}, [&] { pixels(*data); });
}

TEST_F(ImageFolder, FilesThatFailAreNamedAndCounted) {
    twoClasses();
    write("a/0.png", test::greyPng(2, 2, 1).substr(0, 50));
    write("b/0.jpg", "no image");
    write("b/2.jpg", test::rgbJpeg().substr(0, 400));
    refused({"a/0.png: ", "cut short", "(and 2 more files fail)"});
    fs::remove(root() / "a/0.png");
    fs::remove(root() / "b/2.jpg");
    refused({"b/0.jpg: is neither a PNG nor a JPEG image, but a text that begins 'no image'. Keep other files"});
    EXPECT_EQ(remembered(), 0U);
}

TEST_F(ImageFolder, OddFoldersAreNamed) {
    refused({"/data: holds no data set of a known format", "image folder"});
    image("1.png", 1);
    refused({"/data: holds images, but no class folders"});
    fs::create_directories(root() / "empty");
    refused({"/data: holds images, but no class folders"});
    fs::remove(root() / "1.png");
    write("empty/.hidden", "");
    refused({"/data: holds folders, but no images in them"});
    image("empty/1.png", 1);
    EXPECT_EQ(open()->size(), 1);
    twoClasses();
    EXPECT_EQ(open()->size(), 4);
    image("valid/a/1.png", 1);
    image("val/a/1.png", 1);
    refused({"/data: holds val and valid beside a, b and empty"});
}

TEST_F(ImageFolder, OddNamesAreNamed) {
    for (const char* name : {"new\nline.png", "\xff.png", "tab\t.png", "\xe2\x80\xae.png"}) {
        twoClasses();
        image(std::string("b/") + name, 1);
        refused({"/data/b/", "png: has a "});
        fs::remove_all(root());
        twoClasses();
        image(std::string(name) + "/1.png", 1);
        refused({"png: has a "});
        fs::remove_all(root());
    }
}

TEST_F(ImageFolder, LinksAndSpecialFiles) {
    twoClasses();
    fs::create_symlink(root() / "a/1.png", root() / "b/link.png");
    fs::create_directory_symlink(root() / "a", root() / "c");
    EXPECT_EQ(open()->size(), 6);
    fs::create_directory_symlink(root(), root() / "b/loop");
    refused({"b/loop: is a link to a folder"});
    fs::remove(root() / "b/loop");
    fs::create_symlink(root() / "none", root() / "b/broken");
    refused({"b/broken: is a link that leads nowhere"});
    fs::remove(root() / "b/broken");
    ASSERT_EQ(::mkfifo((root() / "b/pipe").c_str(), 0600), 0);
    refused({"b/pipe: is neither a file nor a folder"});
    fs::remove(root() / "b/pipe");
    fs::create_directory_symlink(root(), root() / "all");  // as a class, it holds itself
    refused({"is a link to a folder"});
}

TEST_F(ImageFolder, NeverHoldsMoreThanItsMemory) {
    constexpr std::int64_t kMemory = 1 << 20;
    constexpr int kSide = 64, kImages = 300;  // 1.2 MB of pixels
    for (int i = 0; i < kImages; ++i)
        write("a/" + std::to_string(1000 + i) + ".png", test::greyPng(kSide, kSide, i % 256));
    for (int round = 0; round < 2; ++round) {
        const auto data = open(Split::Test, {.choices = {.memory = kMemory}});
        const auto all = pixels(*data);
        for (int i = 0; i < kImages; ++i)
            ASSERT_EQ(all[static_cast<std::size_t>(i) * kSide * kSide], i % 256) << round << ' ' << i;
        EXPECT_GT(data->decodeMemory()->peak(), kMemory / 2);
        EXPECT_LE(data->decodeMemory()->peak(), kMemory);
    }
}

TEST_F(ImageFolder, ACheckCanBeStopped) {
    twoClasses();
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(open(Split::Test, {.stop = stop.get_token()}), Cancelled);
    EXPECT_EQ(remembered(), 0U);
}

}  // namespace
}  // namespace bitdesk
