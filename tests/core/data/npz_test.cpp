// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

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

TEST(Npy, Numbers) {
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

TEST(Npy, WhatIsNoArrayIsNamed) {
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
        {"floats", npy("<f4", "(1,)", "abcd"), "elements of the type '<f4'"},
        {"objects", npy("|O", "(1,)", "abcd"), "elements of the type '|O'"},
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

TEST_F(Npz, OddArchivesAreNamed) {
    const std::string images = npy("|u1", "(2, 2, 2)", "abcdefgh"), two = labels(2, "(2,)");
    const struct {
        const char* name;
        Arrays arrays;
        std::string reason;
    } cases[] = {
        {"other names", {{"a", images}, {"b", two}}, "set.npz: holds no arrays x_train and y_train"},
        {"no labels", {{"x_test", images}}, "has x_test, but no y_test"},
        {"floats", {{"x", npy("<f4", "(1, 1, 1)", "abcd")}, {"y", two}}, "set.npz, array x: holds elements"},
        {"shorts", {{"x", npy("<u2", "(1, 1, 2)", "abcd")}, {"y", two}}, "no unsigned bytes"},
        {"vectors", {{"x", npy("|u1", "(2, 4)", "abcdefgh")}, {"y", two}}, "neither [N, H, W]"},
        {"5 channels", {{"x", npy("|u1", "(1, 2, 2, 2)", "abcdefgh")}, {"y", two}}, "neither [N, H, W]"},
        {"few labels", {{"x", images}, {"y", labels(1, "(1,)")}}, "array y: has 1 labels for 2 images"},
        {"label lists", {{"x", images}, {"y", labels(4, "(2, 2)")}}, "neither [N] nor [N, 1]"},
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
