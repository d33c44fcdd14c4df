// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/archives.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/base/zip_file.h"

namespace bitdesk {
namespace {

using test::ZipEntry;

class Zip : public testing::Test {
protected:
    std::filesystem::path write(const std::string& bytes) {
        test::writeText(m_folder / "a.zip", bytes);
        return m_folder / "a.zip";
    }
    std::filesystem::path write(const std::vector<ZipEntry>& entries) { return write(test::zipBytes(entries)); }
    static std::string text(const ZipArchive& archive, const std::string& name) {
        const auto bytes = archive.read(name);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    test::TemporaryFolder m_folder;
};

TEST_F(Zip, GivesWhatIsInIt) {
    const std::string large(4'300'000, 'x');
    std::string mixed;
    for (unsigned i = 0; i < 4'300'000; ++i) mixed += static_cast<char>((i * i >> 7) & 0xff);
    const ZipArchive archive(write({{.name = "stored", .text = large},
                                    {.name = "folder/", .text = ""},
                                    {.name = "folder/Äpfel 苹果", .text = mixed, .packed = true},
                                    {.name = "empty", .text = ""}}));
    EXPECT_EQ(archive.names(), (std::vector<std::string>{"stored", "folder/Äpfel 苹果", "empty"}));
    EXPECT_EQ(text(archive, "stored"), large);
    EXPECT_EQ(text(archive, "folder/Äpfel 苹果"), mixed);
    EXPECT_EQ(text(archive, "empty"), "");
    EXPECT_TRUE(archive.has("empty"));
    EXPECT_FALSE(archive.has("other"));
    test::expectBadInput({"a.zip", "no entry 'oth er'"}, [&] { archive.read("oth\ner"); });
}

TEST_F(Zip, IsToldByItsBytes) {
    EXPECT_TRUE(ZipArchive::detect(write({{.name = "a", .text = "b"}})));
    EXPECT_TRUE(ZipArchive::detect(write(std::vector<ZipEntry>{})));
    EXPECT_FALSE(ZipArchive::detect(write("PK")));
    EXPECT_FALSE(ZipArchive::detect(m_folder.path()));
    EXPECT_FALSE(ZipArchive::detect(m_folder / "none"));
}

struct Hostile {
    const char* name;
    std::string reason;
    std::vector<ZipEntry> entries;
};

TEST_F(Zip, NamesThatLeadElsewhereAreRefused) {
    const std::vector<Hostile> cases{
        {"up", "leads out of the archive: '../x'", {{.name = "../x", .text = "a"}}},
        {"up inside", "leads out of the archive", {{.name = "a/../../x", .text = "a"}}},
        {"up at the end", "leads out of the archive", {{.name = "a/..", .text = "a"}}},
        {"absolute", "an absolute path", {{.name = "/etc/x", .text = "a"}}},
        {"drive", "an absolute path", {{.name = "C:x", .text = "a"}}},
        {"backslash", "a backslash", {{.name = "..\\x", .text = "a"}}},
        {"newline", "a control character in the name of an entry: 'a b'", {{.name = "a\nb", .text = "a"}}},
        {"not UTF-8", "no UTF-8", {{.name = "a\xff", .text = "a"}}},
        {"no name", "without a name", {{.name = "", .text = "a"}}},
        {"twice", "two entries of one name: 'a'", {{.name = "a", .text = "a"}, {.name = "a", .text = "b"}}},
    };
    for (const Hostile& hostile : cases) {
        SCOPED_TRACE(hostile.name);
        test::expectBadInput({"a.zip", hostile.reason}, [&] { ZipArchive{write(hostile.entries)}; });
    }
}

TEST_F(Zip, BombsAreRefusedBeforeAnythingIsRead) {
    const std::string zeros(2 << 20, '\0');
    const std::vector<Hostile> cases{
        {"ratio", "more than 200 times its size: 'a'", {{.name = "a", .text = zeros, .packed = true}}},
        {"sum",
         "more than 4 GiB",
         {{.name = "a", .text = "", .claimedSize = 0xfffffff0U, .claimedPacked = 0x7fffffffU},
          {.name = "b", .text = "", .claimedSize = 0xfffffff0U, .claimedPacked = 0x7fffffffU}}},
        {"overlap", "overlap", {{.name = "a", .text = "abc", .claimedSize = 900, .claimedPacked = 900}}},
        {"encrypted", "encrypted entry: 'a'", {{.name = "a", .text = "0123456789abcdef", .flags = 1}}},
    };
    for (const Hostile& hostile : cases) {
        SCOPED_TRACE(hostile.name);
        test::expectBadInput({"a.zip", hostile.reason}, [&] { ZipArchive{write(hostile.entries)}; });
    }
}

TEST_F(Zip, DamageIsNamed) {
    const std::string text = "some text that is packed, some text that is packed";
    const auto damaged = [&](const ZipEntry& entry, const char* reason) {
        test::expectBadInput({"a.zip", "'a'", reason}, [&] { ZipArchive(write({entry})).read("a"); });
    };
    damaged({.name = "a", .text = text, .claimedCrc = 7}, "CRC");
    damaged({.name = "a", .text = text, .packed = true, .claimedCrc = 7}, "CRC");
    damaged({.name = "a", .text = text, .packed = true, .claimedSize = 20}, "");
    damaged({.name = "a", .text = text, .packed = true, .claimedSize = 2000}, "");
    std::string bytes = test::zipBytes({{.name = "a", .text = text, .packed = true}});
    bytes.replace(31, 8, "\xff\xff\xff\xff\xff\xff\xff\xff");
    test::expectBadInput({"a.zip", "'a'", "damaged"}, [&] { ZipArchive(write(bytes)).read("a"); });
}

TEST_F(Zip, WhatIsCutOrNoArchiveIsNamed) {
    const std::string whole = test::zipBytes({{.name = "a", .text = std::string(3000, 'x')}});
    for (const std::size_t kept : {0U, 1U, 40U, 2000U, 3060U})
        test::expectBadInput({"a.zip", "no zip archive, or its end is cut off"},
                             [&] { ZipArchive{write(whole.substr(0, kept))}; });
    test::expectBadInput({"a.zip"}, [&] { ZipArchive{write(whole.substr(500))}; });
    test::expectBadInput({"none", "no file"}, [&] { ZipArchive{m_folder / "none"}; });
    ASSERT_EQ(::mkfifo((m_folder / "pipe").c_str(), 0600), 0);
    test::expectBadInput({"pipe", "no file"}, [&] { ZipArchive{m_folder / "pipe"}; });
}

}  // namespace
}  // namespace bitdesk
