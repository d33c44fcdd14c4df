// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <map>

#include "core/data/folder_entries.h"
#include "core/data/image_folder_index.h"
#include "tests/core/data/image_data_folder.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

class FolderLayout : public test::ImageDataFolder {
protected:
    /// "test: cat 2, dog 1 | train: …"
    std::string found() const {
        std::map<std::string, std::string> parts;
        for (const SourcePart part : imageFolderParts(root())) {
            const auto index = indexImageFolder(root(), part);
            std::vector<int> counts(index.classNames.size());
            for (const auto& entry : index.entries) ++counts[static_cast<std::size_t>(entry.label)];
            std::string text;
            for (std::size_t i = 0; i < counts.size(); ++i)
                text += (i == 0 ? "" : ", ") + index.classNames[i] + " " + std::to_string(counts[i]);
            parts[nameOf(part)] = text;
        }
        std::string all;
        for (const auto& [part, text] : parts) all += (all.empty() ? "" : " | ") + part + ": " + text;
        return all;
    }
    bool toldOf(SourcePart part, const std::string& text) const {
        for (const std::string& note : indexImageFolder(root(), part).notes)
            if (note.find(text) != std::string::npos) return true;
        return false;
    }
    void refusedWith(std::initializer_list<std::string> files, std::initializer_list<std::string> parts) const {
        images(files);
        SCOPED_TRACE(*files.begin());
        refused(parts);
        fs::remove_all(root());
    }

    static std::string nameOf(SourcePart part) {
        return part == SourcePart::Train ? "train" : part == SourcePart::Val ? "val" : "test";
    }
    static constexpr const char* kBoth = "test: cat 1, dog 1 | train: cat 1, dog 1";
};

TEST_F(FolderLayout, PartsAreKnownByWhateverSpellingOfTheirNames) {
    constexpr const char* kNames[][2] = {{"train", "test"},
                                         {"Train", "Test"},
                                         {"TRAIN", "TEST"},
                                         {"train_set", "test_set"},
                                         {"training_set", "test-set"},
                                         {"Training Data", "Testing Data"},
                                         {"seg_train", "seg_test"},
                                         {"trainset", "testset"},
                                         {"TrainImages", "TestImages"},
                                         {"train2017", "test2017"},
                                         {"1_train", "2_test"},
                                         {"trainval", "test"},
                                         {"fruits-360_Training", "fruits-360_Test"},
                                         {"imagenette2-train", "imagenette2-test"}};
    for (const auto& [train, test] : kNames) {
        for (const std::string part : {train, test}) images({part + "/cat/1.png", part + "/dog/1.png"});
        EXPECT_EQ(found(), kBoth) << train;
        fs::remove_all(root());
    }
    constexpr const char* kValidation[] = {
        "val",     "valid",   "validation", "Val",   "VALIDATION_SET", "validation_images",
        "dev_set", "evalset", "Evaluation", "valid2"};
    for (const std::string name : kValidation) {
        images({"train/cat/1.png", name + "/cat/1.png"});
        EXPECT_EQ(found(), "train: cat 1 | val: cat 1") << name;
        fs::remove_all(root());
    }
    // Food-11 calls its test part so.
    images({"training/cat/1.png", "validation/cat/1.png", "evaluation/cat/1.png", "evaluation/cat/2.png"});
    EXPECT_EQ(found(), "test: cat 2 | train: cat 1 | val: cat 1");
}

TEST_F(FolderLayout, NamesOfClassesAreNoPartsNames) {
    for (const char* name : {"cat", "contest", "protest", "trainers", "latest", "valley", "attestation", "device",
                             "train-test-split", "sets", "evil"})
        EXPECT_FALSE(splitNamed(name)) << name;
    EXPECT_EQ(splitNamed("steam_train")->rest, "steam");
    EXPECT_EQ(splitNamed("steam_test")->rest, "steam");
}

