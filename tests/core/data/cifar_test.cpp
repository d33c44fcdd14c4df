// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "tests/core/data/data_folder.h"

namespace bitdesk {
namespace {

class Cifar : public test::DataFolder {
protected:
    /// A record of CIFAR-10 (one label) or CIFAR-100 (two): red is `red`, green 2, blue 3.
    static std::string record(const std::string& labels, int red) {
        return labels + std::string(1024, static_cast<char>(red)) + std::string(1024, '\2') + std::string(1024, '\3');
    }
    void ten() const {
        for (char n = '1'; n <= '5'; ++n)
            write(std::string("data_batch_") + n + ".bin", record("\1", n) + record("\2", n) + record("\3", n));
        write("test_batch.bin", record("\7", 9) + record(std::string(1, '\0'), 8));
    }
};

TEST_F(Cifar, TenClasses) {
    ten();
    write("batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
    const auto data = open();
    EXPECT_EQ(data->description().format, "CIFAR");
    EXPECT_EQ(data->shape(), (ImageShape{32, 32, 3}));
    EXPECT_EQ(labels(*data), (std::vector<int>{7, 0}));
    EXPECT_EQ(data->classNames()[7], "horse");
    EXPECT_TRUE(data->hasClassNames());
    const auto all = pixels(*data);
    EXPECT_EQ(std::vector<std::uint8_t>(all.begin(), all.begin() + 6), (std::vector<std::uint8_t>{9, 2, 3, 9, 2, 3}));
    EXPECT_EQ(open(Split::Train)->size(), 14);
    EXPECT_EQ(open(Split::Val)->size(), 1);
    EXPECT_EQ(openDataSet((root() / "test_batch.bin").string(), Split::Test)->hash(), data->hash());
}

TEST_F(Cifar, AHundredClassesByTheFineLabel) {
    write("train.bin", record("\1\x63", 1) + record("\2\x05", 1));
    write("test.bin", record("\1\x63", 1) + record("\2\x05", 1));
    const auto data = open();
    EXPECT_EQ(labels(*data), (std::vector<int>{99, 5}));
    EXPECT_EQ(data->classNames().size(), 100U);
    EXPECT_EQ(data->classNames()[99], "class 99");
    EXPECT_FALSE(data->hasClassNames());
}

TEST_F(Cifar, OddFilesAreNamed) {
    ten();
    write("test_batch.bin", record("\7", 9).substr(1));
    refused({"test_batch.bin: is no CIFAR file, or cut short"});
    write("test_batch.bin", "");
    refused({"test_batch.bin: is no CIFAR file, or cut short"});
    write("test_batch.bin", record("\7", 9) + record("\x0a", 9));
    refused({"test_batch.bin: has the label 10 in record 1, there are 10 classes"});
    write("test_batch.bin", record("\7", 9) + record("\1", 9));
    write("batches.meta.txt", "airplane\n");
    refused({"batches.meta.txt: names 1 classes, 10 are needed"});
    write("data_batch_3.bin", record("\1\1", 1));
    refused({"data_batch_3.bin: is of the other CIFAR"}, Split::Train);
}

}  // namespace
}  // namespace bitdesk
