// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <thread>
#include <vector>

#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk {
namespace {

TEST(AtomicFile, WritesAndReplaces) {
    const test::TemporaryFolder folder;
    writeFileAtomically(folder / "f", "first");
    EXPECT_EQ(test::readText(folder / "f"), "first");
    writeFileAtomically(folder / "f", std::string_view("a\0b", 3));
    EXPECT_EQ(test::readText(folder / "f"), std::string("a\0b", 3));
    EXPECT_EQ(folder.fileCount(), 1u);
}

TEST(AtomicFile, WritesWithoutAFolderInTheName) {
    const test::TemporaryFolder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    writeFileAtomically("plain", "x");
    std::filesystem::current_path(before);
    EXPECT_EQ(test::readText(folder / "plain"), "x");
}

TEST(AtomicFile, FollowsTheUmask) {
    const test::TemporaryFolder folder;
    const mode_t before = ::umask(027);
    writeFileAtomically(folder / "f", "x");
    ::umask(before);
    struct stat status {};
    ASSERT_EQ(::stat((folder / "f").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST(AtomicFile, NamesTheTargetWhenItCannotBeWritten) {
    const test::TemporaryFolder folder;
    test::expectError(ErrorKind::Resource, {"/none/f: cannot be written", "No such file"},
                      [&] { writeFileAtomically(folder / "none" / "f", "x"); });
    test::expectError(ErrorKind::Resource, {folder.path().string() + ": cannot be written"},
                      [&] { writeFileAtomically(folder.path(), "x"); });
    test::expectError(ErrorKind::Resource, {"/dev/null: cannot be written"},
                      [&] { writeFileAtomically("/dev/null", "x"); });
    EXPECT_EQ(folder.fileCount(), 0u);
}

TEST(AtomicFile, LeavesTheOldFileWhenTheDiskIsFull) {
    const test::TemporaryFolder folder;
    writeFileAtomically(folder / "f", "old");
    // A limit on file size is the full disk that needs no disk.
    struct rlimit before {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit { 4096, before.rlim_max };
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    test::expectError(ErrorKind::Resource, {"/f: cannot be written", "file size limit (ulimit -f) is 4096 bytes"},
                      [&] { writeFileAtomically(folder / "f", std::string(100'000, 'x')); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(test::readText(folder / "f"), "old");
    EXPECT_EQ(folder.fileCount(), 1u);
}

TEST(AtomicFile, ManyWritersLeaveOneWholeFile) {
    const test::TemporaryFolder folder;
    std::vector<std::jthread> writers;
    for (char c = 'a'; c < 'e'; ++c)
        writers.emplace_back([&, c] {
            for (int i = 0; i < 20; ++i) writeFileAtomically(folder / "f", std::string(20'000, c));
        });
    writers.clear();
    const std::string text = test::readText(folder / "f");
    EXPECT_EQ(text, std::string(20'000, text.at(0)));
    EXPECT_EQ(folder.fileCount(), 1u);
}

TEST(CheckWritable, CreatesNothingThatStays) {
    const test::TemporaryFolder folder;
    checkWritable(folder / "f");
    EXPECT_EQ(folder.fileCount(), 0u);
    test::writeText(folder / "f", "kept");
    checkWritable(folder / "f");
    EXPECT_EQ(test::readText(folder / "f"), "kept");
    test::expectError(ErrorKind::Resource, {"/none/f"}, [&] { checkWritable(folder / "none" / "f"); });
    test::expectError(ErrorKind::Resource, {folder.path().string()}, [&] { checkWritable(folder.path()); });
}

}  // namespace
}  // namespace bitdesk