TEST_F(FolderLayout, FoldersAroundASetAreLookedThrough) {
    for (const std::string around : {"D/", "D/D/", "archive/data/set/"}) {
        images({around + "Train/cat/1.png", around + "Train/dog/1.png", around + "Test/cat/1.png",
                around + "Test/dog/1.png"});
        images({"__MACOSX/D/Train/cat/1.png"});
        write("README.md", "text");
        write("empty/notes.txt", "text");
        EXPECT_EQ(found(), kBoth) << around;
        EXPECT_TRUE(toldOf(SourcePart::Test, "README.md"));
        EXPECT_TRUE(toldOf(SourcePart::Test, "__MACOSX"));
        fs::remove_all(root());
    }
    images({"D/cat/1.png", "D/dog/1.png"});
    EXPECT_EQ(found(), "test: cat 1, dog 1");
    fs::remove_all(root());
    images({"seg_train/seg_train/cat/1.png", "seg_train/seg_train/dog/1.png", "seg_test/seg_test/cat/1.png",
            "seg_test/seg_test/dog/1.png", "seg_pred/seg_pred/1.png"});
    EXPECT_EQ(found(), kBoth);
    EXPECT_TRUE(toldOf(SourcePart::Train, "seg_pred holds images without class folders"));
    fs::remove_all(root());
    images({"train/images/cat/1.png", "train/images/dog/1.png", "test/images/cat/1.png", "test/images/dog/1.png"});
    EXPECT_EQ(found(), kBoth);
    fs::remove_all(root());
    images({"train/cat/deep/1.png", "test/cat/deep/1.png"});
    EXPECT_EQ(found(), "test: cat 1 | train: cat 1");
    fs::remove_all(root());
    images({"a/b/c/d/e/f/cat/1.png", "a/b/c/d/e/f/dog/1.png"});
    refused({"/a/b/c/d: holds nothing but a folder", "Name the folder that holds the classes"});
}

TEST_F(FolderLayout, ACopyBesideThePartsIsPassedOver) {
    images({"train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png", "set/train/cat/1.png",
            "set/test/cat/1.png"});
    EXPECT_EQ(found(), kBoth);
    EXPECT_TRUE(toldOf(SourcePart::Test, "set holds parts again"));
}

TEST_F(FolderLayout, AClassMayBeCalledLikeAPart) {
    images({"car/1.png", "train/1.png"});
    EXPECT_EQ(found(), "test: car 1, train 1");
    images({"steam_train/1.png", "freight_train/1.png"});
    EXPECT_EQ(found(), "test: car 1, freight_train 1, steam_train 1, train 1");
    fs::remove_all(root());
    images({"valid/1.png", "invalid/1.png"});
    EXPECT_EQ(found(), "test: invalid 1, valid 1");
    fs::remove_all(root());
    images({"train/train/1.png", "train/car/1.png", "test/train/1.png", "test/car/1.png"});
    EXPECT_EQ(found(), "test: car 1, train 1 | train: car 1, train 1");
}

TEST_F(FolderLayout, ATestPartWithoutClassesIsPassedOver) {
    for (const std::string test :
         {"test/", "test1/", "Test/Test/", "test/unknown/", "test/images/", "unlabeled/", "pred/pred/"}) {
        images({"train/cat/1.png", "train/dog/1.png", test + "1.png", test + "2.png"});
        EXPECT_EQ(found(), "train: cat 1, dog 1") << test;
        EXPECT_TRUE(toldOf(SourcePart::Train, test.substr(0, test.find('/')) + " holds images")) << test;
        fs::remove_all(root());
    }
    // As tiny-imagenet-200 is.
    images({"train/n1/images/1.png", "train/n2/images/1.png", "val/images/1.png", "test/images/1.png"});
    write("train/n1/n1_boxes.txt", "1");
    EXPECT_EQ(found(), "train: n1 1, n2 1");
}

