// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk {
namespace {

TEST(ReadFile, GivesTheBytes) {
    const test::TemporaryFolder folder;
    const std::string bytes("a\0b\r\n\xff", 6);
    test::writeText(folder / "f", bytes);
    test::writeText(folder / "empty", "");
    EXPECT_EQ(readFile(folder / "f", 6), bytes);
    EXPECT_EQ(readFile(folder / "empty", 0), "");
}

TEST(ReadFile, RefusesWhatIsNoReadableFile) {
    const test::TemporaryFolder folder;
    test::writeText(folder / "f", "seven b");
    test::expectBadInput({"/f: is too large", "7 bytes"}, [&] { readFile(folder / "f", 6); });
    test::expectBadInput({"/none: cannot be read"}, [&] { readFile(folder / "none", 6); });
    test::expectBadInput({"is a folder"}, [&] { readFile(folder.path(), 6); });
    test::expectBadInput({"/dev/zero: is no regular file"}, [&] { readFile("/dev/zero", 6); });
}

TEST(ReadFile, NeverWaitsForAPipe) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    test::expectBadInput({"/pipe: is no regular file"}, [&] { readFile(folder / "pipe", 6); });
}

}  // namespace
}  // namespace bitdesk
