// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <cmath>

#include "core/data/npy.h"
#include "tests/core/base/zip_file.h"
#include "tests/core/data/data_folder.h"

namespace bitdesk {
namespace {

using Pixels = std::vector<std::uint8_t>;

std::string npyOf(const std::string& header, const std::string& data) {
    return std::string("\x93NUMPY\x01\x00", 8) + test::littleEndian(header.size(), 2) + header + data;
}
std::string npy(const std::string& type, const std::string& shape, const std::string& data) {
    return npyOf("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }   \n", data);
}
NpyArray parse(const std::string& bytes) { return parseNpy(std::as_bytes(std::span(bytes)), "f"); }

TEST(NpyHeader, Numbers) {
    const std::string signedShorts = npy("<i2", "(3,)", std::string("\1\0\377\377\0\200", 6));
    const NpyArray shorts = parse(signedShorts);
    EXPECT_EQ(shorts.at(0), 1);
    EXPECT_EQ(shorts.at(1), -1);
    EXPECT_EQ(shorts.at(2), -32768);
    const std::string turned = npy(">u4", "(1,)", std::string("\0\0\1\2", 4));
    EXPECT_EQ(parse(turned).at(0), 258);
    const std::string truth = npy("|b1", "(2,)", std::string("\0\1", 2));
    EXPECT_EQ(parse(truth).at(1), 1);
    const std::string scalar = npy("<i8", "()", std::string("\7\0\0\0\0\0\0\0", 8));
    EXPECT_EQ(parse(scalar).at(0), 7);
}

TEST(NpyHeader, WhatIsNoArrayIsNamed) {
    const struct {
        const char* name;
        std::string bytes, reason;
    } cases[] = {
        {"empty", "", "is no array that NumPy wrote"},
        {"text", "hello, this is text", "is no array that NumPy wrote"},
        {"cut", npy("|u1", "(2,)", "ab").substr(0, 30), "cut short"},
        {"version 9", "\x93NUMPY\x09" + std::string(20, ' '), "a version that is not read"},
        {"few bytes", npy("|u1", "(3,)", "ab"), "more elements than it has bytes"},
        {"many bytes", npy("|u1", "(2,)", "abc"), "more bytes than its header says"},
        {"overflow", npy("|u1", "(4294967296, 4294967296, 4294967296)", "abc"), "more elements"},
        {"nothing", npy("|u1", "(0, 5)", ""), "is empty"},
        {"negative", npy("|u1", "(-1,)", "a"), "header cannot be read"},
        {"complex", npy("<c8", "(1,)", "abcdefgh"), "elements of the type '<c8'"},
        {"long text", npy("<U70000", "(1,)", "abcdefgh"), "elements of the type '<U70000'"},
        {"objects", npy("|O", "(1,)", "abcd"), "holds Python objects ('|O'), which are a program and never run"},
        {"records", npyOf("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}", "abcd"), "holds records"},
        {"columns first", npyOf("{'descr': '|u1', 'fortran_order': True, 'shape': (1,)}", "a"), "Fortran's order"},
        {"no shape", npyOf("{'descr': '|u1', 'fortran_order': False}", "a"), "header cannot be read"},
        {"twice", npyOf("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", "a"),
         "header cannot"},
        {"code", npyOf("__import__('os').system('x')", "a"), "header cannot be read"},
        {"brackets", npy("|u1", std::string(2000, '('), "a"), "header cannot be read"},
    };
    for (const auto& bad : cases) {
        SCOPED_TRACE(bad.name);
        test::expectBadInput({"f: ", bad.reason}, [&] { parse(bad.bytes); });
    }
}

class Npz : public test::DataFolder {
protected:
    using Arrays = std::vector<std::pair<std::string, std::string>>;
    std::string file(const Arrays& arrays, const char* name = "set.npz") const {
        std::vector<test::ZipEntry> entries;
        for (const auto& [key, bytes] : arrays)
            entries.push_back({.name = key + ".npy", .text = bytes, .packed = true});
        test::writeText(root() / name, test::zipBytes(entries));
        return (root() / name).string();
    }
    /// What of these labels is read, on two images.
    std::vector<int> read(const std::string& y) const {
        return DataFolder::labels(*openDataSet(file({{"x", npy("|u1", "(2, 1, 2)", "abcd")}, {"y", y}}), Split::Test));
    }
    template <typename Number>
    static std::string raw(std::initializer_list<Number> numbers) {
        std::string text;
        for (const Number number : numbers) text.append(reinterpret_cast<const char*>(&number), sizeof number);
        return text;
    }
    static std::string labels(int count, const std::string& shape) {
        std::string text;
        for (int i = 0; i < count; ++i) text += test::littleEndian(static_cast<std::uint64_t>(i % 2), 8);
        return npy("<i8", shape, text);
    }
};

TEST_F(Npz, ReadsThePairsThatAreThere) {
    const std::string pixels = npy("|u1", "(2, 2, 3)", "abcdefghijkl");
    const auto path = file({{"x_train", pixels},
                            {"y_train", labels(2, "(2,)")},
                            {"val_images", pixels},
                            {"val_labels", labels(2, "(2, 1)")},
                            {"x_test", pixels},
                            {"y_test", npy("|u1", "(2,)", std::string("\4\0", 2))}},
                           "set.jpg");  // its bytes tell
    const auto test = openDataSet(path, Split::Test);
    EXPECT_EQ(test->shape(), (ImageShape{2, 3, 1}));
    EXPECT_EQ(test->label(0), 4);
    EXPECT_EQ(test->classNames().size(), 5U);
    EXPECT_FALSE(test->hasClassNames());
    EXPECT_EQ(test->description().format, "npz");
    EXPECT_EQ(test->description().splits.size(), 3U);
    EXPECT_EQ(openDataSet(path, Split::Val)->size(), 2);
    EXPECT_EQ(openDataSet(path, Split::Train)->size(), 2);  // whole: there is a validation part
}

TEST_F(Npz, ReadsEveryLayout) {
    const std::string two = labels(2, "(2,)");
    const auto interleaved = file({{"images", npy("|u1", "(2, 1, 2, 3)", "abcdefghijkl")}, {"labels", two}});
    EXPECT_EQ(pixels(*openDataSet(interleaved, Split::Test)),
              (Pixels{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'}));
    const auto planes = file({{"x", npy("|u1", "(2, 3, 1, 2)", "abcdefghijkl")}, {"y", two}});
    const auto data = openDataSet(planes, Split::Test);
    EXPECT_EQ(data->shape(), (ImageShape{1, 2, 3}));
    EXPECT_EQ(pixels(*data), (Pixels{'a', 'c', 'e', 'b', 'd', 'f', 'g', 'i', 'k', 'h', 'j', 'l'}));
}

TEST_F(Npz, LabelsAsPeopleSaveThem) {
    const std::vector<int> both{2, 0};
    EXPECT_EQ(read(npy("<f4", "(2,)", raw<float>({2, 0}))), both);
    EXPECT_EQ(read(npy("<f8", "(2, 1)", raw<double>({2, 0}))), both);
    EXPECT_EQ(read(npy("<f2", "(2,)", raw<std::uint16_t>({0x4000, 0}))), both);
    EXPECT_EQ(read(npy("|u1", "(2, 3)", std::string("\0\0\1\1\0\0", 6))), both);
    EXPECT_EQ(read(npy("|b1", "(2, 4)", std::string("\0\0\1\0\1\0\0\0", 8))), both);
    EXPECT_EQ(read(npy("<f4", "(2, 3)", raw<float>({0, 0, 1, 1, 0, 0}))), both);
    EXPECT_EQ(read(npy("|b1", "(2,)", std::string("\1\0", 2))), (std::vector<int>{1, 0}));
    EXPECT_EQ(read(npy("|S2", "(2,)",
                       std::string("2\0"
                                   "0\0",
                                   4))),
              both);  // numbers, written out
    const auto hot = openDataSet(
        file({{"x", npy("|u1", "(2, 1, 2)", "abcd")}, {"y", npy("|u1", "(2, 4)", std::string("\0\1\0\0\1\0\0\0", 8))}}),
        Split::Test);
    EXPECT_EQ(hot->classNames().size(), 4U);  // its columns
}

TEST_F(Npz, TextsAreTheClassesOfAllParts) {
    const std::string two = npy("|u1", "(2, 1, 2)", "abcd");
    const auto path = file({{"X_train", npy("|u1", "(3, 1, 1)", "abc")},
                            {"Y_train", npy("|S3", "(3,)", std::string("dogcatowl", 9))},
                            {"X_test", two},
                            {"Y_test", npy("<U2", "(2, 1)", raw<std::uint32_t>({0xe9, 'l', 'o', 'x'}))}});
    const auto data = openDataSet(path, Split::Test);
    EXPECT_EQ(data->classNames(), (std::vector<std::string>{"cat", "dog", "owl", "ox", "él"}));
    EXPECT_TRUE(data->hasClassNames());
    EXPECT_EQ(DataFolder::labels(*data), (std::vector<int>{4, 3}));
    EXPECT_EQ(openDataSet(path, Split::Train)->classNames(), data->classNames());
}

TEST_F(Npz, TextsAreNumbersOnlyWhereAllOfThemAre) {
    const std::string x = npy("|u1", "(2, 1, 2)", "abcd"), one = npy("|u1", "(2,)", "\1\2");
    const std::string longer = npy("|u1", "(10, 1, 2)", std::string(20, 'a'));
    const auto path = [&](const std::string& train, const std::string& test) {
        return file({{"x_train", longer}, {"y_train", train}, {"x_test", x}, {"y_test", test}});
    };
    const auto both = openDataSet(path(npy("|S1", "(10,)", "5955555555"), npy("|S1", "(2,)", "12")), Split::Test);
    EXPECT_EQ(DataFolder::labels(*both), (std::vector<int>{1, 2}));
    EXPECT_EQ(both->classNames().size(), 10U);
    const auto named = openDataSet(path(npy("|S1", "(10,)", "1x11111111"), npy("|S1", "(2,)", "12")), Split::Test);
    EXPECT_EQ(DataFolder::labels(*named), (std::vector<int>{0, 1}));
    EXPECT_EQ(named->classNames(), (std::vector<std::string>{"1", "2", "x"}));
    const auto mixed = path(npy("|S1", "(10,)", "abababbbab"), one);
    EXPECT_EQ(DataFolder::labels(*openDataSet(mixed, Split::Test)), (std::vector<int>{1, 2}));
    test::expectBadInput({"set.npz: has labels that are texts in one part and numbers in another"},
                         [&] { openDataSet(mixed, Split::Train); });
}

TEST_F(Npz, NamesAsPeopleWriteThem) {
    const std::string x = npy("|u1", "(2, 1, 2)", "abcd"), y = labels(2, "(2,)");
    const struct {
        const char *images, *labels;
    } names[] = {{"X_test", "y_test"},
                 {"test_x", "test_y"},
                 {"testX", "testY"},
                 {"XTest", "YTest"},
                 {"test_data", "test_target"},
                 {"arr_0", "arr_1"},
                 {"arr_1", "arr_0"},
                 {"a", "b"},
                 {"data", "target"}};
    for (const auto& name : names) {
        SCOPED_TRACE(name.images);
        EXPECT_EQ(DataFolder::labels(*openDataSet(file({{name.images, x}, {name.labels, y}}), Split::Test)),
                  (std::vector<int>{0, 1}));
    }
    const auto several =
        file({{"x_train", x}, {"y_train", y}, {"train_images", npy("|u1", "(1,)", "a")}, {"x", x}, {"y", y}});
    EXPECT_EQ(openDataSet(several, Split::Train)->size(), 2);  // x_train is taken, as ever
}

TEST_F(Npz, ClassesAreThoseOfAllParts) {
    const std::string x = npy("|u1", "(2, 1, 2)", "abcd");
    const auto path = file({{"x_train", x},
                            {"y_train", npy("|u1", "(2,)", "\1\7")},
                            {"x_test", x},
                            {"y_test", npy("|u1", "(2,)", "\1\2")}});
    EXPECT_EQ(openDataSet(path, Split::Test)->classNames().size(), 8U);
    EXPECT_EQ(openDataSet(path, Split::Test)->description().notes,
              std::vector<std::string>{"class 0, class 3, class 4, class 5, class 6 and 1 more have no images"});
}

TEST_F(Npz, OtherNumbersAreImagesWhereTheyCanBeNothingElse) {
    const auto images = [&](const std::string& x) {
        return openDataSet(file({{"x", x}, {"y", labels(2, "(2,)")}}), Split::Test);
    };
    const auto floats = images(npy("<f4", "(2, 1, 2)", raw<float>({0, 255, 7, 1})));
    EXPECT_EQ(pixels(*floats), (Pixels{0, 255, 7, 1}));
    EXPECT_EQ(floats->description().notes,
              std::vector<std::string>{"x holds float32, whole numbers of 0 to 255, taken as bytes"});
    EXPECT_EQ(pixels(*images(npy("<i8", "(2, 1, 1)", raw<std::int64_t>({200, 0})))), (Pixels{200, 0}));
    const auto refused = [&](const std::string& x, const std::string& reason, const std::string& line) {
        test::expectBadInput({"array x: " + reason, line}, [&] { images(x); });
    };
    refused(npy("<f4", "(2, 1, 1)", raw<float>({0, 0.5F})), "holds float32 from 0 to 0.5",
            "np.savez(FILE, …, x=(x * 255).round().astype(np.uint8))");
    refused(npy("<f4", "(2, 1, 1)", raw<float>({0, 1})), "holds float32 from 0 to 1", "x=(x * 255).round()");
    refused(npy("<f4", "(2, 1, 1)", raw<float>({-1, 1})), "holds float32 from -1 to 1", "x=((x + 1) * 127.5).round()");
    refused(npy("<f8", "(2, 1, 1)", raw<double>({-2.5, 2.8})), "holds float64 from -2.5 to 2.8",
            "before they were normalized");
    refused(npy("<u2", "(2, 1, 1)", raw<std::uint16_t>({0, 65535})), "holds uint16 from 0",
            "of 16-bit pixels. Save np.savez(FILE, …, x=(x // 256).astype(np.uint8)");
    refused(npy("<u2", "(2, 1, 1)", raw<std::uint16_t>({0, 4080})), "holds uint16 from 0", "x=(x // 16).astype");
    refused(npy("<u2", "(2, 1, 1)", raw<std::uint16_t>({0, 1023})), "holds uint16 from 0", "x=(x // 4).astype");
    refused(npy("<u2", "(2, 1, 1)", raw<std::uint16_t>({0, 4096})), "holds uint16 from 0", "x=(x // 64).astype");
    refused(npy("<f4", "(2, 1, 1)", raw<float>({0, NAN})), "holds NaN", "uint8");
    refused(npy("|b1", "(2, 1, 1)", std::string("\0\1", 2)), "holds true and false", "x=x.astype(np.uint8) * 255)");
    refused(npy("|u1", "(2, 4)", "abcdefgh"), "is neither [N, H, W]", "x=x.reshape(-1, 2, 2))");
    refused(npy("|u1", "(2, 12)", std::string(24, 'a')), "is neither", "x=x.reshape(-1, 3, 2, 2)");
    refused(npy("|u1", "(2, 2, 2, 4)", std::string(32, 'a')), "is neither", "x=x[..., :3])");
    refused(npy("|u1", "(8, 8, 3, 2)", std::string(384, 'a')), "is neither", "x=np.moveaxis(x, -1, 0))");
}

TEST_F(Npz, LabelsThatNeedAWordAreRefusedWithTheLine) {
    const auto refused = [&](const std::string& y, const std::string& reason, const std::string& line) {
        test::expectBadInput({"set.npz, array y: " + reason, line}, [&] { read(y); });
    };
    refused(npy("<f4", "(2, 3)", raw<float>({0.2F, 0.8F, 0, 1, 0, 0})), "holds rows of 3 labels that are not one-hot",
            "y=y.argmax(1))");
    refused(npy("|u1", "(2, 2)", std::string("\1\1\1\0", 4)), "holds rows of 2 labels", "it has several classes");
    refused(npy("|u1", "(2, 2)", std::string("\0\1\0\0", 4)), "holds rows of 2 labels", "image 1 has no class");
    refused(npy("|u1", "(2, 2)", std::string("\3\1\0\7", 4)), "holds rows of 2 labels", "y=y[:, 0])");
    refused(npy("|u1", "(1, 2)", std::string("\3\1", 2)), "holds rows of 2 labels", "y=y.reshape(-1))");
    refused(npy("|u1", "(2, 3)", std::string("\1\1\0\0\0\1", 6)), "holds rows of 3 labels", "y=y.argmax(0))");
    refused(npy("|u1", "(2, 1, 2)", std::string("\1\0\0\1", 4)), "holds labels that are neither", "y=y[:, 0])");
    refused(npy("|u1", "(2, 2, 2)", std::string(8, '\1')), "holds labels that are neither", "one label an image: [N]");
    refused(npy("<f4", "(2,)", raw<float>({0.5F, 1})), "holds the label 0.500000", "y=y.astype(np.int64))");
    refused(npy("<f4", "(2,)", raw<float>({NAN, 1})), "has no number as the label of image 0",
            "x[np.isfinite(y)] and y[np.isfinite(y)]");
    refused(npy("|i1", "(2,)", "\377\1"), "has the label -1", "y=np.unique(y, return_inverse=True)[1])");
    refused(npy("|S2", "(2,)", std::string("a\0\0\0", 4)), "has an empty text as the label of image 1", "");
    refused(npy("|O", "(2,)", "abcd"), "holds Python objects", ".astype(str)");
}

TEST_F(Npz, OneHotLabelsOfAllPartsHaveTheSameColumns) {
    const std::string x = npy("|u1", "(2, 1, 2)", "abcd");
    const auto path = file({{"x_train", x},
                            {"y_train", npy("|u1", "(2, 3)", std::string("\0\0\1\1\0\0", 6))},
                            {"x_test", x},
                            {"y_test", npy("|u1", "(2, 2)", std::string("\0\1\1\0", 4))}});
    test::expectBadInput({"set.npz: has one-hot labels of 2 and of 3 columns", "Save the labels of all parts"},
                         [&] { openDataSet(path, Split::Test); });
}

TEST_F(Npz, NamesOfTheClassesAreTakenAndOtherArraysTold) {
    const std::string x = npy("|u1", "(2, 1, 2)", "abcd"), y = labels(2, "(2,)");
    for (const char* key : {"class_names", "label_names", "classNames", "target-names", "classes", "CATEGORIES"}) {
        const auto data =
            openDataSet(file({{"x_test", x}, {"y_test", y}, {key, npy("|S3", "(2,)", "catdog")}}), Split::Test);
        EXPECT_EQ(data->classNames(), (std::vector<std::string>{"cat", "dog"})) << key;
        EXPECT_TRUE(data->hasClassNames());
        EXPECT_EQ(data->description().notes, std::vector<std::string>{}) << key;
    }
    const auto notesWith = [&](const std::string& key, const std::string& bytes) {
        const auto data = openDataSet(file({{"x_test", x}, {"y_test", y}, {key, bytes}}), Split::Test);
        std::string all;
        for (const auto& note : data->description().notes) all += note + "\n";
        return all;
    };
    const auto expectNote = [&](const std::string& key, const std::string& bytes, const std::string& part) {
        EXPECT_NE(notesWith(key, bytes).find(part), std::string::npos) << notesWith(key, bytes);
    };
    expectNote("class_names", npy("|S3", "(1,)", "cat"), "not taken: " + (root() / "set.npz").string());
    expectNote("class_names", npy("|S3", "(1,)", "cat"), "has 1 names for labels up to 1");
    expectNote("class_names", npy("|S3", "(2,)", "catcat"), "holds a text twice");
    expectNote("class_names", npy("|u1", "(2,)", "ab"), "holds no list of texts");
    expectNote("class_names", npy("|O", "(2,)", "ab"), "holds Python objects");
    expectNote("filenames", npy("|S3", "(2,)", "a.pb.p"), "the array filenames is not read");
    expectNote("x_test_aug", x, "the array x_test_aug is not read");
    const auto several = openDataSet(file({{"x_test", x}, {"y_test", y}, {"ids", y}, {"weights", y}}), Split::Test);
    EXPECT_EQ(several->description().notes, std::vector<std::string>{"arrays are not read: ids, weights"});
}

TEST_F(Npz, DarkPixelsAndImagesThatStandLastAreTold) {
    const auto dark = openDataSet(
        file({{"x", npy("|u1", "(2, 1, 2)", std::string("\0\1\1\0", 4))}, {"y", labels(2, "(2,)")}}), Split::Test);
    ASSERT_EQ(dark->description().notes.size(), 1U);
    EXPECT_NE(dark->description().notes[0].find("no pixel is above 1 of 255"), std::string::npos);
    EXPECT_NE(dark->description().notes[0].find("times 255"), std::string::npos);
    test::expectBadInput({"has 4 labels for 2 images", "save np.savez(FILE, …, x=np.moveaxis(x, -1, 0))"}, [&] {
        openDataSet(file({{"x", npy("|u1", "(2, 3, 4)", std::string(24, 'a'))}, {"y", labels(4, "(4,)")}}),
                    Split::Test);
    });
}

class Npy : public Npz {};

TEST_F(Npy, PairsOfFilesInAFolder) {
    const std::string x = npy("|u1", "(2, 1, 2)", "abcd"), y = labels(2, "(2,)");
    write("d/x_train.npy", x);
    write("d/y_train.npy", npy("<f4", "(2,)", raw<float>({4, 0})));
    write("d/X_test.npy", x);
    write("d/y_test.npy", y);
    write("d/readme.txt", "hello");
    for (const char* name : {"d", "d/x_train.npy", "d/y_test.npy", ""}) {
        SCOPED_TRACE(name);
        const auto data = openDataSet((root() / name).string(), Split::Test);
        EXPECT_EQ(data->description().format, "npy");
        EXPECT_EQ(DataFolder::labels(*data), (std::vector<int>{0, 1}));
        EXPECT_EQ(data->classNames().size(), 5U);
    }
    write("d/y_test.npy", npy("|u1", "(2, 2)", "abcd"));
    test::expectBadInput({"d/y_test.npy: holds rows of 2", "np.save(\"y_test.npy\", a[:, 0]), where a is the array"},
                         [&] { openDataSet((root() / "d").string(), Split::Test); });
}

/// As Kuzushiji-49 is handed out: an .npz an array.
TEST_F(Npy, ArchivesOfOneArrayEach) {
    const std::string x = npy("|u1", "(2, 1, 2)", "abcd"), y = labels(2, "(2,)");
    for (const char* set : {"k49", "kmnist"})
        for (const auto& [kind, bytes] : {std::pair{"imgs", x}, std::pair{"labels", y}})
            file({{"arr_0", bytes}}, (std::string(set) + "-test-" + kind + ".npz").c_str());
    refused({"holds several arrays of images: k49-test-imgs, kmnist-test-imgs"});
    EXPECT_EQ(openDataSet((root() / "k49-test-imgs.npz").string(), Split::Test)->size(), 2);
    std::filesystem::remove(root() / "kmnist-test-imgs.npz");
    EXPECT_EQ(open()->size(), 2);
    test::writeText(root() / "images.npy", x);
    test::expectBadInput({"/images.npy: holds no data set", "an array of NumPy (.npy)", "x_test.npy and y_test.npy"},
                         [&] { openDataSet((root() / "images.npy").string(), Split::Test); });
}

TEST_F(Npz, OddArchivesAreNamed) {
    const std::string images = npy("|u1", "(2, 2, 2)", "abcdefgh"), two = labels(2, "(2,)");
    const struct {
        const char* name;
        Arrays arrays;
        std::string reason;
    } cases[] = {
        {"other names", {{"a", images}, {"b", two}, {"c", two}}, "set.npz: holds no arrays x_train and y_train"},
        {"no labels", {{"x_test", images}}, "has x_test, but no y_test"},
        {"complex", {{"x", npy("<c8", "(1, 1, 1)", "abcdefgh")}, {"y", two}}, "set.npz, array x: holds elements"},
        {"shorts", {{"x", npy("<u2", "(1, 1, 2)", "abcd")}, {"y", two}}, "no unsigned bytes"},
        {"vectors", {{"x", npy("|u1", "(2, 4)", "abcdefgh")}, {"y", two}}, "neither [N, H, W]"},
        {"5 channels", {{"x", npy("|u1", "(1, 2, 2, 2)", "abcdefgh")}, {"y", two}}, "neither [N, H, W]"},
        {"few labels", {{"x", images}, {"y", labels(1, "(1,)")}}, "array y: has 1 labels for 2 images"},
        {"label lists",
         {{"x", images}, {"y", npy("|u1", "(2, 2)", "\1\1\1\1")}},
         "neither [N] nor a single 1 in row 0"},
        {"a negative label", {{"x", images}, {"y", npy("|i1", "(2,)", "\1\377")}}, "has the label -1"},
        {"a huge label", {{"x", images}, {"y", npy("<u2", "(2,)", "\1\1\377\377")}}, "has the label 65535"},
        {"a path", {{"../x", images}, {"y", two}}, "set.npz: has an entry that leads out of the archive"},
        {"a bomb", {{"x", npy("|u1", "(2048, 1024, 1)", std::string(2 << 20, '\0'))}, {"y", two}}, "200 times"},
    };
    for (const auto& odd : cases) {
        SCOPED_TRACE(odd.name);
        test::expectBadInput({odd.reason}, [&] { openDataSet(file(odd.arrays), Split::Test); });
    }
    const auto good = file({{"x", images}, {"y", two}});
    test::expectBadInput({"has no train part", "One part alone is the test split"},
                         [&] { openDataSet(good, Split::Train); });
    test::expectError(ErrorKind::Usage, {"--resize"},
                      [&] { openDataSet(good, Split::Test, {.choices = {.resize = 8}}); });
}

}  // namespace
}  // namespace bitdesk