TEST_F(FolderLayout, WhatCannotBeToldIsRefused) {
    refusedWith({"train/cat/1.png", "Test/cat/1.png", "dog/1.png"},
                {"/data: holds Test and train beside dog", "parts, or classes?", "Move what is no part"});
    refusedWith({"train/1.png", "test/1.png"},
                {"/data: holds images, but no class folders: those in test and train", "test/cat"});
    refusedWith({"train/1.png", "test/1.png", "car/1.png"},
                {"/data: holds images in test and train beside those in car"});
    refusedWith({"cat_train/1.png", "cat_test/1.png", "dog_train/1.png", "dog_test/1.png"}, {"no class folders"});
    refusedWith({"Train/cat/1.png", "train/cat/1.png"},
                {"/data/train: is a second folder of training images, beside Train"});
    refusedWith({"test/cat/1.png", "Testing/cat/1.png"},
                {"/data/test: is a second folder of test images, beside Testing"});
    refusedWith({"train/train/cat/1.png", "train/val/cat/1.png", "test/cat/1.png"},
                {"/data/train: is a part, and holds parts again", "as " + (root() / "train").string()});
    refusedWith({"train/cat/1.png", "train/dog/1.png", "test/katze/1.png", "test/hund/1.png"},
                {"/data/test: has no class of the training images: hund and katze; train has cat and dog"});
    refusedWith({"train/Cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png"},
                {"has the class Cat in one part, cat in another"});
    refusedWith({"train/\u00c4pfel/1.png", "train/dog/1.png", "test/\u00e4pfel/1.png", "test/dog/1.png"},
                {"has the class \u00c4pfel in one part, \u00e4pfel in another"});
    refusedWith({"images/1.png", "images/2.png"}, {"/data: holds images, but no class folders: all lie in images"});
}

TEST_F(FolderLayout, PartsInsideClassesAreRefused) {
    refusedWith({"cat/train/1.png", "cat/test/1.png", "dog/train/1.png", "dog/test/1.png"},
                {"/data: has its parts inside its classes: cat holds parts", "train/cat"});
    refusedWith({"cat/train/1.png", "cat/val/1.png", "dog/train/1.png"}, {"parts inside its classes"});
    refusedWith({"xml/images/1.png", "set/set/images/TRAIN/cat/1.png", "set/set/images/TEST/cat/1.png"},
                {"/data: has its parts inside its classes: set/set/images holds parts",
                 "name the folder that holds them alone, as " + (root() / "set/set/images").string()});
    refusedWith({"A/cat/1.png", "A/dog/1.png", "A/fox/1.png", "B/cat/1.png", "B/dog/1.png"},
                {"/data: is divided twice: A and B", "or name one of them, as " + (root() / "A").string()});
    refusedWith({"fold 1/a/1.png", "fold 1/b/1.png", "fold 2/a/1.png", "fold 2/b/1.png"},
                {"/data: is divided twice", "as '" + (root() / "fold 1").string() + "'"});
    refusedWith({"cat/a/1.png", "cat/b/1.png", "dog/a/1.png", "dog/b/1.png"},
                {"/data: is divided twice: cat and dog hold the same folders, a and b", "Keep one level"});
    refusedWith(
        {"train/cat/a/1.png", "train/cat/b/1.png", "train/dog/a/1.png", "train/dog/b/1.png", "test/cat/a/1.png"},
        {"/data/train: is divided twice"});
    // Other folders in classes are what they were: one class.
    images({"cat/a/1.png", "cat/b/1.png", "dog/a/1.png", "dog/c/1.png"});
    EXPECT_EQ(found(), "test: cat 2, dog 2");
    images({"cat/c/1.png", "dog/b/1.png", "fox/1.png"});
    EXPECT_EQ(found(), "test: cat 3, dog 3, fox 1");
}

