// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "tests/core/base/tar_file.h"
#include "tests/core/data/data_folder.h"

namespace bitdesk {
namespace {

class Cifar : public test::DataFolder {
protected:
    /// A record of CIFAR-10 (one label) or CIFAR-100 (two): red is `red`, green 2, blue 3.
    static std::string record(const std::string& labels, int red) {
        return labels + std::string(1024, static_cast<char>(red)) + std::string(1024, '\2') + std::string(1024, '\3');
    }
    static std::string planes(int red) { return record("", red); }
    /// As Python 2 wrote them: numbers below 256, a str for every text, [N, 3072] of uint8.
    static std::string pickled(const std::string& key, const std::string& labels, const std::string& data) {
        using namespace std::string_literals;
        const auto count = static_cast<char>(data.size() / 3072);
        std::string text =
            "\x80\x02}q\x01(U\x0b"
            "batch_labelq\x02U\x01xU"s +
            static_cast<char>(key.size()) + key + "]q\x03(";
        for (const char label : labels) text += std::string("K") + label;
        text +=
            "eU\x04"
            "datacnumpy.core.multiarray\n_reconstruct\nq\x04"
            "cnumpy\nndarray\nq\x05K\x00\x85U\x01"
            "b\x87Rq\x06("
            "K\x01K"s +
            count +
            "M\x00\x0c\x86"
            "cnumpy\ndtype\nq\x07U\x02u1K\x00K\x01\x87Rq\x08(K\x03U\x01|NNNJ\xff\xff\xff\xff"
            "J\xff\xff\xff\xffK\x00tb\x89T"s;
        return text + test::littleEndian(data.size(), 4) + data +
               "tbU\x09"
               "filenames]q\x09(U\x05"
               "a.pngU\x05"
               "b.pngeu.";
    }
    static std::string pickledNames(const std::string& key, const std::string& letters) {
        std::string text = "\x80\x02}U" + std::string(1, static_cast<char>(key.size())) + key + "](";
        for (const char letter : letters) text += std::string("U\1") + letter;
        return text + "es.";
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

TEST_F(Cifar, MissingBatchesAreTold) {
    ten();
    EXPECT_EQ(open(Split::Train)->description().notes[0].find("not all"), std::string::npos);
    std::filesystem::remove(root() / "data_batch_3.bin");
    const auto notes = open(Split::Train)->description().notes;
    EXPECT_NE(notes[0].find("data_batch_3.bin of 5 batches is missing"), std::string::npos) << notes[0];
    std::filesystem::remove(root() / "data_batch_1.bin");
    EXPECT_NE(open(Split::Train)->description().notes[0].find("data_batch_1.bin, data_batch_3.bin of 5 batches are"),
              std::string::npos);
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

TEST_F(Cifar, PythonsBatchesAreTheBinaryOnes) {
    ten();
    write("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
    const auto test = open(), train = open(Split::Train);
    for (char n = '1'; n <= '5'; ++n)
        write(std::string("p/cifar-10-batches-py/data_batch_") + n,
              pickled("labels", "\1\2\3", planes(n) + planes(n) + planes(n)));
    write("p/cifar-10-batches-py/test_batch", pickled("labels", std::string("\7\0", 2), planes(9) + planes(8)));
    write("p/cifar-10-batches-py/batches.meta", pickledNames("label_names", "abcdefghij"));
    for (const char* where : {"p", "p/cifar-10-batches-py", "p/cifar-10-batches-py/data_batch_1"}) {
        const auto same = openDataSet((root() / where).string(), Split::Test);
        EXPECT_EQ(same->hash(), test->hash());
        EXPECT_EQ(same->classNames(), test->classNames());
        EXPECT_TRUE(same->hasClassNames());
        EXPECT_EQ(openDataSet((root() / where).string(), Split::Train)->hash(), train->hash());
    }
}

TEST_F(Cifar, PythonsHundredHasFineLabels) {
    write("train", pickled("fine_labels", "\x63\5", planes(1) + planes(2)));
    write("test", pickled("fine_labels", "\x63\6", planes(1) + planes(2)));
    EXPECT_EQ(labels(*open()), (std::vector<int>{99, 6}));
    EXPECT_EQ(open()->classNames().size(), 100U);
    write("meta", pickledNames("fine_label_names", "only these"));
    refused({"/meta: names 10 classes, 100 are needed"});
}

TEST_F(Cifar, ArchivesAreReadAsTheyAreHandedOut) {
    ten();
    const auto test = open(), train = open(Split::Train);
    std::vector<test::TarEntry> entries{{.name = "cifar-10-batches-bin/", .type = '5'}};
    for (const char n : {'4', '1', '5', '2', '3'}) {  // in no order
        if (n == '5')
            entries.push_back({"cifar-10-batches-bin/test_batch.bin", test::readText(root() / "test_batch.bin")});
        const std::string name = std::string("data_batch_") + n + ".bin";
        entries.push_back({"cifar-10-batches-bin/" + name, test::readText(root() / name)});
    }
    const std::string tar = test::tarBytes(entries);
    write("all/c.tgz", test::gzipped(tar));
    write("plain.tar.png", tar);  // its bytes tell
    for (const char* name : {"all/c.tgz", "all", "plain.tar.png"}) {
        SCOPED_TRACE(name);
        EXPECT_EQ(openDataSet((root() / name).string(), Split::Test)->hash(), test->hash());
        EXPECT_EQ(openDataSet((root() / name).string(), Split::Train)->hash(), train->hash());
    }
    const std::string batch = pickled("labels", std::string("\7\0", 2), planes(9) + planes(8));
    write("py.tar.gz", test::gzipped(test::tarBytes({{"cifar-10-batches-py/test_batch", batch}})));
    EXPECT_EQ(openDataSet((root() / "py.tar.gz").string(), Split::Test)->hash(), test->hash());
    write("cut.tar", tar.substr(0, tar.size() / 2));
    test::expectBadInput({"cut.tar: is a damaged tar archive, or cut short"},
                         [&] { openDataSet((root() / "cut.tar").string(), Split::Train); });
}

TEST_F(Cifar, OddPicklesAreNamed) {
    const auto odd = [&](const std::string& bytes, const std::string& reason) {
        write("test_batch", bytes);
        refused({"/test_batch: " + reason});
    };
    odd(pickled("labels", "\1\2", planes(1)), "has 'data' that are no unsigned bytes [2, 3072]");
    odd(pickled("labels", "\1\x0a", planes(1) + planes(1)), "has the label 10 in record 1, there are 10 classes");
    odd(pickled("names", "\1\2", planes(1) + planes(1)), "is a pickle, but none of CIFAR");
    odd("\x80\x02"
        "cposix\nsystem\n(X\2\0\0\0lstR.",
        "its pickle refers to 'posix.system'");
    const std::string whole = pickled("labels", "\1\2", planes(1) + planes(1));
    odd(whole.substr(0, 3000), "its pickle is cut short");
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
