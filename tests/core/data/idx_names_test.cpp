// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/core/base/tar_file.h"
#include "tests/core/data/data_folder.h"
#include "tests/core/data/small_data.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

/// Sets of 2×2 images under the names that people have them under.
class IdxNames : public test::DataFolder {
protected:
    static std::string imageFile(std::size_t count) {
        return test::idxHeader({static_cast<int>(count), 2, 2}) + std::string(4 * count, '\7');
    }
    static std::string labelFile(const std::string& bytes) {
        return test::idxHeader({static_cast<int>(bytes.size())}) + bytes;
    }
    void pair(const std::string& before, const std::string& after, const std::string& bytes) const {
        write(before + "images" + after, imageFile(bytes.size()));
        write(before + "labels" +
                  (after.find("idx3") == std::string::npos ? after
                                                           : std::string(after).replace(after.find("idx3"), 4, "idx1")),
              labelFile(bytes));
    }
    static bool tells(const DataSet& data, const std::string& part) {
        return std::ranges::any_of(data.description().notes,
                                   [&](const std::string& note) { return note.find(part) != std::string::npos; });
    }
};

TEST_F(IdxNames, DotsLinesAndCapitals) {
    const struct {
        const char *before, *after;
    } names[] = {{"t10k-", "-idx3-ubyte"},
                 {"t10k-", ".idx3-ubyte"},
                 {"T10k-", ".Idx3-ubyte"},
                 {"test_", "_idx3_ubyte"},
                 {"kmnist-test-", "-idx3-ubyte"}};
    for (const auto& name : names) {
        SCOPED_TRACE(std::string(name.before) + name.after);
        pair(name.before, name.after, std::string("\1\0\2", 3));
        EXPECT_EQ(labels(*open()), (std::vector<int>{1, 0, 2}));
        fs::remove_all(root());
    }
}

TEST_F(IdxNames, PackedOnesAndThoseOfFoldersOfTheirOwn) {
    write("train-images.idx3-ubyte.gz", test::gzipped(imageFile(2)));
    write("train-labels.idx1-ubyte.gz", test::gzipped(labelFile("\1\2")));
    write("t10k-images-idx3-ubyte/t10k-images-idx3-ubyte", imageFile(2));
    write("t10k-labels-idx1-ubyte/t10k-labels-idx1-ubyte", labelFile("\2\2"));
    EXPECT_EQ(labels(*open()), (std::vector<int>{2, 2}));
    EXPECT_EQ(open(Split::Train)->size(), 2);
}

TEST_F(IdxNames, QmnistsLabelsAreTheFirstOfTheirRow) {
    write("qmnist-test-images-idx3-ubyte.gz", test::gzipped(imageFile(2)));
    std::string rows{'\0', '\0', '\x0c', '\2'};
    for (const int number : {2, 3, 7, 4, 2610, 3, 0, 5})
        rows += {0, 0, static_cast<char>(number >> 8), static_cast<char>(number)};
    write("qmnist-test-labels-idx2-int.gz", test::gzipped(rows));
    EXPECT_EQ(labels(*open()), (std::vector<int>{7, 3}));
}

TEST_F(IdxNames, EmnistHasItsMappingsNames) {
    pair("emnist-letters-train-", "-idx3-ubyte", "\1\2\3\3");
    pair("emnist-letters-test-", "-idx3-ubyte", "\1\2\2\1");
    write("emnist-letters-mapping.txt", "1 65 97\n2 66 98\r\n3 67 99\n");
    const auto data = open();
    EXPECT_EQ(data->classNames(), (std::vector<std::string>{"class 0", "A/a", "B/b", "C/c"}));
    EXPECT_TRUE(data->hasClassNames());
    EXPECT_TRUE(tells(*data, "transposed"));
    EXPECT_TRUE(tells(*data, "class 0, C/c have no images"));
    write("emnist-letters-mapping.txt", "1 65 97\n70000 3\n");
    refused({"emnist-letters-mapping.txt: has a line that is no label"});
}

TEST_F(IdxNames, OfSeveralSetsOneIsNamed) {
    pair("emnist-letters-test-", "-idx3-ubyte", "\1\2");
    pair("emnist-digits-test-", "-idx3-ubyte", std::string("\0\1\2", 3));
    refused({"holds 2 sets of IDX files: emnist-digits, emnist-letters", "Name a file of the one that is meant, as ",
             "emnist-digits-test-images-idx3-ubyte"});
    EXPECT_EQ(openDataSet((root() / "emnist-letters-test-images-idx3-ubyte").string(), Split::Test)->size(), 2);
    EXPECT_EQ(openDataSet((root() / "emnist-digits-test-labels-idx1-ubyte").string(), Split::Test)->size(), 3);
    pair("t10k-", "-idx3-ubyte", std::string("\0\1\2\3", 4));  // as before others lay beside it
    EXPECT_EQ(open()->size(), 4);
    EXPECT_TRUE(tells(*open(), "'emnist-letters'"));
}

TEST_F(IdxNames, AParentFolderWillDo) {
    pair("FashionMNIST/raw/t10k-", "-idx3-ubyte", std::string("\0\1\2", 3));
    write("FashionMNIST/processed/test.pt", "PK");
    EXPECT_EQ(open()->size(), 3);
    EXPECT_EQ(openDataSet((root() / "FashionMNIST").string(), Split::Test)->hash(),
              openDataSet((root() / "FashionMNIST/raw").string(), Split::Test)->hash());
    pair("MNIST/raw/t10k-", "-idx3-ubyte", std::string("\0\1", 2));
    refused({"holds 2 data sets: FashionMNIST/raw, MNIST/raw", "Name the one that is meant, as "});
}

TEST_F(IdxNames, MissingLabelsAreNamed) {
    write("t10k-images-idx3-ubyte", imageFile(2));
    refused({"t10k-images-idx3-ubyte: has no file of labels beside it", "labels-idx1-ubyte"});
}

/// The classes are those of all parts, so that a model of one part meets the other.
TEST_F(IdxNames, ClassesAreThoseOfAllParts) {
    pair("train-", "-idx3-ubyte", "\1\2\3\4\1\2\3\4\1\2\3\4");
    pair("t10k-", "-idx3-ubyte", "\1\2\2");
    for (const Split split : {Split::Train, Split::Val, Split::Test}) EXPECT_EQ(open(split)->classNames().size(), 5U);
    EXPECT_FALSE(open()->hasClassNames());
    EXPECT_TRUE(tells(*open(), "class 0, class 3, class 4 have no images"));
    EXPECT_TRUE(tells(*open(Split::Train), "class 0 has no images: labels run from 1 to 4"));
}

TEST_F(IdxNames, AnotherPartThatIsDamagedIsToldAlone) {
    pair("t10k-", "-idx3-ubyte", std::string("\0\1\2", 3));
    write("train-images-idx3-ubyte", imageFile(2));
    write("train-labels-idx1-ubyte", "damaged");
    EXPECT_EQ(open()->classNames().size(), 3U);
    EXPECT_TRUE(tells(*open(), "train-labels-idx1-ubyte"));
}

}  // namespace
}  // namespace bitdesk
