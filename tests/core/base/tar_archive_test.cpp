// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/archives.h"

#include <gtest/gtest.h>

#include "tests/core/base/expect_error.h"
#include "tests/core/base/tar_file.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk {
namespace {

class Tar : public testing::Test {
protected:
    std::filesystem::path file(const std::string& bytes) const {
        test::writeText(m_folder / "a.tar", bytes);
        return m_folder / "a.tar";
    }
    void refused(const std::string& bytes, const char* reason) const {
        test::expectBadInput({"a.tar: ", reason}, [&] {
            TarReader tar(file(bytes));
            while (tar.next()) tar.read();
        });
    }
    test::TemporaryFolder m_folder;
};

TEST_F(Tar, FilesAreReadPlainAndPacked) {
    const std::string plain =
        test::tarBytes({{.name = "d/", .type = '5'},
                        {.name = "d/a", .text = "hello"},
                        {.name = "link", .type = '2'},
                        {.name = "../b", .text = std::string(2000, 'b')}});  // a name is no path: nothing is written
    for (const std::string& bytes : {plain, test::gzipped(plain)}) {
        EXPECT_TRUE(TarReader::detect(file(bytes)));
        TarReader tar(file(bytes));
        ASSERT_TRUE(tar.next());
        EXPECT_EQ(tar.name(), "d/a");
        EXPECT_EQ(tar.read(), "hello");
        ASSERT_TRUE(tar.next());
        EXPECT_EQ(tar.name(), "../b");
        EXPECT_EQ(tar.size(), 2000);
        EXPECT_FALSE(tar.next());
    }
}

TEST_F(Tar, OthersAreNone) {
    for (const std::string& bytes : {std::string(), std::string(1024, 'x'), test::gzipped(std::string(1024, 'x')),
                                     std::string("\x1f\x8b"), std::string("hello")})
        EXPECT_FALSE(TarReader::detect(file(bytes)));
    EXPECT_FALSE(TarReader::detect(m_folder / "nothing"));
    EXPECT_FALSE(TarReader::detect(m_folder.path()));
}

TEST_F(Tar, DamageAndLiesAreNamed) {
    const std::string whole = test::tarBytes({{.name = "a", .text = std::string(5000, 'a')}});
    refused(whole.substr(0, 3000), "damaged tar archive, or cut short");
    const std::string packed = test::gzipped(whole);
    refused(packed.substr(0, packed.size() / 2), "damaged tar archive, or cut short");
    refused(test::tarBytes({{.name = "a", .text = "a", .claimedSize = 3UL << 30}}),
            "more than 2 GiB, passed at its entry 'a'");
    refused(test::tarBytes({{.name = "a", .text = "a", .claimedSize = 1UL << 30}}), "200 times its size");
    refused(test::gzipped(test::tarBytes({{.name = "a\n", .text = std::string(4 << 20, '\0')}})),
            "200 times its size, passed at its entry 'a '");
}

}  // namespace
}  // namespace bitdesk
