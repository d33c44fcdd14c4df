// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/idx_file.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "core/data/data_set.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/data/small_data.h"

namespace bitdesk {
namespace {

std::string gzip(const std::filesystem::path& path, const std::string& text) {
    gzFile_s* file = gzopen(path.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return test::readText(path);
}

class Idx : public testing::Test {
protected:
    test::TemporaryFolder m_folder;
};

TEST_F(Idx, PlainAndGzipAreTheSame) {
    const std::string text = test::idxHeader({2, 3}) + "abcdef";
    test::writeText(m_folder / "plain", text);
    gzip(m_folder / "packed.gz", text);
    for (const char* name : {"plain", "packed.gz"}) {
        const IdxArray array = readIdx(m_folder / name, 2);
        EXPECT_EQ(array.extents, (std::vector<std::int64_t>{2, 3}));
        EXPECT_EQ(std::string(array.bytes.begin(), array.bytes.end()), "abcdef");
    }
}

TEST_F(Idx, ACutFileIsNamed) {
    const std::string packed = gzip(m_folder / "whole.gz", test::idxHeader({2, 3}) + "abcdef");
    for (const std::size_t missing : {1, 4, 8, 12}) {  // the last eight bytes are checksum and length
        test::writeText(m_folder / "cut.gz", packed.substr(0, packed.size() - missing));
        test::expectBadInput({"cut.gz"}, [&] { readIdx(m_folder / "cut.gz", 2); });
    }
    test::writeText(m_folder / "short", test::idxHeader({2, 3}) + "abcde");
    test::expectBadInput({"short", "cut short"}, [&] { readIdx(m_folder / "short", 2); });
    test::writeText(m_folder / "long", test::idxHeader({2, 3}) + "abcdefg");
    test::expectBadInput({"long", "more bytes"}, [&] { readIdx(m_folder / "long", 2); });
}

TEST_F(Idx, AHeaderThatLiesIsNamed) {
    const auto refused = [&](const std::string& text, const char* reason) {
        test::writeText(m_folder / "odd", text);
        test::expectBadInput({"odd", reason}, [&] { readIdx(m_folder / "odd", 2); });
    };
    refused("no IDX at all", "two zero bytes");
    refused(test::idxHeader({2, 3, 1}) + "abcdef", "3 dimensions");
    refused(test::idxHeader({0, 3}), "empty dimension");
    refused(test::idxHeader({0x7fffffff, 0x7fffffff}), "more than 2 GiB");
}

/// A file that would fill the memory is refused before a byte of its data is unpacked.
TEST_F(Idx, BombsAreRefusedByTheirHeaders) {
    const auto refused = [&](const std::string& text, int rank, const char* reason) {
        gzip(m_folder / "bomb.gz", text);
        test::expectBadInput({"bomb.gz: ", reason}, [&] { readIdx(m_folder / "bomb.gz", rank); });
    };
    const std::string zeros(4 << 20, '\0');
    refused(test::idxHeader({1 << 22}) + zeros, 1, "unpacks to 4194304 bytes, more than 200 times its size");
    refused(test::idxHeader({2, 0x3fffffff}) + zeros, 2, "more than 200 times its size");  // claims more than it has
    refused(test::idxHeader({10}) + zeros, 1, "has more bytes than its header says");
    test::writeText(m_folder / "plain", test::idxHeader({2, 0x3fffffff}) + "abc");
    test::expectBadInput({"plain: ends in the middle of its data"}, [&] { readIdx(m_folder / "plain", 2); });
    gzip(m_folder / "labels.gz", test::idxHeader({1 << 26}) + "abc");
    test::expectBadInput({"labels.gz: ", "200 times"}, [&] { readIdxLabels(m_folder / "labels.gz"); });
    gzip(m_folder / "small.gz", test::idxHeader({1 << 20}) + std::string(1 << 20, '\0'));  // a megabyte may be of zeros
    EXPECT_EQ(readIdx(m_folder / "small.gz", 1).bytes.size(), std::size_t{1} << 20);
}

TEST_F(Idx, ImagesOfAbsurdWidthAreNamed) {
    constexpr int kWide = 20'000;
    for (const char* part : {"train", "t10k"}) {
        test::writeText(m_folder / (std::string(part) + "-images-idx3-ubyte"),
                        test::idxHeader({2, 1, kWide}) + std::string(2 * kWide, 'x'));
        test::writeText(m_folder / (std::string(part) + "-labels-idx1-ubyte"),
                        test::idxHeader({2}) + std::string(2, '\0'));
    }
    test::expectBadInput({"t10k-images-idx3-ubyte", "20000"},
                         [&] { openDataSet(m_folder.path().string(), Split::Test); });
}

}  // namespace
}  // namespace bitdesk