TEST_F(FolderLayout, OneNameInTwoUnicodeFormsIsOneClass) {
    const std::string composed = "Caf\u00e9", decomposed = "Cafe\u0301";
    image("train/" + composed + "/1.png", 7);
    images({"train/Bar/1.png", "train/Bar/2.png", "test/Bar/1.png"});
    image("test/" + decomposed + "/1.png", 9);
    EXPECT_EQ(found(), "test: Bar 1, " + composed + " 1 | train: Bar 2, " + composed + " 1");
    EXPECT_EQ(pixels(*open()).back(), 9);  // the file is opened by its own name
    EXPECT_TRUE(open()->description().notes.empty());
    image("train/" + decomposed + "/2.png", 8);
    EXPECT_EQ(found(), "test: Bar 1, " + composed + " 1 | train: Bar 2, " + composed + " 2");
    EXPECT_TRUE(toldOf(SourcePart::Train, "the class " + composed + " has 2 folders"));
    fs::remove_all(root());
    images({"\u1112\u1161\u11ab/1.png", "\u212bngstr\u00f6m/1.png", "A\u030angstro\u0308m/2.png"});
    EXPECT_EQ(found(), "test: \u00c5ngstr\u00f6m 2, \ud55c 1");
}

TEST_F(FolderLayout, LitterIsCountedAndPassedOver) {
    images({"a/1.png", "b/1.png", "@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", "$RECYCLE.BIN/x/1.png",
            "System Volume Information/1.png", "#recycle/a/1.png", "lost+found/1.png", "a/@eaDir/1.png/t.jpg",
            ".ipynb_checkpoints/1.png", "a/._1.png", "a/@__thumb/1.png"});
    for (const char* file : {"a/1.png:Zone.Identifier", "b/1.png:Zone.Identifier", "a/Thumbs.db", "a/desktop.ini",
                             "a/.DS_Store", "a/Icon\r", "THUMBS.DB", "a/1.png:SmartScreen"})
        write(file, "[ZoneTransfer]");
    EXPECT_EQ(found(), "test: a 1, b 1");
    const auto data = open();
    ASSERT_EQ(data->description().notes.size(), 1U) << data->description().notes.at(1);
    EXPECT_EQ(
        data->description().notes[0],
        "passed over: 1 #recycle, 1 $RECYCLE.BIN, 2 *:Zone.Identifier, 1 @__thumb, 2 @eaDir, 1 System Volume "
        "Information, 2 Thumbs.db, 1 desktop.ini, 1 folder icon, 3 hidden, 1 lost+found, 1 stream of a Windows file");
}

TEST_F(FolderLayout, OtherFilesAreListed) {
    images({"a/1.png", "b/1.png"});
    write("labels.csv", "1.png,a");
    write("a/1.xml", "<annotation/>");
    write("b/BM notes", "BM is how a bitmap begins, and this text");
    EXPECT_TRUE(told(*open(), "3 files are not read: labels.csv, a/1.xml, b/BM notes"));
    EXPECT_EQ(open()->size(), 2);
    image("cover.png", 1);
    for (int i = 0; i < 4; ++i) write("b/" + std::to_string(i) + ".txt", "");
    EXPECT_TRUE(told(*open(), "8 files are not read: cover.png, labels.csv, a/1.xml, b/0.txt, b/1.txt, …"));
    write("a/film.mp4", std::string("\0\0\0\x20", 4) + "ftypisom....");
    EXPECT_EQ(open()->size(), 2);
}

TEST_F(FolderLayout, FoldersWithoutImagesAreNoClasses) {
    images({"train/a/1.png", "train/a/2.png", "train/b/1.png", "test/a/1.png", "test/a/2.png"});
    fs::create_directories(root() / "test/b");
    fs::create_directories(root() / "test/c");
    write("train/labels/1.txt", "0 0.5 0.5");
    EXPECT_EQ(open()->classNames(), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(told(*open(), "no images of the class b"));
    EXPECT_TRUE(told(*open(), "passed over, because no part has images of them: c"));
    EXPECT_TRUE(told(*open(Split::Train), "no part has images of them: labels"));
    fs::remove_all(root());
    fs::create_directories(root() / "a");
    refused({"/data: holds folders, but no images in them"});
}

}  // namespace
}  // namespace bitdesk
